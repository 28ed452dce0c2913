"""Authorization links over time: pending, completed, expired, and renewed only where that is asked for."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from pulumi_paygentic.catalog import AuthorizationLink
from tests.contract.engine import Engine, Program, Resource
from tests.contract.test_prices_and_plans import converged
from tests.contract.world import World

DAYS = "P2D"


def link(world: World, **more: Any) -> Program:
    inputs = {"plan_id": world.id("plan_A"), "email": "ada@example.com", **more}
    return {"ada": Resource(AuthorizationLink, inputs)}


def in_the_past(world: World) -> None:
    """Links that are made now expired yesterday: our own clock is not the emulator's."""
    world.call("POST", "/_emulator/clock", {"now": "2026-01-01T00:00:00Z"})


def accept(world: World, url: str) -> None:
    form = {"decision": "accept", "name": "Ada", "country": "DE", "zipCode": "10115", "city": "Berlin"}
    answer = world.http.post(urlsplit(url).path, data=form)
    assert answer.status_code in {200, 303}, answer.text


@pytest.fixture
def engine(world: World) -> Engine:
    return Engine(world)


@pytest.mark.parametrize("renew", [True, False])
def test_an_open_link_is_left_alone(engine: Engine, world: World, renew: bool) -> None:
    engine.up(link(world, renew=renew))
    assert engine.state["ada"].outputs["status"] == "pending"
    converged(engine, link(world, renew=renew))


def test_an_expired_link_is_renewed_only_where_that_is_asked_for(engine: Engine, world: World) -> None:
    in_the_past(world)
    engine.up(link(world))
    first = engine.id("ada")
    world.call("POST", "/_emulator/clock", {"advance": DAYS})
    engine.refresh()
    assert engine.state["ada"].outputs["status"] == "expired"
    assert engine.up(link(world)).is_empty
    report = engine.up(link(world, renew=True))
    assert report.steps["ada"] == "replace"
    assert report.warnings == []
    assert engine.id("ada") != first


def test_an_expired_link_is_renewed_without_a_refresh_as_well(engine: Engine, world: World) -> None:
    """The time that the state holds is enough."""
    in_the_past(world)
    engine.up(link(world, renew=True))
    assert engine.state["ada"].outputs["status"] == "pending"
    assert engine.up(link(world, renew=True)).steps["ada"] == "replace"


@pytest.mark.parametrize("refreshed", [True, False])
def test_a_completed_link_is_never_touched_again(engine: Engine, world: World, refreshed: bool) -> None:
    in_the_past(world)
    engine.up(link(world, renew=True))
    made = engine.id("ada")
    accept(world, engine.state["ada"].outputs["url"])
    world.call("POST", "/_emulator/clock", {"advance": DAYS})
    if refreshed:
        engine.refresh()
        assert engine.state["ada"].outputs["customer_id"].startswith("cus_")
    world.calls()
    assert not engine.up(link(world, renew=True)).errors
    assert engine.id("ada") == made
    assert engine.state["ada"].outputs["status"] == "completed"
    assert world.writes() == {}
    converged(engine, link(world, renew=True))


@pytest.mark.parametrize(
    "change", [{"email": "grace@example.com"}, {"plan_id": "plan_B"}, {"redirect_url": "https://example.com/"}]
)
def test_any_change_makes_a_new_link_and_the_old_one_stays_open_with_a_word(
    engine: Engine, world: World, change: dict[str, str]
) -> None:
    engine.up(link(world))
    first = engine.id("ada")
    report = engine.up(link(world, **world.resolve(change)))
    assert report.steps["ada"] == "replace"
    assert engine.id("ada") != first
    assert first in report.warnings[0]
    assert "stays open until" in report.warnings[0]
    converged(engine, link(world, **world.resolve(change)))


def test_turning_renewal_on_and_off_writes_nothing(engine: Engine, world: World) -> None:
    engine.up(link(world))
    world.calls()
    for renew in (True, False):
        assert engine.up(link(world, renew=renew)).steps["ada"] == "update"
        assert world.calls() == {}
        converged(engine, link(world, renew=renew))


def test_a_used_link_and_one_that_is_over_go_without_a_word(engine: Engine, world: World) -> None:
    engine.up(link(world))
    accept(world, engine.state["ada"].outputs["url"])
    engine.refresh()
    assert engine.destroy().warnings == []
    in_the_past(world)
    engine.up(link(world, email="grace@example.com"))
    assert engine.destroy().warnings == []


def test_a_link_that_was_used_since_the_last_read_goes_without_a_word(engine: Engine, world: World) -> None:
    engine.up(link(world))
    accept(world, engine.state["ada"].outputs["url"])
    assert engine.destroy().warnings == []
