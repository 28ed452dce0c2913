"""Links of `flow="subscription"`: one customer and subscription an email and plan, however often a run is killed."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from pulumi_paygentic.catalog import AuthorizationLink
from pulumi_paygentic.lifecycle import (
    AdoptionImpossible,
    AuthorizationUnavailable,
    DuplicateOwner,
    Lifecycle,
    NothingDueInAdvance,
)
from tests.contract.test_prices_and_plans import converged
from tests.support.account import MerchantAccount
from tests.support.in_process import Answer, let_through
from tests.support.model_engine import Engine, Program, Resource

EMAIL = "ada@example.com"
SUBSCRIPTIONS, CUSTOMERS = "/v0/subscriptions", "/v0/customers"


class Killed(BaseException):
    """The end of the provider's process."""


@pytest.fixture
def plan(merchant: MerchantAccount) -> str:
    """A plan that charges in advance."""
    return paid_plan(merchant, "Prepaid")


def paid_plan(merchant: MerchantAccount, name: str) -> str:
    of_merchant = {"merchantId": merchant.merchant_id, "productId": merchant.id("prod_A")}
    fee = merchant.call("POST", "/v0/fees", {"name": name, "description": "", **of_merchant})["id"]
    charge = {"properties": {"unitPrice": "5"}, "model": "standard", "billingCadence": "P1M"}
    body = {"feeId": fee, "invoiceDisplayName": name, "paymentTerm": "in_advance", **charge}
    price = merchant.call("POST", "/v0/prices", body)["id"]
    body = {"name": name, "currency": "USD", "prices": [price], **of_merchant}
    return str(merchant.call("POST", "/v0/plans", body)["id"])


@pytest.fixture
def engine(merchant: MerchantAccount, plan: str) -> Engine:
    assert plan
    merchant.calls()
    return Engine(merchant)


def link(plan: str, **more: Any) -> Program:
    return {"ada": Resource(AuthorizationLink, {"plan_id": plan, "email": EMAIL, "flow": "subscription", **more})}


def subscriptions(merchant: MerchantAccount) -> list[Any]:
    """The subscriptions that are not terminated."""
    found = merchant.everything_at(SUBSCRIPTIONS, {"merchantId": merchant.merchant_id})
    return [one for one in found if one["status"] != "terminated"]


def customers(merchant: MerchantAccount) -> list[Any]:
    return merchant.everything_at(CUSTOMERS, {"organizationId": merchant.merchant_id})


def pay(merchant: MerchantAccount, url: str) -> None:
    response = merchant.http.post(urlsplit(url).path, data={"decision": "pay"})
    assert response.status_code in {200, 303}, response.text


def in_the_past(merchant: MerchantAccount) -> None:
    """Sessions that are created from now on are over by the machine's clock."""
    merchant.call("POST", "/_emulator/clock", {"now": "2026-01-01T00:00:00Z"})


def in_the_present(merchant: MerchantAccount) -> None:
    merchant.call("POST", "/_emulator/clock", {"now": datetime.now(timezone.utc).isoformat()})


def test_the_link_is_the_checkout_of_a_subscription_that_waits_for_payment(
    engine: Engine, merchant: MerchantAccount, plan: str
) -> None:
    report = engine.up(link(plan, redirect_url="https://example.com/welcome"))
    assert (report.errors, report.warnings) == ({}, [])
    outputs = engine.state["ada"].outputs
    [subscription] = subscriptions(merchant)
    assert (engine.id("ada"), subscription["status"]) == (subscription["id"], "pending_payment")
    assert outputs["url"] == subscription["payment"]["checkoutUrl"]
    assert outputs["status"] == "pending"
    assert outputs["customer_id"] == subscription["customerId"]
    assert len(customers(merchant)) == 1
    converged(engine, link(plan, redirect_url="https://example.com/welcome"))


def test_it_costs_two_writes_and_one_list(engine: Engine, merchant: MerchantAccount, plan: str) -> None:
    engine.up(link(plan))
    assert merchant.calls() == {
        "GET /v0/plans/{id}": 1,
        f"POST {CUSTOMERS}": 1,
        f"GET {SUBSCRIPTIONS}": 1,
        f"POST {SUBSCRIPTIONS}": 1,
    }


