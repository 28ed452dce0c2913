"""A price change is a decision: its effect on plans, versions and old prices, and on a rollback."""

from typing import Any

import pytest

from pulumi_paygentic.catalog import BillableMetric, Plan, Price, Product
from tests.support.account import Inputs, MerchantAccount
from tests.support.model_engine import Engine, Program, Ref, Resource


def shop(unit_price: str = "1", *, keyed: bool = True, plans: int = 1, **more: Any) -> dict[str, Resource]:
    """A product with two metered prices, sold by one or more plans that list both."""
    metric = {"product_id": Ref("api"), "description": "", "unit": "run", "aggregation": "COUNT", "event_type": "run"}
    price = {"model": "standard", "payment_term": "in_arrears", "invoice_display_name": "Runs"}
    prices: Any = {"basic": Ref("basic"), "premium": Ref("premium")}
    prices = prices if keyed else list(prices.values())
    program = {
        "api": Resource(Product, {"name": "API", "description": ""}),
        "runs": Resource(BillableMetric, {**metric, "name": "Runs"}),
        "seconds": Resource(BillableMetric, {**metric, "name": "Seconds"}),
        "basic": Resource(Price, {**price, "billable_metric_id": Ref("runs"), "unit_price": unit_price, **more}),
        "premium": Resource(Price, {**price, "billable_metric_id": Ref("seconds"), "unit_price": "9"}),
    }
    for number in range(plans):
        plan = {"product_id": Ref("api"), "name": f"Plan {number}", "currency": "USD", "prices": prices}
        program[f"plan{number}"] = Resource(Plan, plan)
    return program


def versions(merchant: MerchantAccount, plan_id: str) -> list[Inputs]:
    """All versions of a plan, the first one first."""
    summaries = merchant.call("GET", f"/v0/plans/{plan_id}/versions?limit=100")["data"]
    numbers = sorted(summary["versionNumber"] for summary in summaries)
    return [merchant.call("GET", f"/v0/plans/{plan_id}/versions/{number}") for number in numbers]


def lines(version: Inputs) -> dict[str, str]:
    return {slot["key"]: slot["id"] for slot in version["prices"]}


def default(merchant: MerchantAccount, plan_id: str) -> Inputs:
    [version] = [version for version in versions(merchant, plan_id) if version["isDefault"]]
    return version


def converged(engine: Engine, program: Program) -> None:
    """The next up and the one after a refresh are empty and write nothing."""
    engine.merchant.calls()
    assert engine.up(program).is_empty
    assert engine.merchant.calls() == {}
    engine.refresh()
    report = engine.up(program)
    assert report.is_empty, report
    assert engine.merchant.writes() == {}


@pytest.fixture
def engine(merchant: MerchantAccount) -> Engine:
    return Engine(merchant)


@pytest.mark.parametrize("keyed", [True, False])
def test_a_price_change_mints_one_version_and_keeps_the_lines(
    engine: Engine, merchant: MerchantAccount, keyed: bool
) -> None:
    assert not engine.up(shop(keyed=keyed)).errors
    old, plan = engine.id("basic"), engine.id("plan0")
    before = default(merchant, plan)
    merchant.calls()
    report = engine.up(shop("2", keyed=keyed))
    assert report.steps == {
        "api": "same", "runs": "same", "seconds": "same", "basic": "replace", "premium": "same", "plan0": "update",
    }  # fmt: skip
    assert merchant.writes() == {"POST /v0/prices": 1, "POST /v0/plans/{id}/versions": 1, "DELETE /v0/prices/{id}": 1}
    after = default(merchant, plan)
    moved = {key: engine.id("basic") if price_id == old else price_id for key, price_id in lines(before).items()}
    assert lines(after) == moved
    assert report.warnings == []
    assert any(old in text and "version 1 of plan 'Plan 0'" in text for text in report.infos)
    converged(engine, shop("2", keyed=keyed))


def test_the_new_price_bills_before_the_old_one_goes(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop())
    order: list[str] = []
    forward = merchant.transport.intercept

    def note(request: Any, answer: Any) -> Any:
        if request.method != "GET":
            order.append(f"{request.method} {request.url.path.split('/')[2]}")
        return forward(request, answer)

    merchant.transport.intercept = note
    engine.up(shop("2"))
    assert order == ["POST prices", "POST plans", "DELETE prices"]


@pytest.mark.parametrize("keyed", [True, False])
def test_reverting_the_program_is_a_rollback_to_the_earlier_version(
    engine: Engine, merchant: MerchantAccount, keyed: bool
) -> None:
    engine.up(shop(keyed=keyed))
    first, plan = engine.id("basic"), engine.id("plan0")
    for unit_price in ("2", "3"):
        engine.up(shop(unit_price, keyed=keyed))
    merchant.calls()
    assert not engine.up(shop("1", keyed=keyed)).errors
    assert engine.id("basic") == first
    assert default(merchant, plan)["versionNumber"] == 1
    assert len(versions(merchant, plan)) == 3
    assert "POST /v0/prices" not in merchant.writes()
    converged(engine, shop("1", keyed=keyed))


def test_a_price_shared_by_two_plans_moves_both(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop(plans=2))
    assert not engine.up(shop("2", plans=2)).errors
    for plan in ("plan0", "plan1"):
        assert lines(default(merchant, engine.id(plan)))["basic"] == engine.id("basic")
    converged(engine, shop("2", plans=2))
    assert not engine.up(shop("1", plans=2)).errors
    assert [default(merchant, engine.id(plan))["versionNumber"] for plan in ("plan0", "plan1")] == [1, 1]
    converged(engine, shop("1", plans=2))


