"""Operations on subscriptions, their clocks, and their revenue."""

from datetime import datetime, timedelta, timezone

import pytest
from paygentic_sdk import errors

from tests.emulator.support.merchant import Json, Merchant

CLOCK = "/_emulator/clock"
YEAR = "startTime=2030-01-01T00:00:00Z&endTime=2031-01-01T00:00:00Z"
START = datetime(2030, 1, 1, tzinfo=timezone.utc)


def _plan(merchant: Merchant, unit_price: str = "5", **fields: object) -> str:
    product = merchant.product()
    price = merchant.price(None, unit_price, feeId=merchant.fee(product))
    return str(merchant.plan(product, [price], **fields)["id"])


@pytest.fixture
def plan(merchant: Merchant) -> str:
    merchant.post(CLOCK, {"now": "2030-01-01T00:00:00Z"})
    return _plan(merchant)


def _subscribed(merchant: Merchant, plan: str, email: str = "ada@example.com", **fields: object) -> str:
    return str(merchant.subscription(plan, email, startedAt="2030-01-01T00:00:00Z", **fields)["id"])


def _totals(merchant: Merchant, subscription: str) -> list[tuple[str, str]]:
    found = merchant.get(f"/v2/invoices?subscriptionId={subscription}&limit=100")["data"]
    return [(invoice["periodEnd"][:10], invoice["grandTotal"]) for invoice in reversed(found)]


def test_a_subscription_is_changed(merchant: Merchant, plan: str) -> None:
    subscription = _subscribed(merchant, plan)
    changed = merchant.sdk.subscriptions.update_subscription(
        id=subscription, auto_charge=True, version_policy="pinned", renewal_reminder_days=7
    )
    assert (changed.auto_charge, changed.version_policy, changed.renewal_reminder_days) == (True, "pinned", 7)
    merchant.patch(f"/v0/subscriptions/{subscription}", {"endingAt": "2030-01-15T00:00:00Z"})
    merchant.post(CLOCK, {"now": "2030-03-01T00:00:00Z"})
    assert _totals(merchant, subscription) == [("2030-01-15", "5.00")]
    answer = merchant.call("PATCH", f"/v0/subscriptions/{subscription}", {"autoCharge": False}, expect=409)
    assert answer["code"] == "ALREADY_TERMINATED"


def test_a_version_policy_changes_from_the_next_period_on(merchant: Merchant, plan: str) -> None:
    subscription = _subscribed(merchant, plan, versionPolicy="pinned")
    fee = merchant.get(f"/v0/plans/{plan}")["prices"][0]["feeId"]
    merchant.mint(plan, [merchant.price(None, "7", feeId=fee)])
    merchant.post(CLOCK, {"now": "2030-02-02T00:00:00Z"})
    merchant.patch(f"/v0/subscriptions/{subscription}", {"versionPolicy": "floating"})
    merchant.post(CLOCK, {"now": "2030-03-02T00:00:00Z"})
    assert [total for _, total in _totals(merchant, subscription)] == ["5.00", "5.00", "7.00"]


def test_a_subscription_is_ended_back_to_a_moment_but_not_before_its_start(merchant: Merchant, plan: str) -> None:
    subscription = _subscribed(merchant, plan)
    merchant.post(CLOCK, {"now": "2030-02-10T00:00:00Z"})
    path = f"/v0/subscriptions/{subscription}"
    early = {"status": "terminated", "terminatedAt": "2030-01-01T00:00:00Z"}
    assert merchant.refused("PATCH", path, early) == {"terminatedAt"}
    late = {"status": "terminated", "terminatedAt": "2040-01-01T00:00:00Z", "terminationReason": "moved"}
    ended = merchant.patch(path, late)
    assert (ended["terminatedAt"][:10], ended["terminationReason"]) == ("2030-02-10", "moved")
    assert _totals(merchant, subscription) == [("2030-02-01", "5.00"), ("2030-02-10", "5.00")]


