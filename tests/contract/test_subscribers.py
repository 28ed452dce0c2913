"""What a price change means to subscribers: the policies, the count that `refuse` goes by, and the API's own block."""

from typing import Any

import pytest

from pulumi_paygentic.catalog import Plan, Price
from pulumi_paygentic.lifecycle.plan_versions import DEPTH
from tests.contract.test_prices_and_plans import converged, default, lines, shop
from tests.support.account import MERCHANT, MerchantAccount
from tests.support.model_engine import Engine, Ref, Resource


@pytest.fixture
def engine(merchant: MerchantAccount) -> Engine:
    return Engine(merchant)


def subscribe(merchant: MerchantAccount, plan_id: str, email: str = "ada@example.com", **more: Any) -> None:
    consumer = {"name": "Ada", "email": email, "address": {"country": "DE", "zipCode": "10115"}}
    customer = merchant.call("POST", "/v0/customers", {"merchantId": MERCHANT, "consumer": consumer})["customerId"]
    terms = {"name": "Ada", "startedAt": "2026-01-01T00:00:00Z", "planId": plan_id, "customerId": customer, **more}
    merchant.call("POST", "/v0/subscriptions", terms)


def test_refuse_lets_a_change_through_while_nobody_subscribes(engine: Engine) -> None:
    engine.up(shop(on_change="refuse"))
    report = engine.up(shop("2", on_change="refuse"))
    assert not report.errors
    converged(engine, shop("2", on_change="refuse"))


def test_refuse_is_an_error_in_preview_as_of_the_last_read(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop(on_change="refuse"))
    subscribe(merchant, engine.id("plan0"))
    engine.refresh()
    merchant.calls()
    reported = engine.up(shop("2", on_change="refuse")).errors["basic"]
    assert merchant.calls() == {}
    assert engine.id("basic") in reported
    assert engine.id("plan0") in reported


def test_refuse_counts_again_before_any_write(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop(on_change="refuse"))
    subscribe(merchant, engine.id("plan0"))
    merchant.calls()
    assert engine.id("plan0") in engine.up(shop("2", on_change="refuse")).errors["basic"]
    assert merchant.writes() == {}


def test_refuse_lets_presentation_through(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop(on_change="refuse"))
    subscribe(merchant, engine.id("plan0"))
    engine.refresh()
    program = shop(on_change="refuse", invoice_display_name="Executions")
    assert not engine.up(program).errors
    converged(engine, program)


def test_another_policy_may_be_chosen_together_with_the_change(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop(on_change="refuse"))
    subscribe(merchant, engine.id("plan0"))
    engine.refresh()
    assert engine.up(shop("2", on_change="version")).steps["basic"] == "replace"
    converged(engine, shop("2", on_change="version"))


@pytest.mark.parametrize("pinned", [False, True])
def test_a_version_reaches_floating_subscribers_and_keeps_what_pinned_ones_pay(
    engine: Engine, merchant: MerchantAccount, pinned: bool
) -> None:
    engine.up(shop())
    plan, old = engine.id("plan0"), engine.id("basic")
    subscribe(merchant, plan, **({"versionPolicy": "pinned"} if pinned else {}))
    report = engine.up(shop("2"))
    assert not report.errors
    assert lines(default(merchant, plan))["basic"] == engine.id("basic") != old
    first = merchant.call("GET", f"/v0/plans/{plan}/versions/1")
    assert lines(first)["basic"] == old
    assert report.warnings == []
    assert any(old in text for text in report.infos)
    converged(engine, shop("2"))


def test_the_api_s_own_block_of_an_edit_is_reported_and_nothing_is_changed(
    engine: Engine, merchant: MerchantAccount
) -> None:
    engine.up(shop(on_change="in_place"))
    subscribe(merchant, engine.id("plan0"))
    reported = engine.up(shop(on_change="in_place", billing_cadence="P3M")).errors["basic"]
    assert "409" in reported
    assert "PRICE_HAS_SUBSCRIPTIONS" in reported
    converged(engine, shop(on_change="in_place"))


