"""Amounts that can be paid: invoices ask for whole smallest units of their currency, and lines stay exact."""

from decimal import Decimal
from fractions import Fraction

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.emulator.billing import invoices, rating
from tests.emulator.support.merchant import Json, Merchant
from tests.emulator.support.page_reader import read_page

CLOCK = "/_emulator/clock"
START = "2030-01-01T00:00:00Z"


def _issued(merchant: Merchant, currency: str, unit_price: str = "0.4", fee: str = "99.99") -> Json:
    """The invoice of three times the unit price, and of the fee, with a tenth of tax."""
    merchant.call("POST", CLOCK, {"now": START}, expect=200)
    product = merchant.product()
    metric = merchant.metric(product, aggregation="SUM", valueProperty="$.n")
    prices = [merchant.price(metric, unit_price), merchant.price(None, fee, feeId=merchant.fee(product))]
    plan = merchant.plan(product, prices, currency=currency, taxBehavior="exclusive", defaultTaxRate=10)["id"]
    subscription = merchant.subscription(plan, startedAt=START)
    event = {"type": "request", "source": "t", "subject": subscription["customerId"], "data": {"n": 3}}
    merchant.call("POST", "/v0/events", {**event, "timestamp": "2030-01-10T00:00:00Z"}, expect=202)
    merchant.call("POST", CLOCK, {"now": "2030-02-01T02:00:00Z"}, expect=200)
    path = f"/v2/invoices?subscriptionId={subscription['id']}"
    return next(one for one in merchant.get(path)["data"] if one["sequenceNumber"] == 1)


@pytest.mark.parametrize(
    ("currency", "total", "asked"),
    [
        ("JPY", "111.309", "111.00"),
        ("ISK", "111.309", "111.00"),
        ("CLP", "111.309", "111.00"),
        ("KWD", "111.309", "111.309"),
        ("USD", "111.309", "111.31"),
    ],
)
def test_what_is_asked_is_in_the_currencys_smallest_unit(
    merchant: Merchant, currency: str, total: str, asked: str
) -> None:
    invoice = _issued(merchant, currency)
    assert (invoice["status"], invoice["subtotal"], invoice["totalTax"]) == ("ISSUED", "101.19", "10.119")
    assert (invoice["grandTotal"], invoice["paidAmount"], invoice["unpaidAmount"]) == (total, "0.00", asked)
    read = merchant.sdk.invoices_v2.get(id=invoice["id"], expand="lineItems")
    assert (read.grand_total, read.unpaid_amount) == (total, asked)
    lines = merchant.get(f"/v2/invoices/{invoice['id']}/lineItems")["lineItems"]
    assert [line["totalAmount"] for line in lines] == ["1.32", "109.989"]
    year = "startTime=2030-01-01T00:00:00Z&endTime=2031-01-01T00:00:00Z"
    revenue = merchant.get(f"/v0/revenue?{year}&merchantId={merchant.id}")
    assert (revenue["netRevenue"], revenue["invoices"]["outstanding"]["amount"]) == ("101.19", asked)


def test_what_is_paid_is_what_was_asked(merchant: Merchant) -> None:
    invoice = _issued(merchant, "JPY", "0.4", "2.31")  # 3.861 with tax
    assert (invoice["status"], invoice["paidAmount"], invoice["unpaidAmount"]) == ("PAID", "4.00", "0.00")
    page = read_page(merchant.http.get("/dashboard/customers")).text
    assert "¥4 paid" in page


def test_less_than_half_of_the_smallest_unit_is_nothing_to_pay(merchant: Merchant) -> None:
    invoice = _issued(merchant, "JPY", "0.01", "0.4")
    assert (invoice["status"], invoice["grandTotal"], invoice["paidAmount"]) == ("PAID", "0.473", "0.00")


def test_the_page_shows_exact_lines_the_rounding_and_what_is_asked(merchant: Merchant) -> None:
    invoice = _issued(merchant, "JPY")
    link = merchant.post(f"/v0/subscriptions/{invoice['subscriptionId']}/portal", {})["url"]
    text = read_page(httpx.get(link)).text
    for words in ("¥99.99", "Tax ¥10.119", "Rounding -¥0.309", "Total ¥111", "¥111, issued"):
        assert words in text
    assert "¥111.309" not in text


@given(amount=st.decimals("-1000", "1000", places=9), decimals=st.integers(0, 4))
def test_halves_go_to_the_even_neighbour(amount: Decimal, decimals: int) -> None:
    rounded = rating.to_units(amount, decimals)
    assert Fraction(rounded) * 10**decimals == round(Fraction(amount) * 10**decimals)


def test_a_currency_that_left_the_list_has_cents() -> None:
    assert invoices.amount_due(Decimal("1.005"), "HRK") == Decimal("1.00")
