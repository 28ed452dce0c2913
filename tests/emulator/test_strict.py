"""A strict emulator refuses what plans of today refuse, and serves what stands in its place."""

from collections.abc import Iterator

import pytest
from paygentic_sdk.models import MeteredEntitlementListItem

from pulumi_paygentic.emulator import running
from tests.emulator.support.merchant import Json, Merchant, merchant_of

LINKS = "/v0/customers/authorization"
RANGE = "startTime=2020-01-01T00:00:00Z&endTime=2040-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def strict() -> Iterator[Merchant]:
    with running(strict=True) as emulator, merchant_of(emulator) as merchant:
        yield merchant


def _subscribed(merchant: Merchant, email: str) -> tuple[str, Json]:
    product = merchant.product()
    metric = merchant.metric(product, eventType=f"request.{email}")
    plan = merchant.plan(product, [merchant.price(metric)])["id"]
    return metric, merchant.subscription(plan, email)


def test_older_usage_and_reservations_are_refused_on_a_plan_of_today(strict: Merchant) -> None:
    metric, subscription = _subscribed(strict, "a@example.com")
    common = {"merchantId": strict.id, "customerId": subscription["customerId"]}
    wanted = {"entitlementData": [{"billableMetricId": metric, "quantity": 1}], **common}
    used = {
        "idempotencyKey": "1",
        "timestamp": "2026-01-01T00:00:00Z",
        "properties": [{"billableMetricId": metric, "quantity": 1}],
        **common,
    }
    for path, body in (("/v0/entitlements", wanted), ("/edge/v0/entitlements", wanted), ("/v0/usage", used)):
        answer = strict.call("POST", path, body, expect=400)
        assert (answer["code"], answer["details"]["billingVersion"]) == ("BILLING_VERSION_NOT_SUPPORTED", 1)
    batch = strict.call("POST", "/v0/usage/batch", {"events": [used]}, expect=207)
    assert (batch["summary"]["failed"], "/v0/events" in batch["failed"][0]["error"]) == (1, True)
    assert strict.get(f"/v0/usage?merchantId={strict.id}&{RANGE}")["pagination"]["total"] == 0


def test_authorization_links_are_not_there(strict: Merchant) -> None:
    body = {"email": "ada@example.com"}
    assert strict.call("POST", LINKS, body, expect=404)["message"] == "There is nothing at this path."
    strict.call("GET", f"{LINKS}/auth_1", expect=404)


def test_a_prepaid_allowance_is_used_up_by_events_and_bought_anew(strict: Merchant) -> None:
    product = strict.product()
    metric = strict.metric(product, aggregation="SUM", valueProperty="$.seconds", eventType="run")
    template = {"isSoftLimit": False, "issueAfterReset": 10, "usagePeriod": {"interval": "P1M"}}
    feature = {"featureId": strict.feature(product, "metered", "seconds"), "entitlementTemplate": template}
    plan = strict.plan(product, [strict.price(metric, "0.01", feature=feature)])["id"]
    strict.post("/_emulator/clock", {"now": "2030-01-01T00:00:00Z"})
    customer = strict.subscription(plan, "b@example.com", startedAt="2030-01-01T00:00:00Z")["customerId"]

    def access() -> tuple[bool, float]:
        strict.post("/_emulator/clock", {"advance": "PT1S"})
        found = strict.sdk.entitlements.list(
            request={"customer_id": customer, "feature_key": "seconds", "product_id": product}
        )
        [one] = found.data
        assert isinstance(one, MeteredEntitlementListItem)
        return one.has_access, one.balance

    assert access() == (True, 10)
    event = {"type": "run", "source": "test", "subject": customer, "data": {"seconds": 6.5}}
    for key, expected in (("1", (True, 3.5)), ("1", (True, 3.5)), ("2", (False, 0))):
        strict.call("POST", "/v0/events", {**event, "idempotencyKey": key}, expect=202)
        assert access() == expected
    [entitlement] = strict.get(f"/v1/entitlements?customerId={customer}")["data"]
    grant = {"amount": 5, "idempotencyKey": "more"}
    strict.post(f"/v1/entitlements/{entitlement['entitlementId']}/grants", grant)
    assert access() == (True, 5)
    strict.post("/_emulator/clock", {"now": "2030-02-01T02:00:00Z"})
    invoices = strict.get(f"/v2/invoices?status=PAID&customerId={customer}")["data"]
    assert [invoice["grandTotal"] for invoice in invoices] == ["0.10"]