def test_the_session_lasts_as_long_as_declared(engine: Engine, plan: str) -> None:
    engine.up(link(plan, session_expiry_minutes=60))
    report = engine.up(link(plan, session_expiry_minutes=120))
    assert report.steps["ada"] == "replace"
    assert engine.up(link(plan, session_expiry_minutes=120)).is_empty


def test_paying_completes_the_link_and_it_is_never_touched_again(
    engine: Engine, merchant: MerchantAccount, plan: str
) -> None:
    engine.up(link(plan, renew=True))
    url = engine.state["ada"].outputs["url"]
    pay(merchant, url)
    engine.refresh()
    assert engine.state["ada"].outputs["status"] == "completed"
    assert engine.state["ada"].outputs["url"] == url
    converged(engine, link(plan, renew=True))
    merchant.call("POST", f"{SUBSCRIPTIONS}/{engine.id('ada')}/termination", {"reason": "The user left"})
    engine.refresh()
    assert engine.state["ada"].outputs["status"] == "completed"
    converged(engine, link(plan, renew=True))


@pytest.mark.parametrize("renew", [True, False])
def test_an_expired_link_is_renewed_only_where_that_is_declared(
    engine: Engine, merchant: MerchantAccount, plan: str, renew: bool
) -> None:
    in_the_past(merchant)
    engine.up(link(plan))
    in_the_present(merchant)
    first = engine.id("ada")
    report = engine.up(link(plan, renew=renew))
    if not renew:
        assert engine.id("ada") == first
        return
    assert report.steps["ada"] == "replace"
    assert (report.errors, report.warnings) == ({}, [])
    [subscription] = subscriptions(merchant)
    assert engine.id("ada") == subscription["id"] != first
    assert len(customers(merchant)) == 1


@pytest.mark.parametrize(
    "change", [{"email": "grace@example.com"}, {"redirect_url": "https://example.com/"}, {"session_expiry_minutes": 9}]
)
def test_any_change_makes_a_new_link_and_ends_the_unpaid_subscription(
    engine: Engine, merchant: MerchantAccount, plan: str, change: dict[str, Any]
) -> None:
    engine.up(link(plan))
    first = engine.id("ada")
    report = engine.up(link(plan, **change))
    assert (report.steps["ada"], report.errors, report.warnings) == ("replace", {}, [])
    [subscription] = subscriptions(merchant)
    assert engine.id("ada") == subscription["id"] != first
    converged(engine, link(plan, **change))


@pytest.mark.parametrize("change", [{"redirect_url": "https://example.com/"}, {"session_expiry_minutes": 9}])
def test_a_change_after_the_payment_keeps_the_subscription(
    engine: Engine, merchant: MerchantAccount, plan: str, change: dict[str, Any]
) -> None:
    engine.up(link(plan))
    paid = engine.id("ada")
    pay(merchant, engine.state["ada"].outputs["url"])
    report = engine.up(link(plan, **change))
    assert (report.errors, report.warnings) == ({}, [])
    assert engine.id("ada") == paid
    assert [(one["id"], one["status"]) for one in subscriptions(merchant)] == [(paid, "active")]
    converged(engine, link(plan, **change))


def test_another_plan_makes_another_subscription_of_the_same_customer(
    engine: Engine, merchant: MerchantAccount, plan: str
) -> None:
    engine.up(link(plan))
    other = paid_plan(merchant, "Other")
    assert not engine.up(link(other)).errors
    assert [one["planId"] for one in subscriptions(merchant)] == [other]
    assert len(customers(merchant)) == 1


def test_destroy_ends_what_nobody_paid_and_keeps_what_somebody_uses(
    engine: Engine, merchant: MerchantAccount, plan: str
) -> None:
    engine.up(link(plan))
    report = engine.destroy()
    assert report.warnings == []
    assert "was ended: nobody had paid it" in report.infos[0]
    assert subscriptions(merchant) == []
    engine.up(link(plan))
    pay(merchant, engine.state["ada"].outputs["url"])
    [warned] = engine.destroy().warnings
    assert "uses it" in warned
    assert len(subscriptions(merchant)) == 1


def test_deleting_again_is_no_error(engine: Engine, merchant: MerchantAccount, plan: str) -> None:
    engine.up(link(plan))
    held = engine.state["ada"]
    engine.destroy()
    assert merchant.lifecycle(AuthorizationLink).delete(held.id, held.outputs) == []


