"""Authorization links over time: pending, completed, expired, and renewed only where that is asked for."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from pulumi_paygentic.catalog import AuthorizationLink
from tests.contract.test_prices_and_plans import converged
from tests.support.account import MerchantAccount
from tests.support.model_engine import Engine, Program, Resource

DAYS = "P2D"


def link(merchant: MerchantAccount, **more: Any) -> Program:
    inputs = {"plan_id": merchant.id("plan_A"), "email": "ada@example.com", **more}
    return {"ada": Resource(AuthorizationLink, inputs)}


def in_the_past(merchant: MerchantAccount) -> None:
    """Links that are made now expired yesterday: our own clock is not the emulator's."""
    merchant.call("POST", "/_emulator/clock", {"now": "2026-01-01T00:00:00Z"})


def accept(merchant: MerchantAccount, url: str) -> None:
    form = {"decision": "accept", "name": "Ada", "country": "DE", "zipCode": "10115", "city": "Berlin"}
    answer = merchant.http.post(urlsplit(url).path, data=form)
    assert answer.status_code in {200, 303}, answer.text


@pytest.fixture
def engine(merchant: MerchantAccount) -> Engine:
    return Engine(merchant)


@pytest.mark.parametrize("renew", [True, False])
def test_an_open_link_is_left_alone(engine: Engine, merchant: MerchantAccount, renew: bool) -> None:
    engine.up(link(merchant, renew=renew))
    assert engine.state["ada"].outputs["status"] == "pending"
    converged(engine, link(merchant, renew=renew))


def test_an_expired_link_is_renewed_only_where_that_is_asked_for(engine: Engine, merchant: MerchantAccount) -> None:
    in_the_past(merchant)
    engine.up(link(merchant))
    first = engine.id("ada")
    merchant.call("POST", "/_emulator/clock", {"advance": DAYS})
    engine.refresh()
    assert engine.state["ada"].outputs["status"] == "expired"
    assert engine.up(link(merchant)).is_empty
    report = engine.up(link(merchant, renew=True))
    assert report.steps["ada"] == "replace"
    assert report.warnings == []
    assert engine.id("ada") != first


def test_an_expired_link_is_renewed_without_a_refresh_as_well(engine: Engine, merchant: MerchantAccount) -> None:
    """The time that the state holds is enough."""
    in_the_past(merchant)
    engine.up(link(merchant, renew=True))
    assert engine.state["ada"].outputs["status"] == "pending"
    assert engine.up(link(merchant, renew=True)).steps["ada"] == "replace"


@pytest.mark.parametrize("refreshed", [True, False])
def test_a_completed_link_is_never_touched_again(engine: Engine, merchant: MerchantAccount, refreshed: bool) -> None:
    in_the_past(merchant)
    engine.up(link(merchant, renew=True))
    made = engine.id("ada")
    accept(merchant, engine.state["ada"].outputs["url"])
    merchant.call("POST", "/_emulator/clock", {"advance": DAYS})
    if refreshed:
        engine.refresh()
        assert engine.state["ada"].outputs["customer_id"].startswith("cus_")
    merchant.calls()
    assert not engine.up(link(merchant, renew=True)).errors
    assert engine.id("ada") == made
    assert engine.state["ada"].outputs["status"] == "completed"
    assert merchant.writes() == {}
    converged(engine, link(merchant, renew=True))


@pytest.mark.parametrize(
    "change", [{"email": "grace@example.com"}, {"plan_id": "plan_B"}, {"redirect_url": "https://example.com/"}]
)
def test_any_change_makes_a_new_link_and_the_old_one_stays_open_with_a_word(
    engine: Engine, merchant: MerchantAccount, change: dict[str, str]
) -> None:
    engine.up(link(merchant))
    first = engine.id("ada")
    report = engine.up(link(merchant, **merchant.resolve(change)))
    assert report.steps["ada"] == "replace"
    assert engine.id("ada") != first
    assert first in report.warnings[0]
    assert "stays open until" in report.warnings[0]
    converged(engine, link(merchant, **merchant.resolve(change)))


def test_turning_renewal_on_and_off_writes_nothing(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(link(merchant))
    merchant.calls()
    for renew in (True, False):
        assert engine.up(link(merchant, renew=renew)).steps["ada"] == "update"
        assert merchant.calls() == {}
        converged(engine, link(merchant, renew=renew))


def test_a_used_link_and_one_that_is_over_go_without_a_word(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(link(merchant))
    accept(merchant, engine.state["ada"].outputs["url"])
    engine.refresh()
    assert engine.destroy().warnings == []
    in_the_past(merchant)
    engine.up(link(merchant, email="grace@example.com"))
    assert engine.destroy().warnings == []


def test_a_link_that_was_used_since_the_last_read_goes_without_a_word(
    engine: Engine, merchant: MerchantAccount
) -> None:
    engine.up(link(merchant))
    accept(merchant, engine.state["ada"].outputs["url"])
    assert engine.destroy().warnings == []