def test_a_period_after_the_end_is_cancelled(merchant: Merchant, plan: str) -> None:
    subscription = _subscribed(merchant, plan)
    merchant.post(CLOCK, {"now": "2030-02-01T00:10:00Z"})
    merchant.patch(f"/v0/subscriptions/{subscription}", {"terminatedAt": "2030-01-20T00:00:00Z"})
    found = merchant.get(f"/v2/invoices?subscriptionId={subscription}")["data"]
    assert [(invoice["status"], invoice["grandTotal"]) for invoice in found] == [
        ("CANCELLED", "0.00"),
        ("PAID", "5.00"),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"endingAt": "2029-01-01T00:00:00Z"},
        {"paymentTermDays": 30},
        {"versionPolicy": "stuck"},
        {"status": "paused"},
        {"autoCharge": None},
    ],
)
def test_a_change_is_checked(merchant: Merchant, plan: str, fields: Json) -> None:
    path = f"/v0/subscriptions/{_subscribed(merchant, plan)}"
    before = merchant.get(path)
    assert merchant.refused("PATCH", path, fields) == set(fields)
    assert merchant.get(path) == before


def test_a_portal_link_lives_as_long_as_asked(merchant: Merchant, plan: str) -> None:
    subscription = _subscribed(merchant, plan)
    link = merchant.sdk.subscriptions.generate_portal_link(id=subscription)
    assert timedelta(minutes=9) < link.expires_at - START < timedelta(minutes=11)
    longer = merchant.sdk.subscriptions.generate_portal_link(id=subscription, expires_in="P7D")
    assert longer.expires_at - START > timedelta(days=6)
    assert subscription in longer.url
    for wrong in ("P8D", "PT0S", "P1M", "soon"):
        merchant.call("POST", f"/v0/subscriptions/{subscription}/portal", {"expiresIn": wrong}, expect=400)


def test_a_subscription_on_a_test_clock_runs_by_it(merchant: Merchant, plan: str) -> None:
    clock = merchant.sdk.test_clocks.create(name="Fast", current_time=START + timedelta(days=30))
    body = {"testClockId": clock.id, "startedAt": "2030-01-31T00:00:00Z"}
    on_clock = merchant.subscription(plan, "clock@x.com", **body)
    assert on_clock["testClockId"] == clock.id
    merchant.post(CLOCK, {"now": "2030-12-01T00:00:00Z"})
    assert len(_totals(merchant, on_clock["id"])) == 1
    moved = merchant.sdk.test_clocks.advance(id=clock.id, request_body={"advance_by": "P2M"})
    assert moved.current_time == datetime(2030, 3, 31, tzinfo=timezone.utc)
    assert [end for end, _ in _totals(merchant, on_clock["id"])] == ["2030-02-28", "2030-03-31", "2030-04-30"]
    [closing, *_] = merchant.get(f"/v2/invoices?subscriptionId={on_clock['id']}&status=CLOSING")["data"]
    assert closing["sequenceNumber"] == 2
    merchant.call("DELETE", f"/v0/testClocks/{clock.id}", expect=409)
    merchant.sdk.subscriptions.terminate(id=on_clock["id"], reason="over")
    assert merchant.get(f"/v0/subscriptions/{on_clock['id']}")["terminatedAt"] == "2030-03-31T00:00:00.000Z"
    merchant.sdk.test_clocks.delete(id=clock.id)
    with pytest.raises(errors.Error) as caught:
        merchant.sdk.test_clocks.get(id=clock.id)
    assert caught.value.status_code == 404


def test_test_clocks_only_go_forward_and_not_too_far(merchant: Merchant, other: Merchant) -> None:
    merchant.post(CLOCK, {"now": "2030-01-01T00:00:00Z"})
    for moment in ("2029-12-31T22:00:00Z", "2999-01-01T00:00:00Z"):
        merchant.call("POST", "/v0/testClocks", {"currentTime": moment}, expect=400)
    clock = merchant.post("/v0/testClocks", {"currentTime": "2029-12-31T23:30:00Z"})
    path = f"/v0/testClocks/{clock['id']}"
    for move in (
        {},
        {"currentTime": "2029-12-31T23:30:00Z"},
        {"advanceBy": "PT0S"},
        {"advanceBy": "P26Y"},
        {"advanceBy": "P999999Y"},
        {"advanceBy": "P1D", "currentTime": "2030-02-01T00:00:00Z"},
    ):
        merchant.call("PATCH", path, move, expect=400)
    assert merchant.patch(path, {"currentTime": "2030-02-01T00:00:00Z"})["currentTime"] == "2030-02-01T00:00:00.000Z"
    assert [entry.id for entry in merchant.sdk.test_clocks.list().data or ()] == [clock["id"]]
    other.call("GET", path, expect=403)
    plan = _plan(merchant)
    body = {"name": "A", "planId": plan, "startedAt": "2030-01-01T00:00:00Z", "customerId": merchant.customer()}
    merchant.call("POST", "/v0/subscriptions", {**body, "testClockId": "tc_none"}, expect=404)


