"""An entitlement template is open-ended: the API adds keys of its own, which are in nobody's diff."""

import json

import httpx
import pytest
from pydantic.alias_generators import to_camel

from pulumi_paygentic.catalog import Price
from tests.contract.engine import Engine, Program, Resource
from tests.contract.test_prices_and_plans import converged
from tests.contract.world import Inputs, World
from tests.in_process import Answer


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


def priced(world: World, template: Inputs | None, policy: str = "in_place") -> Program:
    inputs: Inputs = {
        "billable_metric_id": world.id("bm_A"),
        "model": "standard",
        "unit_price": "1",
        "invoice_display_name": "Runs",
        "payment_term": "in_arrears",
        "feature_id": world.id("feat_A"),
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
    world: World, before: Inputs | None, after: Inputs | None, policy: str
) -> None:
    world.transport.meddle = fill_in
    engine = Engine(world)
    assert not engine.up(priced(world, before, policy)).errors
    converged(engine, priced(world, before, policy))
    assert not engine.up(priced(world, after, policy)).errors
    converged(engine, priced(world, after, policy))
    world.transport.meddle = lambda _request, answer: answer()
    [feature] = world.call("GET", f"/v0/prices/{engine.id('price')}")["features"]
    assert feature["entitlementTemplate"] == {to_camel(key): value for key, value in (after or {}).items()}


def test_a_declared_key_that_somebody_changed_is_drift_and_one_that_somebody_added_is_none(world: World) -> None:
    engine = Engine(world)
    program = priced(world, {"type": "metered", "issue_after_reset": 5})
    engine.up(program)
    feature = {"featureId": world.id("feat_A")}
    template = {"type": "metered", "issueAfterReset": 5, "isSoftLimit": True}
    path = f"/v0/prices/{engine.id('price')}"
    world.call("PATCH", path, {"feature": {**feature, "entitlementTemplate": template}})
    converged(engine, program)
    world.call("PATCH", path, {"feature": {**feature, "entitlementTemplate": {**template, "issueAfterReset": 6}}})
    engine.refresh()
    assert engine.state["price"].inputs["entitlement_template"] == {"type": "metered", "issue_after_reset": 6}
    assert engine.up(program).steps["price"] == "update"
    converged(engine, program)


def test_a_price_with_keys_of_the_api_s_own_is_taken_up_again(world: World) -> None:
    world.transport.meddle = fill_in
    engine = Engine(world)
    program = priced(world, {"type": "metered"})
    engine.up(program)
    made = engine.id("price")
    engine.state.clear()
    world.calls()
    assert not engine.up(program).errors
    assert engine.id("price") == made
    assert world.writes() == {}
    converged(engine, program)


def test_a_state_with_wire_names_is_read_and_is_no_change(world: World) -> None:
    """States of earlier versions hold the template as the API spells it."""
    engine = Engine(world)
    template: Inputs = {"type": "metered", "issue_after_reset": 5, "usage_period": {"interval": "P1M"}}
    program = priced(world, template, "version")
    engine.up(program)
    made, held = engine.id("price"), engine.state["price"]
    old = {"type": "metered", "issueAfterReset": 5.0, "usagePeriod": {"interval": "P1M"}}
    for values in (held.inputs, held.outputs):
        values["entitlement_template"] = dict(old)
    world.calls()
    assert engine.up(program).steps == {"price": "update"}
    assert (engine.id("price"), world.writes()) == (made, {})
    converged(engine, program)

    for values in (held.inputs, held.outputs):
        values["entitlement_template"] = dict(old)
    engine.state["price"] = held
    engine.refresh()
    assert engine.state["price"].inputs["entitlement_template"] == template
    converged(engine, program)


def test_a_service_that_spells_durations_its_own_way_shows_no_diff(world: World) -> None:
    def normalise(_request: httpx.Request, answer: Answer) -> httpx.Response:
        response = answer()
        content = response.content.replace(b'"P12M"', b'"P1Y"').replace(b'"P7D"', b'"P1W"')
        return httpx.Response(response.status_code, content=content, headers={"content-type": "application/json"})

    world.transport.meddle = normalise
    engine = Engine(world)
    period = {"usage_period": {"interval": "P7D"}}
    program = priced(world, {"type": "metered", "issue_after_reset": 5, **period}, "version")
    program["price"].inputs["billing_cadence"] = "P12M"
    assert not engine.up(program).errors
    made = engine.id("price")
    converged(engine, program)
    world.transport.meddle = lambda _request, answer: answer()
    assert world.call("GET", f"/v0/prices/{made}")["billingCadence"] == "P12M"
    program["price"].inputs["billing_cadence"] = "P1Y"
    assert engine.up(program).steps == {"price": "update"}
    assert engine.id("price") == made
    engine.state.clear()
    world.calls()
    engine.up(program)
    assert (engine.id("price"), world.writes()) == (made, {})
