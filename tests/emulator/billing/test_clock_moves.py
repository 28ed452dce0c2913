"""Moves of a clock over many periods: everything is billed once, at a cost that grows with the time alone."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paygentic_sdk import Paygentic

from pulumi_paygentic.emulator import create_app
from pulumi_paygentic.emulator.billing import rating
from pulumi_paygentic.emulator.storage import durations
from pulumi_paygentic.emulator.storage.store import Store
from tests.emulator.support.in_process import client_of
from tests.emulator.support.merchant import Json, Merchant

CLOCK = "/_emulator/clock"
NEW_YEAR = "2030-01-01T00:00:00Z"
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001
cadences = st.sampled_from(["P1M", "P3M", "P1Y", "P1W", "P10D", "P1D", "P1M2D"]).map(durations.parse)


@contextmanager
def _alone() -> Iterator[tuple[Merchant, Store]]:
    app = create_app()
    with client_of(app) as client:
        no_sdk = cast("Paygentic", None)  # it would leave an asynchronous client to the loop of a later test
        yield Merchant(no_sdk, client, "org_emulator"), app.state.emulator.store


def _made(merchant: Merchant, path: str, **fields: Any) -> str:
    return str(merchant.post(path, {"name": "One", "description": "", "merchantId": merchant.id, **fields})["id"])


def _fee_plan(merchant: Merchant, cadence: str, **fields: Any) -> str:
    product = _made(merchant, "/v0/products")
    fee = _made(merchant, "/v0/fees", productId=product)
    price = merchant.price(None, "0.1", feeId=fee, billingCadence=cadence)
    return str(merchant.plan(product, [price], **fields)["id"])


def _refilled_plan(merchant: Merchant, interval: str) -> str:
    product = _made(merchant, "/v0/products")
    metric = merchant.metric(product, aggregation="SUM", valueProperty="$.n")
    template = {"type": "metered", "usagePeriod": {"interval": interval}, "issueAfterReset": 3}
    feature = {"featureId": merchant.feature(product, "metered", "calls"), "entitlementTemplate": template}
    price = merchant.price(metric, "1", feature=feature, grantDiscountEnabled=True)
    return str(merchant.plan(product, [price])["id"])


def _move(merchant: Merchant, moment: str, expect: int = 200) -> Json:
    return merchant.call("POST", CLOCK, {"now": moment}, expect=expect)


@given(anchor=moments, start=moments, since=moments, every=cadences)
@settings(max_examples=50, deadline=None)
def test_windows_since_a_moment_are_those_that_end_after_it(
    anchor: datetime, start: datetime, since: datetime, every: durations.Duration
) -> None:
    until = max(start, since) + timedelta(days=400)

    def _until(found: Any) -> list[rating.Window]:
        windows = []
        for window in found:
            if window.billed.start > until:
                break
            windows.append(window)
        return windows

    everything = _until(rating.windows(anchor, every, start))
    assert _until(rating.windows(anchor, every, start, since)) == [w for w in everything if w.billed.end > since]


@pytest.mark.parametrize("payment_term", ["in_advance", "in_arrears"])
def test_every_day_is_billed_once_however_the_clock_moves(merchant: Merchant, payment_term: str) -> None:
    _move(merchant, NEW_YEAR)
    product = merchant.product()
    price = merchant.price(None, "1", feeId=merchant.fee(product), billingCadence="P1D", paymentTerm=payment_term)
    subscription = merchant.subscription(
        merchant.plan(product, [price], billingAnchor="2029-12-31T06:00:00Z")["id"], startedAt=NEW_YEAR
    )
    for moment in ("2030-01-31T06:30:00Z", "2030-02-01T00:00:00Z", "2031-07-01T00:00:00Z", "2033-01-01T00:00:00Z"):
        _move(merchant, moment)
        merchant.get(f"/v0/subscriptions/{subscription['id']}")
    found = merchant.get(f"/v2/invoices?subscriptionId={subscription['id']}&limit=100")["data"]
    starts = sorted(
        line["periodStart"]
        for invoice in found
        if invoice["status"] == "PAID" or invoice["status"] == "ISSUED"
        for line in merchant.get(f"/v2/invoices/{invoice['id']}/lineItems?limit=1000")["lineItems"]
    )
    first, *whole = [datetime.fromisoformat(start.replace("Z", "+00:00")) for start in starts]
    assert first.isoformat() == "2030-01-01T00:00:00+00:00"
    expected = datetime.fromisoformat("2030-01-01T06:00:00+00:00")
    assert whole == [expected + timedelta(days=n) for n in range(len(whole))]
    assert len(whole) > 1000


def test_one_long_move_bills_what_many_short_ones_do(merchant: Merchant) -> None:
    """Credits that are issued anew each day go on from invoice to invoice within a move."""
    _move(merchant, NEW_YEAR)
    product = merchant.product()
    metric = merchant.metric(product, aggregation="SUM", valueProperty="$.n")
    template = {
        "type": "metered",
        "usagePeriod": {"interval": "P10D"},
        "issueAfterReset": 10,
        "resetMaxRollover": 4,
        "preserveOverageAtReset": True,
    }
    feature = {"featureId": merchant.feature(product, "metered", "calls"), "entitlementTemplate": template}
    plan = merchant.plan(product, [merchant.price(metric, "1", feature=feature, grantDiscountEnabled=True)])["id"]
    billed = []
    for email, steps in (("ada@example.com", ["P1Y"]), ("bob@example.com", ["P1M"] * 12)):
        clock = merchant.post("/v0/testClocks", {"currentTime": NEW_YEAR})["id"]
        subscription = merchant.subscription(plan, email, startedAt=NEW_YEAR, testClockId=clock)
        for day in range(0, 360, 7):
            moment = datetime.fromisoformat("2030-01-01T12:00:00+00:00") + timedelta(days=day)
            event = {"type": "request", "source": "t", "subject": subscription["customerId"], "data": {"n": day % 31}}
            merchant.call("POST", "/v0/events", {**event, "timestamp": moment.isoformat()}, expect=202)
        for step in steps:
            merchant.patch(f"/v0/testClocks/{clock}", {"advanceBy": step})
        found = merchant.get(f"/v2/invoices?subscriptionId={subscription['id']}&limit=100")["data"]
        billed.append([(one["sequenceNumber"], one["grandTotal"], one["itemCount"]) for one in found])
    assert billed[0] == billed[1]
    assert len({total for _, total, _ in billed[0]}) > 3


def test_invoices_are_numbered_as_they_are_issued_and_from_one_after_a_reset(merchant: Merchant) -> None:
    for _ in range(2):
        _move(merchant, NEW_YEAR)
        subscription = merchant.subscription(_fee_plan(merchant, "P1M"), startedAt=NEW_YEAR)
        _move(merchant, "2030-04-15T00:00:00Z")
        found = merchant.get(f"/v2/invoices?subscriptionId={subscription['id']}")["data"]
        numbers = [(invoice["sequenceNumber"], (invoice["invoiceNumber"] or "")[:10]) for invoice in found]
        assert numbers == [(4, ""), (3, "INV-000003"), (2, "INV-000002"), (1, "INV-000001")]
        merchant.http.post("/_emulator/reset").raise_for_status()


def _work(task: Callable[[], object], store: Store) -> int:
    """Count the work of a task: calls of functions, and instructions of SQLite's machine by the hundred."""
    done = 0

    def count(*_: object) -> None:
        nonlocal done
        done += 1

    store._connection.set_progress_handler(count, 100)
    sys.setprofile(count)
    try:
        task()
    finally:
        sys.setprofile(None)
        store._connection.set_progress_handler(None, 0)
    return done