def test_revenue_is_what_was_issued_by_status_plan_customer_and_time(merchant: Merchant, plan: str) -> None:
    dear = _plan(merchant, "120", name="Dear", defaultTaxRate=10)
    euros = _plan(merchant, "9", currency="EUR")
    for chosen, email in ((plan, "a@x.com"), (plan, "b@x.com"), (dear, "a@x.com"), (euros, "c@x.com")):
        _subscribed(merchant, chosen, email)
    merchant.post(CLOCK, {"now": "2030-03-01T12:00:00Z"})
    summary = merchant.sdk.revenue.get(start_time=START, end_time=START + timedelta(days=365), merchant_id=merchant.id)
    assert (summary.currency, summary.net_revenue) == ("USD", "260.00")
    assert summary.invoices is not None
    assert (summary.invoices.issued.count, summary.invoices.issued.amount) == (6, "284.00")
    assert (summary.invoices.paid.amount, summary.invoices.outstanding.amount) == ("20.00", "264.00")
    assert summary.trend is not None
    assert [(bucket.timestamp.month, bucket.issued_invoices) for bucket in summary.trend] == [
        (2, "130.00"),
        (3, "130.00"),
    ]
    path = f"/v0/revenue?{YEAR}&merchantId={merchant.id}"
    by_plan = merchant.get(f"{path}&groupBy=plan&bucketWidth=week")
    assert [(group["groupLabel"], group["paid"]["count"]) for group in by_plan["groupBreakdown"]] == [
        ("Dear", 0),
        ("Pay as you go", 4),
    ]
    assert by_plan["trend"][0]["timestamp"] == "2030-01-28T00:00:00.000Z"
    assert [entry["issuedInvoices"] for entry in by_plan["trend"][0]["groupBreakdown"]] == ["120.00", "10.00"]
    by_customer = merchant.get(f"{path}&groupBy=customer&bucketWidth=hour")
    assert [group["groupLabel"] for group in by_customer["groupBreakdown"]] == ["Ada", "Ada"]
    by_currency = merchant.get(f"{path}&groupBy=currency")["currencyBreakdown"]
    assert [(entry["currency"], entry["netRevenue"]) for entry in by_currency] == [("USD", "260.00"), ("EUR", "18.00")]
    assert merchant.get(f"{path}&currency=EUR")["netRevenue"] == "18.00"
    merchant.call("GET", f"{path}&periodBasis=billingPeriod", expect=501)
    only = merchant.get(f"/v2/invoices?merchantId={merchant.id}&status=ISSUED")["data"][0]["subscriptionId"]
    assert merchant.get(f"/v0/revenue?{YEAR}&subscriptionIds={only}")["netRevenue"] == "240.00"
    for query in (YEAR, f"{YEAR}&merchantId={merchant.id}&groupBy=day", f"merchantId={merchant.id}"):
        merchant.call("GET", f"/v0/revenue?{query}", expect=400)


def test_many_groups_are_cut_to_the_largest(merchant: Merchant) -> None:
    merchant.post(CLOCK, {"now": "2030-01-01T00:00:00Z"})
    for n in range(1, 7):
        _subscribed(merchant, _plan(merchant, str(n), name=f"Plan {n}"), f"{n}@x.com")
    merchant.post(CLOCK, {"now": "2030-02-01T12:00:00Z"})
    found = merchant.get(f"/v0/revenue?{YEAR}&merchantId={merchant.id}&groupBy=plan")["groupBreakdown"]
    assert [(group["groupLabel"], group["paid"]["amount"]) for group in found] == [
        ("Plan 6", "6.00"),
        ("Plan 5", "5.00"),
        ("Plan 4", "4.00"),
        ("Other", "3.00"),
        ("Plan 3", "3.00"),
    ]
