"""First periods that the billing anchor cuts short: prorated, or not billed at all."""

from datetime import datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import httpx
import pytest

from tests.emulator.support.merchant import Json, Merchant

CLOCK = "/_emulator/clock"
ANCHOR, START = "2030-01-01T00:00:00Z", "2030-01-17T00:00:00Z"
Line = tuple[str, str, str, float, str]


def _subscribed(merchant: Merchant, *fees: Json, start: str = START, **fields: Any) -> Json:
    merchant.call("POST", CLOCK, {"now": start}, expect=200)
    product = merchant.product()
    fee = merchant.fee(product)
    prices = [merchant.price(None, feeId=fee, **{"invoiceDisplayName": f"{n}", **one}) for n, one in enumerate(fees)]
    plan = merchant.plan(product, prices, billingAnchor=ANCHOR)["id"]
    return merchant.subscription(plan, **{"startedAt": start, **fields})


def _fee(unit_price: str, payment_term: str, **fields: Any) -> Json:
    return {"properties": {"unitPrice": unit_price}, "paymentTerm": payment_term, **fields}


def _billed(merchant: Merchant, subscription: Json) -> list[list[Line]]:
    """Of each invoice: the lines' names, unit prices, amounts, quantities, and the days on which they begin."""
    found = merchant.get(f"/v2/invoices?subscriptionId={subscription['id']}&limit=100")["data"]
    invoices = sorted(found, key=lambda invoice: int(invoice["sequenceNumber"]))
    return [
        [
            (
                line["invoiceDisplayName"],
                line["unitPrice"],
                line["totalPrice"],
                line["quantity"],
                line["periodStart"][:10],
            )
            for line in merchant.get(f"/v2/invoices/{invoice['id']}/lineItems?limit=1000")["lineItems"]
        ]
        for invoice in invoices
    ]


@pytest.mark.behaviour(
    "A fee is prorated over a partial first period. An obligation is not billed for it.", inferred=True
)
def test_a_rate_is_prorated_over_a_stub_and_an_obligation_comes_whole_after_it(merchant: Merchant) -> None:
    subscription = _subscribed(
        merchant,
        _fee("31", "in_advance", quantity=2),
        _fee("30", "in_advance", isObligation=True),
        _fee("62", "in_arrears"),
        _fee("60", "in_arrears", isObligation=True),
    )
    merchant.call("POST", CLOCK, {"now": "2030-04-02T00:00:00Z"}, expect=200)
    upfront, stub, february, march, _ = _billed(merchant, subscription)
    assert upfront == [("0", "15.00", "30.00", 2, "2030-01-17")]
    assert stub == [
        ("2", "30.00", "30.00", 1, "2030-01-17"),
        ("0", "31.00", "62.00", 2, "2030-02-01"),
        ("1", "30.00", "30.00", 1, "2030-02-01"),
    ]
    assert february == [
        ("2", "62.00", "62.00", 1, "2030-02-01"),
        ("3", "60.00", "60.00", 1, "2030-02-01"),
        ("0", "31.00", "62.00", 2, "2030-03-01"),
        ("1", "30.00", "30.00", 1, "2030-03-01"),
    ]
    assert [line[0] for line in march] == ["2", "3", "0", "1"]


def test_a_part_is_exact_and_rounded_once(merchant: Merchant) -> None:
    start = datetime(2030, 1, 9, 7, 8, 9, 123000, tzinfo=timezone.utc)
    stamp = start.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    subscription = _subscribed(merchant, _fee("9.99", "in_advance", quantity=7), start=stamp)
    [[(_, unit_price, total, _, _)], _] = _billed(merchant, subscription)
    part = Fraction((datetime(2030, 2, 1, tzinfo=timezone.utc) - start) // timedelta(milliseconds=1), 31 * 86_400_000)
    assert Fraction(unit_price) * 10**9 == round(Fraction("9.99") * part * 10**9)
    assert Fraction(total) * 10**9 == round(7 * Fraction("9.99") * part * 10**9)


def test_a_fee_of_a_cadence_of_its_own_is_prorated_over_its_own_period(merchant: Merchant) -> None:
    subscription = _subscribed(
        merchant,
        _fee("365", "in_advance", billingCadence="P1Y"),
        _fee("7", "in_advance", billingCadence="P0D"),
        _fee("5", "in_advance", billingCadence="P0D", isObligation=True),
    )
    assert _billed(merchant, subscription)[0] == [
        ("0", "349.00", "349.00", 1, "2030-01-17"),
        ("1", "7.00", "7.00", 1, "2030-01-17"),
        ("2", "5.00", "5.00", 1, "2030-01-17"),
    ]


def test_who_starts_at_the_anchor_or_has_none_has_no_stub(merchant: Merchant) -> None:
    subscription = _subscribed(merchant, _fee("30", "in_advance", isObligation=True), start=ANCHOR)
    assert _billed(merchant, subscription)[0] == [("0", "30.00", "30.00", 1, "2030-01-01")]


def test_billing_that_begins_within_a_period_bills_the_rest_of_it(merchant: Merchant) -> None:
    """A subscription that started long before, of which nothing elapsed is billed."""
    merchant.call("POST", CLOCK, {"now": START}, expect=200)
    still = merchant.post("/v0/testClocks", {"currentTime": START})["id"]
    fees = [_fee("31", "in_advance"), _fee("30", "in_arrears", isObligation=True)]
    subscription = _subscribed(merchant, *fees, startedAt="2029-06-01T00:00:00Z", testClockId=still)
    merchant.sdk.subscriptions.terminate(id=subscription["id"], reason="over")
    upfront, last = _billed(merchant, subscription)
    assert ([line[:3] for line in upfront], last) == ([("0", "15.00", "15.00")], [])


@pytest.mark.parametrize(
    ("obligation", "words"), [(False, "start of each month, for a part of the first"), (True, "whole periods only")]
)
def test_the_checkout_says_how_the_first_period_is_charged(merchant: Merchant, obligation: bool, words: str) -> None:
    product = merchant.product()
    price = merchant.price(None, "30", feeId=merchant.fee(product), paymentTerm="in_advance", isObligation=obligation)
    plan = merchant.plan(product, [price], billingAnchor="2026-01-01T00:00:00Z")["id"]
    link = merchant.post("/v0/customers/authorization", {"email": "ada@example.com", "planId": plan})
    assert words in httpx.get(link["url"]).text
