"""The questions that checkout and usage on the current API rest on; each accepts any answer that the sources allow.

They create customers of a reserved domain, which no mail reaches, and delete them again where the API lets them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import httpx
import pytest

from tests.live.account import LiveAccount
from tests.live.conftest import Learn
from tests.live.test_first_questions import ask, reported


@pytest.fixture
def email(merchant: LiveAccount) -> str:
    return f"{merchant.named('ada')}@example.com"


@pytest.fixture
def customer(merchant: LiveAccount, email: str) -> Iterator[str]:
    made = str(create_customer(merchant, email).json()["customerId"])
    yield made
    for subscription in merchant.everything_at("/v0/subscriptions", {"customerId": made}):
        if subscription["status"] != "terminated":
            ask(merchant, "POST", f"/v0/subscriptions/{subscription['id']}/termination", {"reason": "The test ended"})
    ask(merchant, "DELETE", f"/v0/customers/{made}")


def create_customer(merchant: LiveAccount, email: str) -> httpx.Response:
    consumer = {"name": "Live suite", "email": email, "address": {}}
    body = {"merchantId": merchant.merchant_id, "consumer": consumer}
    return ask(merchant, "POST", "/v0/customers", body)


def subscribe(merchant: LiveAccount, customer: str, plan: str) -> httpx.Response:
    started = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = {"name": "Live suite", "planId": plan, "customerId": customer, "startedAt": started}
    return ask(merchant, "POST", "/v0/subscriptions", body)


def checkout_of(subscription: Any) -> bool:
    return bool((subscription.get("payment") or {}).get("checkoutUrl"))


@pytest.mark.behaviour(
    "A subscription with charges in advance is `pending_payment`, and POST, GET and list answer its checkout."
)
def test_11_a_subscription_that_waits_for_payment(merchant: LiveAccount, learn: Learn, customer: str) -> None:
    made = subscribe(merchant, customer, merchant.id("plan_C")).json()
    read = merchant.call("GET", f"/v0/subscriptions/{made['id']}")
    [listed] = merchant.everything_at("/v0/subscriptions", {"customerId": customer})
    shown = [checkout_of(one) for one in (made, read, listed)]
    learn(
        f"11. a subscription with charges in advance: {made['status']}; a checkout in POST, GET, list: {shown}",
        holds=made["status"] == "pending_payment" and all(shown),
    )


@pytest.mark.behaviour("A second POST of an email answers the customer, and of a customer and plan the subscription.")
def test_12_a_second_post_makes_nothing(merchant: LiveAccount, learn: Learn, customer: str, email: str) -> None:
    again = create_customer(merchant, email)
    first = subscribe(merchant, customer, merchant.id("plan_C")).json()["id"]
    second = subscribe(merchant, customer, merchant.id("plan_C"))
    same = (again.json()["customerId"] == customer, second.json().get("id") == first)
    learn(
        f"12. a second POST of a customer: {reported(again)}, of a subscription: {reported(second)}, the same: {same}",
        holds=same == (True, True),
    )


@pytest.mark.behaviour(
    "A subscription that nobody paid can be terminated, and another one be made after it.", inferred=True
)
def test_13_an_unpaid_subscription_is_terminated(merchant: LiveAccount, learn: Learn, customer: str) -> None:
    first = subscribe(merchant, customer, merchant.id("plan_C")).json()["id"]
    ended = ask(merchant, "POST", f"/v0/subscriptions/{first}/termination", {"reason": "Nobody paid"})
    second = subscribe(merchant, customer, merchant.id("plan_C")).json()
    learn(
        f"13. the termination of an unpaid subscription: {reported(ended)}; another one: {second.get('status')}",
        holds=ended.is_success and second["id"] != first,
    )


@pytest.mark.behaviour("The balance of an entitlement counts an event as soon as its POST was answered.", inferred=True)
def test_14_an_event_reaches_the_balance(merchant: LiveAccount, learn: Learn, customer: str) -> None:
    of_merchant = {"merchantId": merchant.merchant_id, "productId": merchant.id("prod_A")}
    event_type = merchant.named("ran")
    metric = {"name": event_type, "description": "", "unit": "second", "aggregation": "SUM", "eventType": event_type}
    metric_id = merchant.call("POST", "/v0/billableMetrics", {**metric, "valueProperty": "$.seconds", **of_merchant})[
        "id"
    ]
    template = {"type": "metered", "issueAfterReset": 100, "isSoftLimit": False, "usagePeriod": {"interval": "P1M"}}
    price: dict[str, Any] = {
        "billableMetricId": metric_id,
        "paymentTerm": "in_arrears",
        "model": "standard",
        "invoiceDisplayName": "Live suite",
        "properties": {"unitPrice": "1"},
        "grantDiscountEnabled": True,
        "feature": {"featureId": merchant.id("feat_A"), "entitlementTemplate": template},
    }
    prices = [merchant.call("POST", "/v0/prices", price)["id"]]
    plan = {"name": merchant.named("plan"), "currency": "USD", "prices": prices, **of_merchant}
    subscribe(merchant, customer, merchant.call("POST", "/v0/plans", plan)["id"])
    event = {"type": event_type, "source": "live suite", "subject": customer, "data": {"seconds": 40}}
    keyed = {**event, "idempotencyKey": merchant.named("event")}
    ask(merchant, "POST", "/v0/events", keyed)
    again = ask(merchant, "POST", "/v0/events", keyed)
    query = {"customerId": customer, "limit": "100"}
    balances = [one.get("balance") for one in ask(merchant, "GET", "/v1/entitlements", **query).json()["data"]]
    learn(f"14. balances after one event of 40, sent twice: {balances}; {reported(again)}", holds=balances == [60])
