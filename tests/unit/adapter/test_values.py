"""Values pass between Pulumi and the lifecycle without loss, and never as the same object."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pulumi.output import UNKNOWN as PULUMI_UNKNOWN

from pulumi_paygentic.adapter import PROVIDER_KEY
from pulumi_paygentic.adapter.values import from_engine, to_engine
from pulumi_paygentic.catalog import UNKNOWN, has_unknown
from tests.support.profiles import cases

leaves = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text() | st.just(UNKNOWN)
nested = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6)
properties = st.dictionaries(st.text().filter(lambda name: name != PROVIDER_KEY), nested, max_size=4)


def containers(value: Any) -> list[Any]:
    if not isinstance(value, dict | list):
        return []
    inner = value.values() if isinstance(value, dict) else value
    return [value, *(found for item in inner for found in containers(item))]


@cases(40)
@given(properties)
def test_what_goes_to_the_engine_and_back_is_the_same(values: dict[str, Any]) -> None:
    assert from_engine(to_engine(values)) == values


@cases(40)
@given(properties)
def test_the_engine_gets_its_own_word_for_unknown_at_any_depth(values: dict[str, Any]) -> None:
    assert not has_unknown(to_engine(values))


@cases(25)
@given(properties)
def test_nothing_is_shared_with_the_engine_which_changes_what_it_is_given(values: dict[str, Any]) -> None:
    ours = {id(container) for container in containers(values)}
    assert not ours & {id(container) for container in containers(to_engine(values))}
    assert not ours & {id(container) for container in containers(from_engine(values))}


def test_the_serialised_provider_is_no_value() -> None:
    assert from_engine({PROVIDER_KEY: "gAS", "name": "API"}) == {"name": "API"}


def test_no_properties_are_no_values() -> None:
    assert from_engine(None) == {}


def test_every_unknown_object_of_pulumi_is_unknown() -> None:
    assert from_engine({"a": [PULUMI_UNKNOWN], "b": {"c": PULUMI_UNKNOWN}}) == {"a": [UNKNOWN], "b": {"c": UNKNOWN}}
