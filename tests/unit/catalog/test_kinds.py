"""Kinds are found by the modules that declare them, and a field declares exactly one behaviour."""

from typing import Any

import pytest

from pulumi_paygentic.catalog import Behaviour, Violation, all_kinds, kind_named
from pulumi_paygentic.catalog.behaviour import mutable, read_only
from pulumi_paygentic.catalog.model import _field


def test_every_kind_is_found_by_its_name() -> None:
    assert [kind_named(kind.__name__) for kind in all_kinds()] == list(all_kinds())


@pytest.mark.parametrize("name", ["Mark", "Nothing", "CatalogObject2"])
def test_what_is_no_kind_is_not_found(name: str) -> None:
    with pytest.raises(LookupError, match=name):
        kind_named(name)


@pytest.mark.parametrize("metadata", [[], [mutable(), read_only()]])
def test_a_field_with_no_behaviour_or_with_two_is_a_mistake(metadata: list[Behaviour]) -> None:
    info: Any = all_kinds()[0].model_fields["merchant_id"]._copy()
    info.metadata = metadata
    with pytest.raises(TypeError, match="exactly one behaviour"):
        _field("merchant_id", info, all_kinds()[0])


def test_wire_names_are_the_field_names_in_camel_case() -> None:
    assert kind_named("BillableMetric").fields()["value_property"].wire == "valueProperty"


def test_natural_keys_and_list_scopes_are_required_fields() -> None:
    for kind in all_kinds():
        for name in (*kind.natural_key, *([kind.listed_by] if kind.listed_by else [])):
            assert kind.fields()[name].required, f"{kind.__name__}.{name}"


def test_only_optional_inputs_have_defaults_and_read_only_fields_have_none() -> None:
    for kind in all_kinds():
        for field in kind.fields().values():
            if field.required or not field.behaviour.is_input:
                assert field.behaviour.default is Behaviour(access=field.behaviour.access).default


def test_a_reason_without_an_argument_is_its_message() -> None:
    assert str(Violation("", "is wrong")) == "is wrong"
