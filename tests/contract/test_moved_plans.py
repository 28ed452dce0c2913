"""A plan that somebody else moved, or that moved only in part: one clear error, and never a lost line."""

import json
from typing import Any

import httpx
import pytest

from pulumi_paygentic.catalog import Plan
from tests.contract.test_prices_and_plans import converged, default, lines, shop, versions
from tests.support.account import Inputs, MerchantAccount
from tests.support.in_process import Answer
from tests.support.model_engine import Engine, Resource


@pytest.fixture
def engine(merchant: MerchantAccount) -> Engine:
    return Engine(merchant)


def mint_elsewhere(merchant: MerchantAccount, plan_id: str, price_id: str) -> dict[str, str]:
    """Somebody adds a line; answers the lines that the plan has then."""
    current = lines(default(merchant, plan_id))
    entries = [{"key": key, "priceId": held} for key, held in current.items()]
    merchant.call(
        "POST", f"/v0/plans/{plan_id}/versions", {"prices": [*entries, {"key": "extra", "priceId": price_id}]}
    )
    return {**current, "extra": price_id}


def extra_price(merchant: MerchantAccount, engine: Engine) -> str:
    price = {"invoiceDisplayName": "Extra", "paymentTerm": "in_arrears", "model": "standard"}
    body = {**price, "billableMetricId": engine.id("runs"), "properties": {"unitPrice": "77"}}
    return str(merchant.call("POST", "/v0/prices", body)["id"])


def edited(unit_price: str, **plan: Any) -> dict[str, Resource]:
    program = shop(unit_price)
    program["plan0"] = Resource(Plan, {**program["plan0"].inputs, **plan})
    return program


@pytest.mark.parametrize("fields", [{}, {"description": "Edited as well"}])
def test_somebody_minted_meanwhile_no_line_is_lost_however_often_up_is_run(
    engine: Engine, merchant: MerchantAccount, fields: Inputs
) -> None:
    engine.up(edited("1"))
    theirs = mint_elsewhere(merchant, engine.id("plan0"), extra_price(merchant, engine))
    for _ in range(3):
        report = engine.up(edited("2", **fields))
        assert "refresh" in report.errors["plan0"]
        assert engine.id("plan0") in report.errors["plan0"]
        assert lines(default(merchant, engine.id("plan0"))) == theirs
    engine.refresh()
    assert engine.state["plan0"].inputs["prices"] == theirs
    assert not engine.up(edited("2", **fields)).errors
    assert set(lines(default(merchant, engine.id("plan0")))) == {"basic", "premium"}
    converged(engine, edited("2", **fields))


def test_somebody_mints_in_the_last_moment_and_the_api_itself_refuses(
    engine: Engine, merchant: MerchantAccount
) -> None:
    engine.up(shop())
    plan, price = engine.id("plan0"), extra_price(merchant, engine)
    theirs: list[dict[str, str]] = []

    def overtake(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("/versions") and not theirs:
            merchant.transport.intercept = lambda _request, let_through: let_through()
            theirs.append(mint_elsewhere(merchant, plan, price))
        return answer()

    merchant.transport.intercept = overtake
    report = engine.up(shop("2"))
    assert "is now version 2" in report.errors["plan0"]
    assert "refresh" in report.errors["plan0"]
    assert lines(default(merchant, plan)) == theirs[0]


def test_the_wanted_prices_are_there_already_whoever_put_them(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop())
    plan, price = engine.id("plan0"), extra_price(merchant, engine)
    mint_elsewhere(merchant, plan, price)
    merchant.call("PATCH", f"/v0/plans/{plan}/versions/1", {"default": True})
    converged(engine, shop())


def test_a_plan_that_could_not_move_is_remembered_and_completed_by_the_next_up(
    engine: Engine, merchant: MerchantAccount
) -> None:
    engine.up(edited("1"))
    old = engine.id("basic")

    def broken(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("/versions"):
            return httpx.Response(500, json={"message": "broken"})
        return answer()

    merchant.transport.intercept = broken
    program = edited("2", description="New")
    report = engine.up(program)
    assert report.steps["plan0"] == "incomplete"
    assert "did not move" in report.errors["plan0"]
    assert engine.state["plan0"].outputs["description"] == "New"
    assert engine.state["plan0"].outputs["prices"]["basic"] == old
    merchant.transport.intercept = lambda _request, answer: answer()
    assert engine.up(program).steps["plan0"] == "update"
    assert lines(default(merchant, engine.id("plan0")))["basic"] == engine.id("basic")
    converged(engine, program)


def test_a_version_with_a_deleted_price_never_bills_again(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop())
    first = engine.id("basic")
    engine.up(shop("2"))

    def deleted(request: httpx.Request, answer: Answer) -> httpx.Response:
        response = answer()
        if "/versions/1" not in request.url.path:
            return response
        version = json.loads(response.content)
        for slot in version["prices"]:
            slot["priceDeleted"] = slot["id"] == first
        return httpx.Response(response.status_code, json=version)

    merchant.transport.intercept = deleted
    assert not engine.up(shop("1")).errors
    assert default(merchant, engine.id("plan0"))["versionNumber"] == 3


def test_a_default_that_was_moved_back_is_drift_and_is_mended_without_a_new_version(
    engine: Engine, merchant: MerchantAccount
) -> None:
    engine.up(shop())
    engine.up(shop("2"))
    plan = engine.id("plan0")
    merchant.call("PATCH", f"/v0/plans/{plan}/versions/1", {"default": True})
    engine.refresh()
    assert engine.up(shop("2")).steps["plan0"] == "update"
    assert default(merchant, plan)["versionNumber"] == 2
    assert len(versions(merchant, plan)) == 2
    converged(engine, shop("2"))


def test_versions_are_read_only_when_the_default_has_moved(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop(plans=4))
    merchant.calls()
    engine.refresh()
    assert not any("versions" in call for call in merchant.calls())
    merchant.call("PATCH", f"/v0/plans/{engine.id('plan3')}", {"prices": [engine.id("basic")]})
    engine.refresh()
    assert engine.state["plan3"].inputs["prices"] == {"basic": engine.id("basic")}
    assert engine.state["plan2"].inputs["prices"].keys() == {"basic", "premium"}


def test_a_mint_that_is_refused_for_another_reason_says_that_reason(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop())

    def locked(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("/versions"):
            return httpx.Response(409, json={"message": "locked", "code": "LOCKED"})
        return answer()

    merchant.transport.intercept = locked
    reported = engine.up(shop("2")).errors["plan0"]
    assert "LOCKED" in reported
    assert "last seen" not in reported