def test_a_user_who_is_subscribed_already_gets_no_second_subscription(
    engine: Engine, merchant: MerchantAccount, plan: str
) -> None:
    engine.up(link(plan))
    pay(merchant, engine.state["ada"].outputs["url"])
    fresh = Engine(merchant, "other")
    report = fresh.up(link(plan))
    assert not report.errors
    assert len(subscriptions(merchant)) == 1
    assert fresh.state["ada"].outputs["status"] == "completed"


def test_two_resources_of_one_email_and_plan_are_refused(engine: Engine, merchant: MerchantAccount, plan: str) -> None:
    [resource] = link(plan).values()
    report = engine.up({"ada": resource, "again": resource})
    assert set(report.errors) == {"again"}
    assert EMAIL not in report.errors["again"]
    assert len(subscriptions(merchant)) == 1


def test_two_links_of_one_email_to_two_plans_share_the_customer(
    engine: Engine, merchant: MerchantAccount, plan: str
) -> None:
    [first], [second] = link(plan).values(), link(paid_plan(merchant, "Other")).values()
    assert not engine.up({"one": first, "two": second}).errors
    assert len(subscriptions(merchant)) == 2
    assert len(customers(merchant)) == 1
    assert merchant.calls()[f"POST {CUSTOMERS}"] == 1


def test_a_plan_without_charges_in_advance_is_refused_before_anything_is_written(
    engine: Engine, merchant: MerchantAccount
) -> None:
    free = merchant.id("plan_A")
    merchant.calls()
    report = engine.up(link(free))
    assert str(NothingDueInAdvance(free)) == report.errors["ada"]
    assert merchant.writes() == {}


def test_an_existing_subscription_is_adopted_by_its_id(engine: Engine, merchant: MerchantAccount, plan: str) -> None:
    engine.up(link(plan))
    made = engine.id("ada")
    other = Engine(merchant, "other")
    assert not other.up(link(plan, adopt_id=made)).errors
    assert other.id("ada") == made
    third = Engine(merchant, "third")
    report = third.up(link(plan, adopt_id=made, email="grace@example.com"))
    assert str(AdoptionImpossible("authorization link", made, ""))[:40] in report.errors["ada"]


def killing(number: int, moment: str) -> Callable[[httpx.Request, Answer], httpx.Response]:
    """Kill the run before or after its call of that number."""
    calls = iter(range(1, 1000))

    def intercept(_request: httpx.Request, answer: Answer) -> httpx.Response:
        is_it = next(calls) == number
        if is_it and moment == "before":
            raise Killed
        response = answer()
        if is_it:
            raise Killed
        return response

    return intercept


def kills(program: Program, engine: Engine, merchant: MerchantAccount) -> Iterator[str]:
    """Run the program to its end, killed once before and once after each call; the state is what the engine saved."""
    for number in range(1, 100):
        for moment in ("before", "after"):
            merchant.transport.intercept = killing(number, moment)
            try:
                engine.up(program)
            except Killed:
                merchant.transport.intercept = let_through
                yield f"{moment} call {number}"
            else:
                return
            finally:
                merchant.transport.intercept = let_through


@pytest.mark.parametrize("more", [None, {"renew": True}, {"redirect_url": "https://example.com/"}], ids=str)
def test_one_customer_and_one_subscription_wherever_a_run_is_killed(
    merchant: MerchantAccount, plan: str, more: dict[str, Any] | None
) -> None:
    engine, killed = Engine(merchant), 0
    if more is not None:
        in_the_past(merchant) if "renew" in more else None
        engine.up(link(plan))
        in_the_present(merchant)
    more = more or {}
    for where in kills(link(plan, **more), engine, merchant):
        killed += 1
        assert len(customers(merchant)) <= 1, where
        assert len(subscriptions(merchant)) <= 1, where
    assert killed >= 6
    [subscription] = subscriptions(merchant)
    assert engine.id("ada") == subscription["id"]
    assert engine.state["ada"].outputs["url"] == subscription["payment"]["checkoutUrl"]
    converged(engine, link(plan, **more))


