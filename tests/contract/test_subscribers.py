"""What a price change means to subscribers: the policies, the count that `refuse` goes by, and the API's own block."""

from typing import Any

import pytest

from pulumi_paygentic.catalog import Plan
from tests.contract.engine import Engine, Resource
from tests.contract.test_prices_and_plans import converged, default, lines, shop
from tests.contract.world import MERCHANT, World


@pytest.fixture
def engine(world: World) -> Engine:
    return Engine(world)


def subscribe(world: World, plan_id: str, email: str = "ada@example.com", **more: Any) -> None:
    consumer = {"name": "Ada", "email": email, "address": {"country": "DE", "zipCode": "10115"}}
    customer = world.call("POST", "/v0/customers", {"merchantId": MERCHANT, "consumer": consumer})["customerId"]
    terms = {"name": "Ada", "startedAt": "2026-01-01T00:00:00Z", "planId": plan_id, "customerId": customer, **more}
    world.call("POST", "/v0/subscriptions", terms)


def test_refuse_lets_a_change_through_while_nobody_subscribes(engine: Engine) -> None:
    engine.up(shop(on_change="refuse"))
    report = engine.up(shop("2", on_change="refuse"))
    assert not report.errors
    converged(engine, shop("2", on_change="refuse"))


def test_refuse_is_an_error_in_preview_as_of_the_last_read(engine: Engine, world: World) -> None:
    engine.up(shop(on_change="refuse"))
    subscribe(world, engine.id("plan0"))
    engine.refresh()
    world.calls()
    told = engine.up(shop("2", on_change="refuse")).errors["basic"]
    assert world.calls() == {}
    assert engine.id("basic") in told
    assert engine.id("plan0") in told


def test_refuse_counts_again_before_any_write(engine: Engine, world: World) -> None:
    engine.up(shop(on_change="refuse"))
    subscribe(world, engine.id("plan0"))
    world.calls()
    assert engine.id("plan0") in engine.up(shop("2", on_change="refuse")).errors["basic"]
    assert world.writes() == {}


def test_refuse_lets_presentation_through(engine: Engine, world: World) -> None:
    engine.up(shop(on_change="refuse"))
    subscribe(world, engine.id("plan0"))
    engine.refresh()
    program = shop(on_change="refuse", invoice_display_name="Executions")
    assert not engine.up(program).errors
    converged(engine, program)


def test_another_policy_may_be_chosen_together_with_the_change(engine: Engine, world: World) -> None:
    engine.up(shop(on_change="refuse"))
    subscribe(world, engine.id("plan0"))
    engine.refresh()
    assert engine.up(shop("2", on_change="version")).steps["basic"] == "replace"
    converged(engine, shop("2", on_change="version"))


@pytest.mark.parametrize("pinned", [False, True])
def test_a_version_reaches_floating_subscribers_and_keeps_what_pinned_ones_pay(
    engine: Engine, world: World, pinned: bool
) -> None:
    engine.up(shop())
    plan, old = engine.id("plan0"), engine.id("basic")
    subscribe(world, plan, **({"versionPolicy": "pinned"} if pinned else {}))
    report = engine.up(shop("2"))
    assert not report.errors
    assert lines(default(world, plan))["basic"] == engine.id("basic") != old
    first = world.call("GET", f"/v0/plans/{plan}/versions/1")
    assert lines(first)["basic"] == old
    assert old in report.warnings[0]
    converged(engine, shop("2"))


def test_the_api_s_own_block_of_an_edit_is_told_and_nothing_is_changed(engine: Engine, world: World) -> None:
    engine.up(shop(on_change="in_place"))
    subscribe(world, engine.id("plan0"))
    told = engine.up(shop(on_change="in_place", billing_cadence="P3M")).errors["basic"]
    assert "409" in told
    assert "PRICE_HAS_SUBSCRIPTIONS" in told
    converged(engine, shop(on_change="in_place"))


def test_prices_of_a_plan_that_is_kept_stay_with_a_warning_that_names_it(engine: Engine) -> None:
    engine.up(shop())
    warnings = engine.destroy().warnings
    assert len(warnings) == 6
    assert sum("still held by" in warning for warning in warnings) == 2
    assert sum("the API can't delete" in warning for warning in warnings) == 4


def test_a_plan_that_is_edited_keeps_its_subscribers_version(engine: Engine, world: World) -> None:
    engine.up(shop())
    subscribe(world, engine.id("plan0"))
    program = shop()
    program["plan0"] = Resource(Plan, {**program["plan0"].inputs, "billing_cadence": "P1Y"})
    assert not engine.up(program).errors
    assert default(world, engine.id("plan0"))["versionNumber"] == 1
    converged(engine, program)
