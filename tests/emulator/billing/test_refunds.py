"""Usage that is taken back after it was invoiced: what was paid for it comes back, once, and no more."""

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.emulator import running
from tests.emulator.support.merchant import Json, Merchant, merchant_of
from tests.support.profiles import cases

CLOCK = "/_emulator/clock"
START = "2030-01-01T00:00:00Z"


def _at(merchant: Merchant, moment: str) -> None:
    merchant.call("POST", CLOCK, {"now": f"2030-{moment}"}, expect=200)


class Shop:
    """One subscription to a metric, or to several prices of it, from the beginning of the year 2030."""

    def __init__(self, merchant: Merchant, *prices: Json, **plan: Any) -> None:
        _at(merchant, "01-01T00:00:00Z")
        self.merchant = merchant
        product = merchant.product()
        self.feature = merchant.feature(product, "metered", "calls")
        self.metric = merchant.metric(product, aggregation="SUM", valueProperty="$.n")
        for price in prices:
            if "template" in price:
                price["feature"] = {"featureId": self.feature, "entitlementTemplate": price.pop("template")}
        ids = [merchant.price(self.metric, **price) for price in prices]
        self.subscription = merchant.subscription(merchant.plan(product, ids, **plan)["id"], startedAt=START)
        self.customer = self.subscription["customerId"]

    def report(self, key: str, quantity: int, moment: str = "01-10T00:00:00Z") -> Json:
        body = {"idempotencyKey": key, "customerId": self.customer, "merchantId": self.merchant.id}
        what = [{"billableMetricId": self.metric, "quantity": quantity}]
        return self.merchant.post("/v0/usage", {**body, "timestamp": f"2030-{moment}", "properties": what})

    def refund(self, usage: Json) -> Json:
        return self.merchant.patch(f"/v0/usage/{usage['id']}", {"refunded": True})

    def read(self, usage: Json) -> Json | None:
        billing: Json | None = self.merchant.get(f"/v0/usage/{usage['id']}").get("billing")
        return billing

    def invoice(self, number: int) -> tuple[str, list[tuple[str, str, str, str]]]:
        """The grand total, and each line's kind, quantity, price and tax."""
        found = self.merchant.get(f"/v2/invoices?subscriptionId={self.subscription['id']}&limit=100")["data"]
        [invoice] = [invoice for invoice in found if invoice["sequenceNumber"] == number]
        lines = self.merchant.get(f"/v2/invoices/{invoice['id']}/lineItems")["lineItems"]
        shown = [(li["lineItemType"], str(li["quantity"]), li["totalPrice"], li["totalTax"]) for li in lines]
        return invoice["grandTotal"], shown

    def money(self) -> Fraction:
        """The customer's money on the dashboard: test money, less everything paid and owed."""
        page = self.merchant.http.get("/dashboard/customers").text
        left = re.search(r"(-?)\$([\d.,]+) left of", page[page.index(self.customer) :])
        assert left is not None
        return Fraction(left[1] + left[2].replace(",", ""))


def test_usage_that_came_after_its_invoice_was_billed_by_none_and_gives_nothing_back(merchant: Merchant) -> None:
    shop = Shop(merchant, {"unit_price": "1"})
    billed = shop.report("a", 10)
    _at(merchant, "02-01T02:00:00Z")
    late = shop.report("b", 10)
    assert shop.read(late) is None
    assert shop.read(billed)["price"] == 10 * 10**9  # type: ignore[index] # it was billed
    shop.refund(late)
    assert shop.invoice(2) == ("0.00", [])


def test_every_price_of_a_metric_gives_back_what_it_charged_or_gave(merchant: Merchant) -> None:
    shop = Shop(merchant, {"unit_price": "1"}, {"unit_price": "-0.2"})
    usage = shop.report("a", 10)
    _at(merchant, "02-01T02:00:00Z")
    assert shop.read(usage)["price"] == 8 * 10**9  # type: ignore[index] # it was billed
    shop.refund(usage)
    assert shop.invoice(2) == ("-8.00", [("refund", "-10", "-10.00", "0.00"), ("refund", "-10", "2.00", "0.00")])


def test_tax_comes_back_as_it_was_charged_whatever_is_charged_now(merchant: Merchant) -> None:
    shop = Shop(merchant, {"unit_price": "1"}, taxBehavior="inclusive", defaultTaxRate=20)
    one, other = shop.report("a", 12), shop.report("b", 6)
    _at(merchant, "02-01T02:00:00Z")
    billed = shop.read(one)
    assert billed is not None
    assert (billed["price"], billed["totalTax"], billed["totalAmount"]) == (10 * 10**9, 2 * 10**9, 12 * 10**9)
    merchant.patch(f"/v0/subscriptions/{shop.subscription['id']}", {"taxExempt": True})
    shop.refund(one)
    assert shop.invoice(2) == ("-12.00", [("refund", "-12", "-10.00", "-2.00")])
    merchant.post(f"/v0/subscriptions/{shop.subscription['id']}/termination", {"reason": "over"})
    shop.refund(other)
    assert shop.money() == 100


def test_after_the_end_refunds_together_give_back_no_more_than_was_paid(merchant: Merchant) -> None:
    shop = Shop(merchant, {"unit_price": "1"})
    usages = [shop.report(str(number), 1) for number in range(5)]
    _at(merchant, "02-01T02:00:00Z")
    shop.refund(usages[0])
    merchant.post(f"/v0/subscriptions/{shop.subscription['id']}/termination", {"reason": "over"})
    for usage in usages[1:]:
        shop.refund(usage)
    assert shop.money() == 100


