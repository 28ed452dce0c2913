"""An entitlement template is open-ended: the API adds keys of its own, which are in nobody's diff."""

import json

import httpx
import pytest
from pydantic.alias_generators import to_camel

from pulumi_paygentic.catalog import Price
from tests.contract.test_prices_and_plans import converged
from tests.support.account import Inputs, MerchantAccount
from tests.support.in_process import Answer
from tests.support.model_engine import Engine, Program, Resource


def fill_in(_request: httpx.Request, answer: Answer) -> httpx.Response:
    """The API fills in what the template leaves open."""
    response = answer()
    if response.is_success and b"entitlementTemplate" in response.content:
        body = json.loads(response.content)
        for price in body.get("data", [body]):
            for feature in price.get("features", []):
                if feature["entitlementTemplate"]:
                    feature["entitlementTemplate"] = {
                        "isSoftLimit": True,
                        "newInTheApi": {"a": 1},
                        **feature["entitlementTemplate"],
                    }
        return httpx.Response(response.status_code, json=body)
    return response


def priced(merchant: MerchantAccount, template: Inputs | None, policy: str = "in_place") -> Program:
    inputs: Inputs = {
        "billable_metric_id": merchant.id("bm_A"),
        "model": "standard",
        "unit_price": "1",
        "invoice_display_name": "Runs",
        "payment_term": "in_arrears",
        "feature_id": merchant.id("feat_A"),
        "on_change": policy,
    }
    return {"price": Resource(Price, inputs if template is None else {**inputs, "entitlement_template": template})}


TEMPLATES: list[Inputs | None] = [
    {"type": "metered", "issue_after_reset": 5},
    {"type": "metered"},
    {"type": "metered", "issue_after_reset": 5, "is_soft_limit": False},
    {},
    None,
]


@pytest.mark.parametrize("policy", ["in_place", "version"])
@pytest.mark.parametrize("after", TEMPLATES, ids=str)
@pytest.mark.parametrize("before", TEMPLATES, ids=str)
def test_any_edit_converges_although_the_api_adds_keys(
    merchant: MerchantAccount, before: Inputs | None, after: Inputs | None, policy: str
) -> None:
    merchant.transport.intercept = fill_in
    engine = Engine(merchant)
    assert not engine.up(priced(merchant, before, policy)).errors
    converged(engine, priced(merchant, before, policy))
    assert not engine.up(priced(merchant, after, policy)).errors
    converged(engine, priced(merchant, after, policy))
    merchant.transport.intercept = lambda _request, answer: answer()
    [feature] = merchant.call("GET", f"/v0/prices/{engine.id('price')}")["features"]
    assert feature["entitlementTemplate"] == {to_camel(key): value for key, value in (after or {}).items()}


def test_a_declared_key_that_somebody_changed_is_drift_and_one_that_somebody_added_is_none(
    merchant: MerchantAccount,
) -> None:
    engine = Engine(merchant)
    program = priced(merchant, {"type": "metered", "issue_after_reset": 5})
    engine.up(program)
    feature = {"featureId": merchant.id("feat_A")}
    template = {"type": "metered", "issueAfterReset": 5, "isSoftLimit": True}
    path = f"/v0/prices/{engine.id('price')}"
    merchant.call("PATCH", path, {"feature": {**feature, "entitlementTemplate": template}})
    converged(engine, program)
    merchant.call("PATCH", path, {"feature": {**feature, "entitlementTemplate": {**template, "issueAfterReset": 6}}})
    engine.refresh()
    assert engine.state["price"].inputs["entitlement_template"] == {"type": "metered", "issue_after_reset": 6}
    assert engine.up(program).steps["price"] == "update"
    converged(engine, program)


def test_a_price_with_keys_that_the_api_added_is_adopted_again(merchant: MerchantAccount) -> None:
    merchant.transport.intercept = fill_in
    engine = Engine(merchant)
    program = priced(merchant, {"type": "metered"})
    engine.up(program)
    made = engine.id("price")
    engine.state.clear()
    merchant.calls()
    assert not engine.up(program).errors
    assert engine.id("price") == made
    assert merchant.writes() == {}
    converged(engine, program)


def test_a_state_with_wire_names_is_read_and_is_no_change(merchant: MerchantAccount) -> None:
    """States of earlier versions hold the template as the API spells it."""
    engine = Engine(merchant)
    template: Inputs = {"type": "metered", "issue_after_reset": 5, "usage_period": {"interval": "P1M"}}
    program = priced(merchant, template, "version")
    engine.up(program)
    made, held = engine.id("price"), engine.state["price"]
    old = {"type": "metered", "issueAfterReset": 5.0, "usagePeriod": {"interval": "P1M"}}
    for values in (held.inputs, held.outputs):
        values["entitlement_template"] = dict(old)
    merchant.calls()
    assert engine.up(program).steps == {"price": "update"}
    assert (engine.id("price"), merchant.writes()) == (made, {})
    converged(engine, program)

    for values in (held.inputs, held.outputs):
        values["entitlement_template"] = dict(old)
    engine.state["price"] = held
    engine.refresh()
    assert engine.state["price"].inputs["entitlement_template"] == template
    converged(engine, program)


def test_a_service_that_spells_durations_its_own_way_shows_no_diff(merchant: MerchantAccount) -> None:
    def normalise(_request: httpx.Request, answer: Answer) -> httpx.Response:
        response = answer()
        content = response.content.replace(b'"P12M"', b'"P1Y"').replace(b'"P7D"', b'"P1W"')
        return httpx.Response(response.status_code, content=content, headers={"content-type": "application/json"})

    merchant.transport.intercept = normalise
    engine = Engine(merchant)
    period = {"usage_period": {"interval": "P7D"}}
    program = priced(merchant, {"type": "metered", "issue_after_reset": 5, **period}, "version")
    program["price"].inputs["billing_cadence"] = "P12M"
    assert not engine.up(program).errors
    made = engine.id("price")
    converged(engine, program)
    merchant.transport.intercept = lambda _request, answer: answer()
    assert merchant.call("GET", f"/v0/prices/{made}")["billingCadence"] == "P12M"
    program["price"].inputs["billing_cadence"] = "P1Y"
    assert engine.up(program).steps == {"price": "update"}
    assert engine.id("price") == made
    engine.state.clear()
    merchant.calls()
    engine.up(program)
    assert (engine.id("price"), merchant.writes()) == (made, {})