def test_one_of_each_although_every_response_to_a_post_is_lost(
    engine: Engine, merchant: MerchantAccount, plan: str
) -> None:
    with merchant.losing() as lost:
        assert not engine.up(link(plan)).errors
    assert len(lost) == 2
    assert (len(customers(merchant)), len(subscriptions(merchant))) == (1, 1)


def test_a_lost_response_to_the_end_of_a_subscription_is_read_again(
    engine: Engine, merchant: MerchantAccount, plan: str
) -> None:
    engine.up(link(plan))
    path = f"{SUBSCRIPTIONS}/{engine.id('ada')}/termination"
    with merchant.losing(("POST", path)) as lost:
        assert not engine.destroy().errors
    assert len(lost) == 1
    assert subscriptions(merchant) == []


def test_a_read_that_answers_no_payment_keeps_the_address(engine: Engine, merchant: MerchantAccount, plan: str) -> None:
    """The description promises the payment of a new subscription only."""
    engine.up(link(plan))
    before = dict(engine.state["ada"].outputs)
    merchant.transport.intercept = without_payment
    engine.refresh()
    assert engine.state["ada"].outputs == before
    converged(engine, link(plan))


@pytest.mark.parametrize("renew", [True, False])
def test_a_subscription_whose_address_nobody_knows_is_renewed_or_reported(
    engine: Engine, merchant: MerchantAccount, plan: str, renew: bool
) -> None:
    engine.up(link(plan))
    lost = engine.id("ada")
    merchant.transport.intercept = without_payment
    fresh = Engine(merchant, "fresh")
    report = fresh.up(link(plan, renew=renew))
    assert report.errors == {}
    [subscription] = subscriptions(merchant)
    assert fresh.id("ada") == subscription["id"]
    assert (subscription["id"] == lost) == (not renew)
    assert ("url" in fresh.state["ada"].outputs) == renew
    assert [warned.rpartition(": ")[2] for warned in report.warnings] == ["renew=True makes a new one"] * (not renew)


def without_payment(request: httpx.Request, answer: Answer) -> httpx.Response:
    """Take the payment out of every answer to a GET."""
    response = answer()
    if request.method != "GET" or not request.url.path.startswith(SUBSCRIPTIONS):
        return response
    body = response.json()
    for one in body.get("data", [body]):
        one.pop("payment", None)
    return httpx.Response(response.status_code, json=body)


@pytest.mark.parametrize("created", [None, "yesterday"])
def test_an_answer_without_a_time_of_creation_lasts_from_now(
    engine: Engine, merchant: MerchantAccount, plan: str, created: str | None
) -> None:
    def intercept(request: httpx.Request, answer: Answer) -> httpx.Response:
        response = answer()
        if (request.method, request.url.path) != ("POST", SUBSCRIPTIONS):
            return response
        return httpx.Response(response.status_code, json={**response.json(), "createdAt": created})

    merchant.transport.intercept = intercept
    report = engine.up(link(plan))
    assert (report.errors, report.warnings) == ({}, [])
    expires_at = datetime.fromisoformat(engine.state["ada"].outputs["expires_at"].replace("Z", "+00:00"))
    assert timedelta(hours=3) < expires_at - datetime.now(timezone.utc) <= timedelta(hours=4)


@pytest.mark.parametrize("status", [404, 409])
def test_a_subscription_that_somebody_else_has_just_ended_is_ended(
    engine: Engine, merchant: MerchantAccount, plan: str, status: int
) -> None:
    engine.up(link(plan))

    def intercept(request: httpx.Request, answer: Answer) -> httpx.Response:
        response = answer()
        ended = request.url.path.endswith("/termination")
        return httpx.Response(status, json={"message": "It is ended."}) if ended else response

    merchant.transport.intercept = intercept
    assert engine.destroy().errors == {}


def test_an_end_that_is_refused_is_an_error(engine: Engine, merchant: MerchantAccount, plan: str) -> None:
    engine.up(link(plan))

    def intercept(request: httpx.Request, answer: Answer) -> httpx.Response:
        refused = request.url.path.endswith("/termination")
        return httpx.Response(409, json={"message": "Not now."}) if refused else answer()

    merchant.transport.intercept = intercept
    assert "Not now" in engine.destroy().errors["ada"]
    assert len(subscriptions(merchant)) == 1