def test_prices_of_a_plan_that_is_retained_stay_with_a_warning_that_names_it(engine: Engine) -> None:
    engine.up(shop())
    warnings = engine.destroy().warnings
    assert len(warnings) == 6
    assert sum("still held by" in warning for warning in warnings) == 2
    assert sum("the API can't delete" in warning for warning in warnings) == 4


def test_a_plan_that_is_edited_keeps_its_subscribers_version(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop())
    subscribe(merchant, engine.id("plan0"))
    program = shop()
    program["plan0"] = Resource(Plan, {**program["plan0"].inputs, "billing_cadence": "P1Y"})
    assert not engine.up(program).errors
    assert default(merchant, engine.id("plan0"))["versionNumber"] == 1
    converged(engine, program)


@pytest.mark.parametrize("policy", ["in_place", "refuse"])
def test_a_price_edited_in_place_is_none_that_pinned_subscribers_of_another_plan_pay(
    engine: Engine, merchant: MerchantAccount, policy: str
) -> None:
    """A superseded price is like one that nobody bills from, and its version's subscribers pay it all the same."""
    engine.up(shop())
    old = engine.id("basic")
    subscribe(merchant, engine.id("plan0"), versionPolicy="pinned")
    engine.up(shop("2"))
    new = Resource(Price, {**shop()["basic"].inputs, "on_change": policy})
    plan = Resource(Plan, {**shop()["plan0"].inputs, "name": "Other", "prices": {"basic": Ref("other")}})
    program = {**shop("2"), "other": new, "plan1": plan}
    assert not engine.up(program).errors
    assert engine.id("other") != old
    program["other"] = Resource(Price, {**new.inputs, "unit_price": "77"})
    assert not engine.up(program).errors
    assert merchant.call("GET", f"/v0/prices/{old}")["properties"] == {"unitPrice": "1"}
    converged(engine, program)


def test_a_price_that_is_never_edited_may_be_a_superseded_one(engine: Engine) -> None:
    engine.up(shop())
    old = engine.id("basic")
    engine.up(shop("2"))
    program = {**shop("2"), "other": shop()["basic"]}
    assert not engine.up(program).errors
    assert engine.id("other") == old
    converged(engine, program)


def test_refuse_counts_subscribers_who_are_pinned_to_a_version_that_holds_the_price(
    engine: Engine, merchant: MerchantAccount
) -> None:
    engine.up(shop(on_change="refuse"))
    plan = engine.id("plan0")
    subscribe(merchant, plan, versionPolicy="pinned")
    other = Resource(Price, {**shop()["basic"].inputs, "invoice_display_name": "Other"})
    moved = {**shop(on_change="refuse"), "other": other}
    moved.pop("plan0")
    lines_ = {"basic": Ref("other"), "premium": Ref("premium")}
    moved["plan0"] = Resource(Plan, {**shop()["plan0"].inputs, "prices": lines_})
    assert not engine.up(moved).errors
    changed = {**moved, "basic": shop("7", on_change="refuse")["basic"]}
    merchant.calls()
    assert plan in engine.up(changed).errors["basic"]
    assert merchant.writes() == {}


def minted(merchant: MerchantAccount, plan_id: str, count: int) -> None:
    """So many more versions of the same lines, made by somebody else."""
    entries = [{"key": key, "priceId": price} for key, price in lines(default(merchant, plan_id)).items()]
    for _ in range(count):
        merchant.call("POST", f"/v0/plans/{plan_id}/versions", {"prices": entries})


def test_refuse_counts_subscribers_however_many_versions_there_are(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop(on_change="refuse"))
    subscribe(merchant, engine.id("plan0"))
    minted(merchant, engine.id("plan0"), DEPTH + 5)
    engine.refresh()
    assert engine.id("plan0") in engine.up(shop("2", on_change="refuse")).errors["basic"]


def test_a_default_version_is_known_however_far_back_it_is(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop())
    plan = engine.id("plan0")
    minted(merchant, plan, DEPTH + 5)
    engine.refresh()
    merchant.call("PATCH", f"/v0/plans/{plan}/versions/2", {"default": True})
    assert "version 2" in engine.up(shop("2")).errors["plan0"]
    engine.refresh()
    assert engine.state["plan0"].inputs["prices"] == lines(default(merchant, plan))
    assert not engine.up(shop("2")).errors
    converged(engine, shop("2"))
