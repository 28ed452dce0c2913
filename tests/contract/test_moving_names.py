"""A name does not prove ownership: an object that is found under one is adopted only if it is as declared.

Another resource may hold the object, and be about to give the name up in the same run: taking it would move its
subscribers, its usage and everything below it to a resource that only has the name.
"""

from typing import Any

import pytest

from pulumi_paygentic.catalog import BillableMetric, Feature, Fee, Plan, Price, Product
from pulumi_paygentic.lifecycle import Lifecycle
from tests.contract.test_prices_and_plans import converged, default, lines, shop
from tests.support.account import MerchantAccount
from tests.support.in_process import Answer
from tests.support.model_engine import Engine, Program, Ref, Resource


@pytest.fixture
def engine(merchant: MerchantAccount) -> Engine:
    return Engine(merchant)


def whole(**more: Resource) -> dict[str, Resource]:
    """The shop with a fee and a feature, and `more` declared before what they may take the names of."""
    of_api: dict[str, Any] = {"product_id": Ref("api")}
    program = shop()
    api = program.pop("api")
    fee = Resource(Fee, {**of_api, "name": "Setup", "description": "Once"})
    feature = Resource(Feature, {**of_api, "key": "sso", "name": "SSO"})
    below = {name: more.pop(name) for name in list(more) if more[name].kind is not Product}
    return {**more, "api": api, **below, **program, "setup": fee, "sso": feature}


def renamed(resource: Resource, **changes: Any) -> Resource:
    return Resource(resource.kind, {**resource.inputs, **changes})


@pytest.mark.parametrize(
    ("name", "key", "other"),
    [
        ("api", "name", {"description": "Another"}),
        ("runs", "name", {"event_type": "another"}),
        ("setup", "name", {"description": "Another"}),
        ("sso", "key", {"name": "Another"}),
        ("plan0", "name", {"billing_cadence": "P1Y"}),
    ],
)
def test_a_new_resource_does_not_get_the_object_that_another_is_about_to_rename(
    engine: Engine, merchant: MerchantAccount, name: str, key: str, other: dict[str, str]
) -> None:
    engine.up(whole())
    held = engine.id(name)
    old = whole()[name]
    before = merchant.call("GET", f"{old.kind.path}/{held}")
    program = whole(new=renamed(old, **other))
    program[name] = renamed(old, **{key: "legacy"})
    reported = engine.up(program).errors["new"]
    assert held in reported
    assert next(iter(other)) in reported
    assert "PAYGENTIC_ADOPT=true" in reported
    assert "depends_on" in reported
    after = merchant.call("GET", f"{old.kind.path}/{held}")
    assert engine.id(name) == held
    assert {**after, "updatedAt": 0} == {**before, key: "legacy", "updatedAt": 0}
    assert not engine.up(program).errors  # the name is free by now
    assert engine.id("new") != held
    converged(engine, program)


def test_a_plan_that_bills_otherwise_is_another_plan(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop())
    held, before = engine.id("plan0"), lines(default(merchant, engine.id("plan0")))
    engine.state.pop("plan0")
    program: Program = {**shop(), "plan0": renamed(shop()["plan0"], prices={"basic": Ref("basic")})}
    assert "differs in prices" in engine.up(program).errors["plan0"]
    assert lines(default(merchant, held)) == before
    merchant.adopt = True
    assert not engine.up(program).errors
    assert engine.id("plan0") == held
    converged(engine, program)


def test_an_equal_object_that_is_held_already_is_reported_and_not_shared(
    engine: Engine, merchant: MerchantAccount
) -> None:
    """An equal object is adopted without a write; its holder, compared later, reports it."""
    engine.up(whole())
    held = engine.id("runs")
    program = whole(new=whole()["runs"])
    program["runs"] = renamed(program["runs"], name="Legacy")
    merchant.calls()
    reported = engine.up(program).errors["runs"]
    assert held in reported
    assert "::new" in reported
    assert "pulumi state delete" in reported
    assert merchant.writes() == {}
    assert len(merchant.everything(BillableMetric)) == len({m["name"] for m in merchant.everything(BillableMetric)})


def test_two_resources_that_hold_one_object_are_reported_and_twins_get_one_each(
    engine: Engine, merchant: MerchantAccount
) -> None:
    """However they came to it: a run with a target compares nothing else, and an old state may be restored."""
    engine.up(whole())
    twin, metric = whole()["basic"], whole(second=renamed(whole()["runs"], name="Second"))
    engine.up({**metric, "twin": twin})
    engine.state["twin"] = engine.state["basic"]
    report = engine.up({**metric, "twin": twin})
    assert not report.errors
    assert report.steps["twin"] == "replace"
    assert engine.id("twin") != engine.id("basic")
    assert merchant.lifecycle(Price).read(engine.id("basic"), engine.state["basic"].outputs) is not None
    converged(engine, {**metric, "twin": twin})

    engine.state["second"] = engine.state["runs"]
    assert "held by another resource" in "".join(engine.up({**metric, "twin": twin}).errors.values())


def test_a_twin_that_finds_what_another_has_just_made_leaves_each_with_one(merchant: MerchantAccount) -> None:
    """The answer to A's POST is still under way when B's fails, and B searches for its own object."""
    inputs = merchant.checked(Price, {**shop()["premium"].inputs, "billable_metric_id": "bm_A"})
    account = merchant.run()
    met: list[str] = []

    def intercept(request: Any, answer: Answer) -> Any:
        response = answer()
        if request.method == "POST" and not met:
            met.append("A")
            met.append(Lifecycle(Price, account, "urn:B").create(inputs).id)
        return response

    merchant.transport.intercept = intercept
    made = Lifecycle(Price, account, "urn:A").create(inputs).id
    assert made != met[1]
    assert {made, met[1]} <= {price["id"] for price in merchant.everything(Price)}


def test_the_rename_of_a_resource_without_an_alias_moves_its_object_as_long_as_it_stays_the_same(
    engine: Engine, merchant: MerchantAccount
) -> None:
    engine.up(shop())
    held = engine.id("plan0")
    program = shop()
    program["renamed"] = program.pop("plan0")
    merchant.calls()
    assert not engine.up(program).errors
    assert engine.id("renamed") == held
    assert merchant.writes() == {}
    assert len(merchant.everything(Plan)) == len({plan["name"] for plan in merchant.everything(Plan)})