@pytest.mark.parametrize(
    "plan",
    [
        lambda merchant: _fee_plan(merchant, "P1D", billingCadence="P1Y"),
        lambda merchant: _fee_plan(merchant, "P1M"),
        lambda merchant: _refilled_plan(merchant, "P1D"),
        lambda merchant: _refilled_plan(merchant, "P1M"),
    ],
    ids=["fee daily", "fee monthly", "credits daily", "credits monthly"],
)
def test_later_years_cost_no_more_work_than_earlier_ones(plan: Callable[[Merchant], str]) -> None:
    def moved(years: int) -> int:
        with _alone() as (merchant, store):
            _move(merchant, NEW_YEAR)
            merchant.subscription(plan(merchant), startedAt=NEW_YEAR)
            _move(merchant, f"{2030 + years}-01-01T00:00:00Z")
            return _work(lambda: merchant.get(f"/v0/products?merchantId={merchant.id}"), store)

    two, eight, fourteen = moved(2), moved(8), moved(14)
    assert fourteen - eight < 1.1 * (eight - two)


def test_a_move_over_too_many_periods_is_refused_and_leaves_the_clock(merchant: Merchant) -> None:
    _move(merchant, NEW_YEAR)
    merchant.subscription(_fee_plan(merchant, "PT1H"), startedAt=NEW_YEAR)
    before = merchant.get(CLOCK)["now"]
    for field, move in (("now", {"now": "2990-01-01T00:00:00Z"}), ("advance", {"advance": "P50000W"})):
        [error] = merchant.call("POST", CLOCK, move, expect=400)["errors"]
        assert (error["field"], error["code"]) == (field, "out_of_range")
        assert "periods of subscriptions, fees and entitlements would be billed at once" in error["message"]
    assert merchant.get(CLOCK)["now"] < before[:15] + "9"
    _move(merchant, "2040-01-01T00:00:00Z")
    merchant.get(f"/v0/products?merchantId={merchant.id}")