def test_in_place_edits_the_price_and_no_version_is_made(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop(on_change="in_place"))
    old = engine.id("basic")
    report = engine.up(shop("2", on_change="in_place"))
    assert report.steps["basic"] == "update"
    assert engine.id("basic") == old
    assert len(versions(merchant, engine.id("plan0"))) == 1
    converged(engine, shop("2", on_change="in_place"))


@pytest.mark.parametrize("policy", ["version", "in_place", "refuse"])
def test_presentation_is_always_edited_in_place(engine: Engine, merchant: MerchantAccount, policy: str) -> None:
    engine.up(shop(on_change=policy))
    program = shop(on_change=policy, invoice_display_name="Executions", invoice_display_group="All")
    assert engine.up(program).steps["basic"] == "update"
    assert merchant.writes()["PATCH /v0/prices/{id}"] == 1
    converged(engine, program)


def test_lines_of_a_plan_change_without_losing_the_others(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop())
    program = shop()
    plan = program["plan0"]
    fewer = {**program, "plan0": Resource(Plan, {**plan.inputs, "prices": {"premium": Ref("premium")}})}
    assert not engine.up(fewer).errors
    assert set(lines(default(merchant, engine.id("plan0")))) == {"premium"}
    renamed = {**program, "plan0": Resource(Plan, {**plan.inputs, "prices": {"fast": Ref("premium")}})}
    assert not engine.up(renamed).errors
    assert set(lines(default(merchant, engine.id("plan0")))) == {"fast"}
    converged(engine, renamed)


def test_lines_stand_in_the_order_of_their_keys_however_a_program_is_read(
    engine: Engine, merchant: MerchantAccount
) -> None:
    for number, order in enumerate((["premium", "basic"], ["basic", "premium"])):
        prices = {name: Ref(name) for name in order}
        program = {
            **shop(),
            "plan0": Resource(Plan, {**shop()["plan0"].inputs, "name": f"P{number}", "prices": prices}),
        }
        engine.state.pop("plan0", None)
        assert not engine.up(program).errors
        assert list(lines(default(merchant, engine.id("plan0")))) == ["basic", "premium"]


def test_from_a_list_to_keys_and_back(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop(keyed=False))
    assert not engine.up(shop(keyed=True)).errors
    assert set(lines(default(merchant, engine.id("plan0")))) == {"basic", "premium"}
    converged(engine, shop(keyed=True))
    merchant.calls()
    assert not engine.up(shop(keyed=False)).errors
    assert merchant.writes() == {}
    converged(engine, shop(keyed=False))


@pytest.mark.parametrize("names", [("Runs", "Fast runs"), ("Fast runs", "Runs")])
def test_two_prices_of_one_metric_keep_their_lines_in_a_list(
    engine: Engine, merchant: MerchantAccount, names: tuple[str, str]
) -> None:
    """Each takes the line of the one that it is most like, and not of the one that its id happens to sort with."""
    program = shop(keyed=False)
    named = dict(zip(("basic", "premium"), names, strict=True))
    for name, shown in named.items():
        like = {"billable_metric_id": Ref("runs"), "invoice_display_name": shown}
        program[name] = Resource(Price, {**program[name].inputs, **like})
    engine.up(program)
    before = lines(default(merchant, engine.id("plan0")))
    places = {key: name for key, price in before.items() for name in named if price == engine.id(name)}
    edited = dict(program)
    edited["basic"] = Resource(Price, {**program["basic"].inputs, "unit_price": "5"})
    edited["premium"] = Resource(Price, {**program["premium"].inputs, "unit_price": "6"})
    assert not engine.up(edited).errors
    after = lines(default(merchant, engine.id("plan0")))
    assert after == {key: engine.id(name) for key, name in places.items()}
    converged(engine, edited)


def test_prices_are_not_managed_where_they_are_not_declared(engine: Engine, merchant: MerchantAccount) -> None:
    program = shop()
    program["plan0"] = Resource(Plan, {"product_id": Ref("api"), "name": "Plan 0", "currency": "USD"})
    engine.up(program)
    merchant.call("PATCH", f"/v0/plans/{engine.id('plan0')}", {"prices": [engine.id("basic")]})
    converged(engine, program)


@pytest.mark.parametrize("keyed", [True, False])
def test_the_first_prices_of_a_plan_that_had_none(engine: Engine, merchant: MerchantAccount, keyed: bool) -> None:
    program = shop()
    program["plan0"] = Resource(Plan, {"product_id": Ref("api"), "name": "Plan 0", "currency": "USD"})
    engine.up(program)
    assert not engine.up(shop(keyed=keyed)).errors
    first = lines(default(merchant, engine.id("plan0")))
    assert set(first.values()) == {engine.id("basic"), engine.id("premium")}
    assert not keyed or set(first) == {"basic", "premium"}
    converged(engine, shop(keyed=keyed))


def test_declared_prices_can_not_be_left_out_again(engine: Engine) -> None:
    engine.up(shop())
    program = shop()
    program["plan0"] = Resource(Plan, {"product_id": Ref("api"), "name": "Plan 0", "currency": "USD"})
    assert "cannot be removed" in engine.up(program).errors["plan0"]


def test_stable_price_ids_that_move_declared_ids_are_reported(engine: Engine) -> None:
    program = shop()
    program["plan0"] = Resource(Plan, {**program["plan0"].inputs, "stable_price_ids": True})
    engine.up(program)
    changed = {**shop("2"), "plan0": program["plan0"]}
    assert any("stable_price_ids" in warning for warning in engine.up(changed).warnings)
