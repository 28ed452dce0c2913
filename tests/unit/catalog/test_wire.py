"""What is declared goes out as the API wants it, and comes back as it was declared."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given

from pulumi_paygentic.catalog import BillableMetric, CatalogObject, Mark, Plan, Price, Product, all_kinds
from pulumi_paygentic.lifecycle import check
from tests.support.profiles import cases
from tests.support.strategies import inputs_of

KINDS = [pytest.param(kind, id=kind.__name__) for kind in all_kinds()]


def answered(kind: type[CatalogObject], body: Mapping[str, Any]) -> dict[str, Any]:
    """The API's answer to a POST, by its description: prices are read as objects, a price's feature in a list."""
    answer = {"id": f"{kind.id_prefix}_1", "object": kind.__name__, **body}
    if kind is Plan and "prices" in body:
        answer["prices"] = [{"id": price_id, "unitPrice": "1"} for price_id in body["prices"]]
    if kind is Price:
        feature = answer.pop("feature", None)
        answer["features"] = [] if feature is None else [{"id": "pf_1", "entitlementTemplate": {}, **feature}]
    return answer


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_sent_comes_back_as_it_was_declared(kind: type[CatalogObject]) -> None:
    @cases(50)
    @given(inputs_of(kind))
    def holds(declared: dict[str, Any]) -> None:
        inputs = check(kind, {}, declared, merchant_id="org_1").inputs
        if isinstance(inputs.get("prices"), dict):
            inputs["prices"] = sorted(inputs["prices"].values())  # keys are read from the plan's versions
        outputs = kind.outputs(answered(kind, kind.body(inputs)))
        sent = {name: value for name, value in inputs.items() if kind.inputs()[name].behaviour.is_sent}
        fields = kind.inputs()
        assert {name: fields[name].as_declared(value, outputs.get(name)) for name, value in sent.items()} == sent
        assert all(not outputs[name] for name in outputs.keys() - sent.keys() if name in kind.inputs())

    holds()


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_has_only_fields_of_the_description_and_no_local_one(kind: type[CatalogObject]) -> None:
    @cases(30)
    @given(inputs_of(kind))
    def holds(declared: dict[str, Any]) -> None:
        inputs = check(kind, {}, declared, merchant_id="org_1").inputs
        local = {field.wire for field in kind.inputs().values() if not field.behaviour.is_sent}
        assert not local & kind.body(inputs).keys()

    holds()


def test_a_volume_price_is_nested_with_an_open_end() -> None:
    tiers = [{"up_to": "1000", "unit_price": "0.002"}, {"unit_price": "0.001"}]
    assert Price.body({"model": "volume", "tiers": tiers}) == {
        "model": "volume",
        "properties": {"tiers": [{"upTo": "1000", "unitPrice": "0.002"}, {"upTo": None, "unitPrice": "0.001"}]},
    }


def test_properties_and_feature_are_sent_as_a_whole() -> None:
    assert Price.patched_together({"unit_price"}) == {"model", "unit_price", "tiers"}
    assert Price.patched_together({"entitlement_template", "payment_term"}) == {
        "feature_id",
        "entitlement_template",
        "payment_term",
    }
    assert Price.patched_together({"invoice_display_name"}) == {"invoice_display_name"}


def test_a_feature_is_removed_with_null() -> None:
    assert Price.body({"feature_id": None, "entitlement_template": None}) == {"feature": None}


def test_none_clears_a_field() -> None:
    assert BillableMetric.body({"event_from": None}) == {"eventFrom": None}


def test_amounts_and_moments_that_the_api_spells_differently_read_the_same() -> None:
    price = {"properties": {"unitPrice": "0.00100"}, "tax": {"supplyScope": "IN_SCOPE", "outsideScopeLabel": None}}
    assert Price.outputs(price) == {"unit_price": "0.001", "tax": {"supply_scope": "IN_SCOPE"}}
    assert Plan.outputs({"billingAnchor": "2025-01-01T00:00:00.000Z"}) == {"billing_anchor": "2025-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("kind", "answer", "outputs"),
    [
        (Price, {"model": "percentage", "properties": {"percentage": "0.03"}}, {"model": "percentage"}),
        (Plan, {"billingVersion": 0, "newField": 1}, {"billing_version": 0}),
        (Price, {"tax": {"supplyScope": "NEW"}}, {"tax": {"supplyScope": "NEW"}}),
        (Product, {"name": None, "metadata": None}, {"metadata": {}}),
    ],
)
def test_what_this_version_does_not_know_is_unchanged(
    kind: type[CatalogObject], answer: dict[str, Any], outputs: dict[str, Any]
) -> None:
    assert kind.outputs(answer) == outputs


def test_the_ownership_mark_is_removed_from_the_metadata() -> None:
    mark = Mark("project", "dev", "types$api/v2")
    answer: dict[str, Any] = {"name": "API", "metadata": {"team": "runtime", **mark.metadata()}}
    assert Product.outputs(answer)["metadata"] == {"team": "runtime"}
    assert Mark.of(answer["metadata"]) == mark == Mark.parse(str(mark))


@pytest.mark.parametrize("metadata", [{}, {"pulumi-project": "a", "pulumi-stack": "b"}])
def test_a_mark_that_is_not_whole_is_none(metadata: dict[str, str]) -> None:
    assert Mark.of(metadata) is None