def test_a_resource_never_takes_the_subscription_of_another_one(merchant: MerchantAccount, plan: str) -> None:
    run = merchant.run()
    inputs = merchant.checked(AuthorizationLink, {"plan_id": plan, "email": EMAIL, "flow": "subscription"})
    Lifecycle(AuthorizationLink, run, "urn:pulumi:dev::shop::type::one").create(inputs)
    with pytest.raises(DuplicateOwner):
        Lifecycle(AuthorizationLink, run, "urn:pulumi:dev::shop::type::two").create(inputs)


@pytest.mark.parametrize("gone", [{"message": "Not found"}, {"message": "Cannot POST /v0/customers/authorization"}])
def test_an_account_without_authorization_links_names_the_other_flow(
    engine: Engine, merchant: MerchantAccount, plan: str, gone: dict[str, str]
) -> None:
    def intercept(request: httpx.Request, answer: Answer) -> httpx.Response:
        if (request.method, request.url.path) == ("POST", "/v0/customers/authorization"):
            return httpx.Response(404, json=gone)
        return answer()

    merchant.transport.intercept = intercept
    report = engine.up({"ada": Resource(AuthorizationLink, {"plan_id": plan, "email": EMAIL})})
    assert report.errors["ada"] == str(AuthorizationUnavailable("/v0/customers/authorization"))
    assert "flow='subscription'" in report.errors["ada"]
    missing = engine.up({"ada": Resource(AuthorizationLink, {"plan_id": "plan_0", "email": EMAIL})})
    assert "flow=" not in missing.errors["ada"]


def test_a_state_from_before_there_were_flows_stays_and_takes_the_default(
    engine: Engine, merchant: MerchantAccount, plan: str
) -> None:
    """Golden: the outputs that the first version of the provider stored."""
    engine.up({"ada": Resource(AuthorizationLink, {"plan_id": plan, "email": EMAIL})})
    held = engine.state["ada"]
    assert held.outputs.keys() == {
        *("merchant_id", "plan_id", "email", "url", "status", "expires_at", "merchant_name", "plan_name"),
        "__declared",
    }
    merchant.calls()
    report = engine.up({"ada": Resource(AuthorizationLink, {"plan_id": plan, "email": EMAIL, "flow": "authorization"})})
    assert (report.steps, report.errors) == ({"ada": "update"}, {})
    assert engine.id("ada") == held.id
    assert merchant.writes() == {}


def test_a_link_moves_from_one_flow_to_the_other(engine: Engine, merchant: MerchantAccount, plan: str) -> None:
    engine.up({"ada": Resource(AuthorizationLink, {"plan_id": plan, "email": EMAIL})})
    report = engine.up(link(plan))
    assert report.steps["ada"] == "replace"
    assert "stays open until" in report.warnings[0]
    assert [one["id"] for one in subscriptions(merchant)] == [engine.id("ada")]
    back = engine.up({"ada": Resource(AuthorizationLink, {"plan_id": plan, "email": EMAIL})})
    assert (back.steps["ada"], back.warnings) == ("replace", [])
    assert subscriptions(merchant) == []


@pytest.mark.parametrize(("status", "content"), [(200, b"{"), (502, b"")])
def test_an_authorization_whose_response_is_unusable_is_not_sent_again(
    engine: Engine, merchant: MerchantAccount, plan: str, status: int, content: bytes
) -> None:
    def intercept(request: httpx.Request, answer: Answer) -> httpx.Response:
        response = answer()
        if (request.method, request.url.path) == ("POST", "/v0/customers/authorization"):
            return httpx.Response(status, content=content, headers={"content-type": "application/json"})
        return response

    merchant.transport.intercept = intercept
    report = engine.up({"ada": Resource(AuthorizationLink, {"plan_id": plan, "email": EMAIL})})
    assert "was not sent again" in report.errors["ada"]
    merchant.transport.intercept = let_through
    assert merchant.calls()["POST /v0/customers/authorization"] == 1


def test_a_length_of_the_session_is_refused_where_there_is_none(engine: Engine, plan: str) -> None:
    inputs = {"plan_id": plan, "email": EMAIL, "session_expiry_minutes": 60}
    report = engine.up({"ada": Resource(AuthorizationLink, inputs)})
    assert "only for flow='subscription'" in report.errors["ada"]
