"""Projected invoices, which are derived on each read and never stored."""

from datetime import datetime, timezone

import pytest

from tests.emulator.support.merchant import Json, Merchant

CLOCK = "/_emulator/clock"
START = "2030-01-01T00:00:00Z"
PATH = "/v2/invoices/projected"


@pytest.fixture
def subscription(merchant: Merchant) -> Json:
    merchant.post(CLOCK, {"now": START})
    product = merchant.product()
    fee = merchant.fee(product)
    prices = [
        merchant.price(None, "10", feeId=fee, paymentTerm="in_advance"),
        merchant.price(None, "99", feeId=fee, billingCadence="P1Y"),
        merchant.price(merchant.metric(product), "1"),
    ]
    made = merchant.subscription(merchant.plan(product, prices, defaultTaxRate=10)["id"], startedAt=START)
    event = {"type": "request", "source": "t", "subject": made["customerId"], "timestamp": START, "data": {}}
    merchant.call("POST", "/v0/events", event, expect=202)
    return made


def _projected(merchant: Merchant, subscription: Json, query: str = "") -> list[tuple[str, str]]:
    found = merchant.get(f"{PATH}?subscriptionId={subscription['id']}&limit=100{query}")["data"]
    return [(invoice["issuedAt"][:10], invoice["grandTotal"]) for invoice in found]


def test_a_projection_is_of_the_fees_to_come(merchant: Merchant, subscription: Json) -> None:
    found = merchant.sdk.invoices_v2.list_projected_invoices(
        subscription_id=subscription["id"], to=datetime(2030, 3, 2, tzinfo=timezone.utc)
    )
    first, second = found.data
    assert (first.status, first.grand_total, first.unpaid_amount, first.invoice_number) == (
        "PROJECTED",
        "11.00",
        "11.00",
        None,
    )
    assert [line.event_type for line in first.line_items.line_items] == ["fee"] if first.line_items else False
    assert [one.id for one in (first, second)] == [
        one["id"] for one in merchant.get(f"{PATH}?subscriptionId={subscription['id']}&to=2030-03-02T00:00:00Z")["data"]
    ]
    merchant.call("GET", f"/v2/invoices/{first.id}", expect=404)


def test_nothing_of_it_is_stored(merchant: Merchant, subscription: Json) -> None:
    before = merchant.get(f"/v2/invoices?subscriptionId={subscription['id']}")
    year = _projected(merchant, subscription, "&to=2031-01-01T00:00:00Z")
    assert [total for _, total in year] == ["11.00"] * 11
    assert merchant.get(f"/v2/invoices?subscriptionId={subscription['id']}") == before
    merchant.post(CLOCK, {"now": "2030-02-01T02:00:00Z"})
    [issued] = merchant.get(f"/v2/invoices?subscriptionId={subscription['id']}&status=PAID&limit=1")["data"]
    assert issued["grandTotal"] == "12.10", "the fee that was projected, and the usage that was not"


def test_a_range_is_of_moments_of_invoices(merchant: Merchant, subscription: Json) -> None:
    assert _projected(merchant, subscription) == []
    assert _projected(merchant, subscription, "&from=2030-01-15T00:00:00Z") == [("2030-02-01", "11.00")]
    merchant.post(CLOCK, {"now": "2030-12-15T00:00:00Z"})
    late = _projected(merchant, subscription, "&from=2029-01-01T00:00:00Z&to=2031-01-02T00:00:00Z")
    assert late == [("2031-01-01", "119.90")]
    for wrong in ("&to=2029-01-01T00:00:00Z", "&to=2040-01-01T00:00:00Z", "&from=soon"):
        merchant.call("GET", f"{PATH}?subscriptionId={subscription['id']}{wrong}", expect=400)
    assert merchant.refused("GET", PATH, {}) == {"subscriptionId"}


def test_a_subscription_that_ends_issues_no_more(merchant: Merchant, subscription: Json) -> None:
    path = f"/v0/subscriptions/{subscription['id']}"
    merchant.patch(path, {"endingAt": "2030-02-15T00:00:00Z"})
    assert len(_projected(merchant, subscription, "&to=2031-01-01T00:00:00Z")) == 2
    merchant.post(f"{path}/termination", {"reason": "over"})
    assert _projected(merchant, subscription, "&to=2031-01-01T00:00:00Z") == []
