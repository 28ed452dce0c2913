"""A name is no proof of whose an object is: what is found under one is taken over only if it is what is declared.

Another resource may hold the object, and be about to give the name up in the same run: taking it would move its
subscribers, its usage and everything below it to a resource that only has the name.
"""

from typing import Any

import pytest

from pulumi_paygentic.catalog import BillableMetric, Feature, Fee, Plan, Price, Product
from pulumi_paygentic.lifecycle import Lifecycle
from tests.contract.engine import Engine, Program, Ref, Resource
from tests.contract.test_prices_and_plans import converged, default, lines, shop
from tests.contract.world import World
from tests.in_process import Answer


@pytest.fixture
def engine(world: World) -> Engine:
    return Engine(world)


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
    engine: Engine, world: World, name: str, key: str, other: dict[str, str]
) -> None:
    engine.up(whole())
    held = engine.id(name)
    old = whole()[name]
    before = world.call("GET", f"{old.kind.path}/{held}")
    program = whole(new=renamed(old, **other))
    program[name] = renamed(old, **{key: "legacy"})
    told = engine.up(program).errors["new"]
    assert held in told
    assert next(iter(other)) in told
    assert "PAYGENTIC_ADOPT=true" in told
    assert "depends_on" in told
    after = world.call("GET", f"{old.kind.path}/{held}")
    assert engine.id(name) == held
    assert {**after, "updatedAt": 0} == {**before, key: "legacy", "updatedAt": 0}
    assert not engine.up(program).errors  # the name is free by now
    assert engine.id("new") != held
    converged(engine, program)


def test_a_plan_that_bills_otherwise_is_another_plan(engine: Engine, world: World) -> None:
    engine.up(shop())
    held, before = engine.id("plan0"), lines(default(world, engine.id("plan0")))
    engine.state.pop("plan0")
    program: Program = {**shop(), "plan0": renamed(shop()["plan0"], prices={"basic": Ref("basic")})}
    assert "differs in prices" in engine.up(program).errors["plan0"]
    assert lines(default(world, held)) == before
    world.adopt = True
    assert not engine.up(program).errors
    assert engine.id("plan0") == held
    converged(engine, program)


def test_an_equal_object_that_is_held_already_is_told_and_not_shared_in_silence(engine: Engine, world: World) -> None:
    """What is equal is taken over with no write at all; its holder, compared later, says so."""
    engine.up(whole())
    held = engine.id("runs")
    program = whole(new=whole()["runs"])
    program["runs"] = renamed(program["runs"], name="Legacy")
    world.calls()
    told = engine.up(program).errors["runs"]
    assert held in told
    assert "::new" in told
    assert "pulumi state delete" in told
    assert world.writes() == {}
    assert len(world.everything(BillableMetric)) == len({m["name"] for m in world.everything(BillableMetric)})


def test_two_resources_that_hold_one_object_are_told_and_twins_get_one_each(engine: Engine, world: World) -> None:
    """However they came to it: a run with a target compares nothing else, and an old state may be restored."""
    engine.up(whole())
    twin, metric = whole()["basic"], whole(second=renamed(whole()["runs"], name="Second"))
    engine.up({**metric, "twin": twin})
    engine.state["twin"] = engine.state["basic"]
    report = engine.up({**metric, "twin": twin})
    assert not report.errors
    assert report.steps["twin"] == "replace"
    assert engine.id("twin") != engine.id("basic")
    assert world.lifecycle(Price).read(engine.id("basic"), engine.state["basic"].outputs) is not None
    converged(engine, {**metric, "twin": twin})

    engine.state["second"] = engine.state["runs"]
    assert "held by another resource" in "".join(engine.up({**metric, "twin": twin}).errors.values())


def test_a_twin_that_finds_what_another_has_just_made_leaves_each_with_one(world: World) -> None:
    """The answer to A's POST is still under way when B's fails, and B looks for what it may have made."""
    inputs = world.checked(Price, {**shop()["premium"].inputs, "billable_metric_id": "bm_A"})
    account = world.run()
    met: list[str] = []

    def meddle(request: Any, answer: Answer) -> Any:
        response = answer()
        if request.method == "POST" and not met:
            met.append("A")
            met.append(Lifecycle(Price, account, "urn:B").create(inputs).id)
        return response

    world.transport.meddle = meddle
    made = Lifecycle(Price, account, "urn:A").create(inputs).id
    assert made != met[1]
    assert {made, met[1]} <= {price["id"] for price in world.everything(Price)}


def test_the_rename_of_a_resource_without_an_alias_moves_its_object_as_long_as_it_stays_the_same(
    engine: Engine, world: World
) -> None:
    engine.up(shop())
    held = engine.id("plan0")
    program = shop()
    program["renamed"] = program.pop("plan0")
    world.calls()
    assert not engine.up(program).errors
    assert engine.id("renamed") == held
    assert world.writes() == {}
    assert len(world.everything(Plan)) == len({plan["name"] for plan in world.everything(Plan)})