def test_what_ends_or_is_on_a_clock_of_its_own_does_not_count(merchant: Merchant) -> None:
    _move(merchant, NEW_YEAR)
    plan = _fee_plan(merchant, "P1D")
    merchant.subscription(plan, "a@x.com", startedAt=NEW_YEAR, endingAt="2030-02-01T00:00:00Z")
    still = merchant.post("/v0/testClocks", {"currentTime": NEW_YEAR})["id"]
    merchant.subscription(plan, "b@x.com", startedAt=NEW_YEAR, testClockId=still)
    _move(merchant, "2990-01-01T00:00:00Z")


def test_a_test_clock_goes_on_as_far_as_all_of_its_subscriptions_allow(merchant: Merchant) -> None:
    _move(merchant, NEW_YEAR)
    clock = merchant.post("/v0/testClocks", {"currentTime": NEW_YEAR})["id"]
    plan = _fee_plan(merchant, "P1D")
    for n in range(6):
        merchant.subscription(plan, f"{n}@example.com", startedAt=NEW_YEAR, testClockId=clock)
    [error] = merchant.call("PATCH", f"/v0/testClocks/{clock}", {"advanceBy": "P25Y"}, expect=400)["errors"]
    assert (error["field"], error["code"]) == ("advanceBy", "out_of_range")
    assert merchant.get(f"/v0/testClocks/{clock}")["currentTime"].startswith("2030-01-01")
    merchant.patch(f"/v0/testClocks/{clock}", {"advanceBy": "P1M"})


def test_credits_of_many_periods_leave_the_api_at_work(merchant: Merchant) -> None:
    _move(merchant, NEW_YEAR)
    subscription = merchant.subscription(_refilled_plan(merchant, "P1D"), startedAt=NEW_YEAR)
    _move(merchant, "2032-06-01T00:00:00Z")
    customer = subscription["customerId"]
    [held] = merchant.get(f"/v1/entitlements?customerId={customer}")["data"]
    assert held["balance"] == 3
    assert merchant.call("POST", CLOCK, {"now": "2990-01-01T00:00:00Z"}, expect=400)["errors"]


@pytest.mark.parametrize("cadence", ["P999999Y", "P999999W", "P12000M"])
def test_a_fee_that_recurs_after_the_calendars_end_is_never_billed(merchant: Merchant, cadence: str) -> None:
    _move(merchant, NEW_YEAR)
    product = merchant.product()
    price = merchant.price(None, "1", feeId=merchant.fee(product), billingCadence=cadence, paymentTerm="in_advance")
    plan = merchant.plan(product, [price], billingAnchor=NEW_YEAR)["id"]
    for email, start in (("a@x.com", "2029-12-31T12:00:00Z"), ("b@x.com", NEW_YEAR)):
        subscription = merchant.subscription(plan, email, startedAt=start)
        _move(merchant, NEW_YEAR)
        [current, *_] = merchant.get(f"/v2/invoices?subscriptionId={subscription['id']}")["data"]
        assert (current["status"], current["itemCount"]) == ("ACTIVE", 0)


def test_credits_are_issued_daily_at_the_most(merchant: Merchant) -> None:
    template = {"type": "metered", "usagePeriod": {"interval": "P0DT23H"}}
    feature = merchant.feature(merchant.product(), "metered", "calls")
    body = {"customerId": merchant.customer(), "featureId": feature, "template": template}
    assert merchant.refused("POST", "/v1/entitlements", body) == {"template.usagePeriod.interval"}