def test_a_subscription_on_a_test_clock_goes_by_it(merchant: Merchant) -> None:
    shop = Shop(merchant, {"unit_price": "1"})
    clock = merchant.post("/v0/testClocks", {"name": "Fast", "currentTime": START})["id"]
    plan = shop.subscription["planId"]
    shop.subscription = merchant.subscription(plan, "grace@example.com", startedAt=START, testClockId=clock)
    shop.customer = shop.subscription["customerId"]
    usage = shop.report("a", 3)
    merchant.sdk.test_clocks.advance(id=clock, request_body={"advance_by": "P2M"})
    shop.refund(usage)
    assert shop.invoice(3) == ("-3.00", [("refund", "-3", "-3.00", "0.00")])


def test_what_was_used_beside_it_by_events_stays_paid(merchant: Merchant) -> None:
    shop = Shop(merchant, {"unit_price": "1"})
    body = {"type": "request", "source": "t", "subject": shop.customer, "timestamp": "2030-01-10T00:00:00Z"}
    merchant.call("POST", "/v0/events", {**body, "data": {"n": 0.5}}, expect=202)
    usage = shop.report("a", 2)
    _at(merchant, "02-01T02:00:00Z")
    shop.refund(usage)
    assert shop.invoice(1)[0] == "2.50"
    assert shop.invoice(2) == ("-2.00", [("refund", "-2", "-2.00", "0.00")])
    assert merchant.get(f"/v0/usage?merchantId={merchant.id}&startTime={START}&endTime=2030-02-01T00:00:00Z")["data"]


@pytest.fixture(scope="module")
def alone() -> Iterator[Merchant]:
    with running() as emulator, merchant_of(emulator) as merchant:
        yield merchant


class Case(NamedTuple):
    """A charge, the usage of it, and its end."""

    prices: list[Decimal]
    used: list[int]
    by_event: Decimal
    credits: int
    percent: float
    inclusive: bool
    ended: bool


built = st.builds(
    Case,
    st.lists(st.decimals("-0.5", "0.9", places=3), min_size=1, max_size=3),
    st.lists(st.integers(1, 7), min_size=1, max_size=5),
    st.sampled_from([Decimal(0), Decimal(0), Decimal("0.5"), Decimal(3)]),
    st.sampled_from([0, 0, 3, 8]),
    st.sampled_from([0, 7.7, 19, 33.3]),
    st.booleans(),
    st.booleans(),
)


@given(case=built)
@cases(20)
def test_when_everything_is_taken_back_so_is_all_that_was_paid_for_it(alone: Merchant, case: Case) -> None:
    """Piece by piece, and never twice: after the end what was asked, before it the exact lines, on the next invoice."""
    alone.call("POST", "/_emulator/reset", expect=204)
    tax = {"taxBehavior": "inclusive" if case.inclusive else "exclusive", "defaultTaxRate": case.percent}
    shop = Shop(alone, *(_priced(price, case.credits) for price in case.prices), **tax)
    body = {"type": "request", "source": "t", "subject": shop.customer, "timestamp": "2030-01-10T00:00:00Z"}
    alone.call("POST", "/v0/events", {**body, "data": {"n": str(case.by_event)}}, expect=202)
    usages = [shop.report(str(number), quantity) for number, quantity in enumerate(case.used)]
    _at(alone, "02-01T02:00:00Z")
    total = Fraction(shop.invoice(1)[0])
    asked = Fraction(round(total * 100), 100)
    if case.ended:
        alone.post(f"/v0/subscriptions/{shop.subscription['id']}/termination", {"reason": "over"})
    before = shop.money()
    assert before == 100 - asked
    for usage in usages:
        shop.refund(usage)
    back = shop.money() - before
    if not case.by_event:
        assert back == (asked if case.ended else total)
    elif not case.credits and all(price > 0 for price in case.prices):
        share = total * sum(case.used) / (sum(case.used) + Fraction(case.by_event))
        assert abs(back - share) <= Fraction(len(case.prices), 10**9) + (Fraction(1, 100) if case.ended else 0)


def _priced(price: Decimal, credits_: int) -> Json:
    """With credits that discount it, unless it is a rebate."""
    fields: Json = {"unit_price": f"{price:f}"}
    if credits_ and price > 0:
        template = {"type": "metered", "issueAfterReset": credits_}
        fields |= {"grantDiscountEnabled": True, "template": template}
    return fields


def test_of_an_invoice_that_was_not_paid_a_refund_leaves_less_to_pay_and_puts_nothing_in(merchant: Merchant) -> None:
    shop = Shop(merchant, {"unit_price": "1"})
    one, other = shop.report("a", 150), shop.report("b", 10**12)
    _at(merchant, "02-01T02:00:00Z")
    shop.refund(other)
    assert shop.money() == 100 - 150
    shop.refund(one)
    assert shop.money() == 100
    _at(merchant, "03-01T02:00:00Z")
    assert shop.invoice(2) == ("0.00", [])
    found = merchant.get(f"/v2/invoices?subscriptionId={shop.subscription['id']}&status=PAID")["data"]
    assert {invoice["sequenceNumber"]: invoice["unpaidAmount"] for invoice in found} == {1: "0.00", 2: "0.00"}
