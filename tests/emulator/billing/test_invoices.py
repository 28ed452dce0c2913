"""Invoices of subscriptions, held against sums that the tests compute themselves."""

import random
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from paygentic_sdk.models import InvoiceLineItems

from pulumi_paygentic.emulator import running
from pulumi_paygentic.emulator.storage.store import Store
from tests.emulator.support.merchant import Json, Merchant, merchant_of

CLOCK = "/_emulator/clock"
NEW_YEAR = datetime(2030, 1, 1, tzinfo=timezone.utc)


def _at(merchant: Merchant, text: str) -> None:
    merchant.call("POST", CLOCK, {"now": f"2030-{text}"}, expect=200)


def _metric(merchant: Merchant, product: str, **fields: Any) -> str:
    return merchant.metric(product, aggregation="SUM", valueProperty="$.n", **fields)


def _use(merchant: Merchant, customer: str, moment: str, n: object, kind: str = "request") -> None:
    body = {"type": kind, "source": "t", "subject": customer, "timestamp": f"2030-{moment}", "data": {"n": n}}
    merchant.call("POST", "/v0/events", body, expect=202)


def _invoices(merchant: Merchant, subscription: Json) -> list[Json]:
    found = merchant.get(f"/v2/invoices?subscriptionId={subscription['id']}&limit=100")["data"]
    return sorted(found, key=lambda invoice: int(invoice["sequenceNumber"]))


def _lines(merchant: Merchant, invoice: Json) -> list[tuple[str, str, str, float]]:
    lines = merchant.get(f"/v2/invoices/{invoice['id']}/lineItems")["lineItems"]
    return [(line["eventType"], line["unitPrice"], line["totalPrice"], line["quantity"]) for line in lines]


def _payg(merchant: Merchant, unit_price: str = "0.001", **plan: Any) -> tuple[str, str, Json]:
    """Price, plan and a subscription that starts with the year 2030."""
    _at(merchant, "01-01T00:00:00Z")
    product = merchant.product()
    price = merchant.price(_metric(merchant, product), unit_price)
    made = merchant.plan(product, [{"priceId": price, "key": "use"}], stablePriceIds=False, **plan)
    return price, made["id"], merchant.subscription(made["id"], startedAt="2030-01-01T00:00:00Z")


def test_a_period_is_open_then_closing_then_issued_and_paid_from_the_wallet(merchant: Merchant) -> None:
    _, _, subscription = _payg(merchant)
    customer = subscription["customerId"]
    _use(merchant, customer, "01-31T23:59:59.999Z", 3)
    _use(merchant, customer, "02-01T00:00:00Z", 5)
    [first] = _invoices(merchant, subscription)
    assert (first["status"], first["grandTotal"], first["itemCount"]) == ("ACTIVE", "0.003", 1)
    _at(merchant, "02-01T00:30:00Z")
    _use(merchant, customer, "01-31T12:00:00Z", 1)
    closing, _ = _invoices(merchant, subscription)
    assert (closing["status"], closing["grandTotal"], closing["unpaidAmount"]) == ("CLOSING", "0.004", "0.004")
    _at(merchant, "02-01T01:00:00Z")
    _use(merchant, customer, "01-31T12:00:00Z", 100)
    issued, current = _invoices(merchant, subscription)
    assert (issued["status"], issued["grandTotal"], issued["paidAmount"], issued["unpaidAmount"]) == (
        *("PAID", "0.004", "0.00"),
        "0.00",
    )
    assert (issued["issuedAt"], issued["periodEnd"]) == ("2030-02-01T01:00:00.000Z", "2030-02-01T00:00:00.000Z")
    assert (current["grandTotal"], current["status"]) == ("0.005", "ACTIVE")
    read = merchant.sdk.invoices_v2.get(id=issued["id"], expand="lineItems")
    assert (read.grand_total, read.status, read.subscription_id) == ("0.004", "PAID", subscription["id"])
    assert isinstance(read.line_items, InvoiceLineItems)
    assert [line.quantity for line in read.line_items.line_items] == [4]


def test_a_wallet_that_holds_too_little_leaves_the_invoice_unpaid(merchant: Merchant) -> None:
    _, _, subscription = _payg(merchant, "1")
    _use(merchant, subscription["customerId"], "01-02T00:00:00Z", "100.005000001")
    _use(merchant, subscription["customerId"], "02-02T00:00:00Z", 100)
    _at(merchant, "03-01T02:00:00Z")
    one, two, _ = _invoices(merchant, subscription)
    assert (one["status"], one["grandTotal"], one["unpaidAmount"]) == ("ISSUED", "100.005000001", "100.01")
    assert (two["status"], two["unpaidAmount"]) == ("PAID", "0.00")


def test_fees_come_in_advance_in_arrears_and_once(merchant: Merchant) -> None:
    _at(merchant, "01-31T00:00:00Z")
    product = merchant.product()
    fee = merchant.fee(product)
    terms = [("10", "P1M", "in_advance", 2), ("7", "P1M", "in_arrears", 1), ("99", "P0D", "in_advance", 1)]
    prices = [
        merchant.price(None, amount, feeId=fee, billingCadence=cadence, paymentTerm=term, quantity=quantity)
        for amount, cadence, term, quantity in terms
    ]
    subscription = merchant.subscription(merchant.plan(product, prices)["id"], startedAt="2030-01-31T00:00:00Z")
    _at(merchant, "04-01T00:00:00Z")
    invoices = _invoices(merchant, subscription)
    assert [invoice["periodEnd"][5:10] for invoice in invoices] == ["02-28", "02-28", "03-31", "04-30"]
    assert [_lines(merchant, invoice) for invoice in invoices] == [
        [("fee", "10.00", "20.00", 2), ("fee", "99.00", "99.00", 1)],
        [("fee", "7.00", "7.00", 1), ("fee", "10.00", "20.00", 2)],
        [("fee", "7.00", "7.00", 1), ("fee", "10.00", "20.00", 2)],
        [("fee", "7.00", "7.00", 1)],
    ]


def test_a_fee_recurs_at_most_daily_and_a_year_is_charged_when_it_ends(merchant: Merchant) -> None:
    _at(merchant, "01-01T00:00:00Z")
    product = merchant.product()
    fee = merchant.fee(product)
    terms = [("1", "PT1H", "in_arrears"), ("50", "P1Y", "in_arrears"), ("3", "P0D", "in_arrears")]
    prices = [merchant.price(None, n, feeId=fee, billingCadence=every, paymentTerm=term) for n, every, term in terms]
    plan = merchant.plan(product, prices)["id"]
    subscription = merchant.subscription(plan, startedAt="2030-01-01T00:00:00Z")
    _at(merchant, "02-10T00:00:00Z")
    first, current = _invoices(merchant, subscription)
    assert (first["grandTotal"], first["itemCount"]) == ("34.00", 31 + 1)
    assert current["itemCount"] == 28
    merchant.sdk.subscriptions.terminate(id=subscription["id"], reason="over")
    assert _invoices(merchant, subscription)[1]["grandTotal"] == "60.00"  # ten days begun, and the year


def test_a_termination_in_the_hour_of_grace_issues_both_invoices(merchant: Merchant) -> None:
    price, _, subscription = _payg(merchant)
    _use(merchant, subscription["customerId"], "01-10T00:00:00Z", 1)
    _at(merchant, "02-01T00:30:00Z")
    merchant.patch(f"/v0/prices/{price}", {"paymentTerm": "in_advance"})
    merchant.sdk.subscriptions.terminate(id=subscription["id"], reason="over")
    assert [invoice["status"] for invoice in _invoices(merchant, subscription)] == ["PAID", "PAID"]


def test_nothing_is_billed_before_the_start_or_after_the_calendar(merchant: Merchant) -> None:
    _, plan, _ = _payg(merchant)
    later = merchant.subscription(plan, "later@x.com", startedAt="2030-06-01T00:00:00Z")
    assert _invoices(merchant, later) == []
    assert merchant.get(f"/v0/entitlements/activeEntitlements?customerId={later['customerId']}")["data"]


def test_a_termination_ends_the_period_and_issues_what_is_open(merchant: Merchant) -> None:
    _, _, subscription = _payg(merchant)
    _use(merchant, subscription["customerId"], "01-10T00:00:00Z", 1)
    _use(merchant, subscription["customerId"], "01-20T00:00:00Z", 1)
    _at(merchant, "01-15T00:00:00Z")
    merchant.sdk.subscriptions.terminate(id=subscription["id"], reason="over")
    [last] = _invoices(merchant, subscription)
    assert (last["status"], last["grandTotal"], last["periodEnd"][:11]) == ("PAID", "0.001", "2030-01-15T")
    _at(merchant, "06-01T00:00:00Z")
    assert len(_invoices(merchant, subscription)) == 1


def test_a_subscription_ends_by_itself(merchant: Merchant) -> None:
    _, plan, _ = _payg(merchant)
    ending = merchant.subscription(plan, "end@x.com", startedAt="2030-01-01T00:00:00Z", endingAt="2030-02-15T00:00:00Z")
    _at(merchant, "06-01T00:00:00Z")
    assert [invoice["periodEnd"][5:10] for invoice in _invoices(merchant, ending)] == ["02-01", "02-15"]
    assert merchant.get(f"/v0/subscriptions/{ending['id']}")["status"] == "terminated"


def test_an_edited_price_is_frozen_for_the_period_under_way_and_propagated_to_the_next(merchant: Merchant) -> None:
    price, _, subscription = _payg(merchant)
    for month in ("01", "02"):
        _use(merchant, subscription["customerId"], f"{month}-02T00:00:00Z", 10)
    _at(merchant, "01-15T00:00:00Z")
    merchant.patch(f"/v0/prices/{price}", {"properties": {"unitPrice": "0.5"}, "invoiceDisplayName": "New"})
    _at(merchant, "03-02T00:00:00Z")
    assert [invoice["grandTotal"] for invoice in _invoices(merchant, subscription)] == ["0.01", "5.00", "0.00"]


def test_a_new_payment_term_reaches_the_period_under_way(merchant: Merchant) -> None:
    _at(merchant, "01-01T00:00:00Z")
    product = merchant.product()
    price = merchant.price(None, "5", feeId=merchant.fee(product), paymentTerm="in_arrears")
    subscription = merchant.subscription(merchant.plan(product, [price])["id"], startedAt="2030-01-01T00:00:00Z")
    merchant.patch(f"/v0/prices/{price}", {"paymentTerm": "in_advance"})
    [current] = _invoices(merchant, subscription)
    assert current["grandTotal"] == "5.00"
    _at(merchant, "02-01T01:00:00Z")
    assert [invoice["grandTotal"] for invoice in _invoices(merchant, subscription)] == ["10.00", "0.00"]


@pytest.mark.parametrize(
    ("effective", "policy", "totals"),
    [
        ("end_of_current_period", "floating", ["0.01", "20.00", "0.00"]),
        ("immediate", "floating", ["20.00", "20.00", "0.00"]),
        ("immediate", "pinned", ["0.01", "0.01", "0.00"]),
    ],
)
def test_a_new_version_takes_effect_as_its_plan_says(
    merchant: Merchant, effective: str, policy: str, totals: list[str]
) -> None:
    transition = {"effectiveDate": effective, "proration": "none"}
    price, plan, _ = _payg(merchant, versionTransition=transition)
    fields = {"startedAt": "2030-01-01T00:00:00Z", "versionPolicy": policy}
    subscription = merchant.subscription(plan, "b@x.com", **fields)
    for month in ("01", "02"):
        _use(merchant, subscription["customerId"], f"{month}-02T00:00:00Z", 10)
    _at(merchant, "01-15T00:00:00Z")
    metric = merchant.get(f"/v0/prices/{price}")["billableMetricId"]
    merchant.mint(plan, [{"priceId": merchant.price(metric, "2"), "key": "use"}])
    _at(merchant, "03-02T00:00:00Z")
    assert [invoice["grandTotal"] for invoice in _invoices(merchant, subscription)] == totals


@pytest.mark.parametrize(
    ("behavior", "rates", "exempt", "expected"),
    [
        ("exclusive", None, False, ("1.00", "0.19", "1.19")),
        ("inclusive", None, False, ("0.840336134", "0.159663866", "1.00")),
        ("exclusive", {"default": 7.5}, False, ("1.00", "0.075", "1.075")),
        ("exclusive", {"default": 7.5}, True, ("1.00", "0.00", "1.00")),
    ],
)
def test_tax_is_added_or_included(
    merchant: Merchant, behavior: str, rates: Json | None, exempt: bool, expected: tuple[str, str, str]
) -> None:
    _, plan, _ = _payg(merchant, taxBehavior=behavior, defaultTaxRate=19)
    customer = merchant.customer("tax@x.com", **({"taxRates": rates} if rates else {}))
    started = {"startedAt": "2030-01-01T00:00:00Z"}
    subscription = merchant.subscription(plan, "tax@x.com", taxExempt=exempt, **started)
    _use(merchant, customer, "01-02T00:00:00Z", 1000)
    [invoice] = _invoices(merchant, subscription)
    assert (invoice["subtotal"], invoice["totalTax"], invoice["grandTotal"]) == expected


def test_an_invoice_is_right_to_the_last_digit_computed_another_way(merchant: Merchant) -> None:
    """Random events, two prices and a fee, three months; summed up here with fractions from the events alone."""
    _at(merchant, "01-01T00:00:00Z")
    product, chance = merchant.product(), random.Random(5)  # noqa: S311
    tiers = [{"upTo": "500", "unitPrice": "0.0123"}, {"upTo": None, "unitPrice": "0.00417"}]
    seconds, runs = _metric(merchant, product, eventType="run"), merchant.metric(product, eventType="run")
    prices = [
        merchant.price(seconds, model="volume", properties={"tiers": tiers}),
        merchant.price(runs, "0.0010005"),
        merchant.price(None, "3.33", feeId=merchant.fee(product), quantity=3),
    ]
    plan = merchant.plan(product, prices, defaultTaxRate=8.875)["id"]
    subscription = merchant.subscription(plan, startedAt="2030-01-01T00:00:00Z")
    used: dict[int, list[Fraction]] = {1: [], 2: [], 3: []}
    for _ in range(300):
        moment = NEW_YEAR + timedelta(seconds=chance.randrange(90 * 24 * 3600))
        n = f"{chance.uniform(0, 12):.6f}"
        used[moment.month].append(Fraction(n))
        value = n if chance.random() < 0.5 else float(n)
        _use(merchant, subscription["customerId"], f"{moment:%m-%dT%H:%M:%SZ}", value, kind="run")
    _at(merchant, "04-01T02:00:00Z")
    invoices = _invoices(merchant, subscription)
    for month, invoice in zip(used, invoices, strict=False):
        total = sum(used[month], Fraction(0))
        rate = Fraction("0.0123") if total <= 500 else Fraction("0.00417")
        nets = [round(total * rate * 10**9), round(len(used[month]) * Fraction("0.0010005") * 10**9), 9_990_000_000]
        taxes = [round(Fraction(net) * Fraction("0.08875")) for net in nets]
        assert Fraction(Decimal(invoice["subtotal"])) * 10**9 == sum(nets)
        assert Fraction(Decimal(invoice["totalTax"])) * 10**9 == sum(taxes)
        assert Fraction(Decimal(invoice["grandTotal"])) * 10**9 == sum(nets) + sum(taxes)
        shown = merchant.get(f"/v2/invoices/{invoice['id']}/lineItems")["lineItems"]
        assert sum(Fraction(line["totalAmount"]) for line in shown) == Fraction(invoice["grandTotal"])


def test_subscriptions_of_an_older_file_are_billed(tmp_path: Path) -> None:
    data = tmp_path / "emulator.db"
    with running(data=data) as emulator, merchant_of(emulator) as merchant:
        _, _, subscription = _payg(merchant)
        merchant.sdk.subscriptions.terminate(id=merchant.subscription(_payg(merchant)[1])["id"], reason="over")
    store = Store(str(data))
    store.sql("DROP TABLE billing")
    store.sql("DELETE FROM objects WHERE kind = 'invoice'")
    store.close()
    with running(data=data) as emulator, merchant_of(emulator) as merchant:
        _at(merchant, "02-02T00:00:00Z")
        assert [invoice["status"] for invoice in _invoices(merchant, subscription)] == ["PAID", "ACTIVE"]
        assert merchant.get("/v2/invoices?limit=100")["pagination"]["total"] == 2


def test_invoices_are_listed_filtered_and_paged(merchant: Merchant, other: Merchant) -> None:
    _, _, subscription = _payg(merchant)
    _at(merchant, "04-02T00:00:00Z")
    listed = merchant.sdk.invoices_v2.list(request={"subscription_id": subscription["id"], "limit": 2})
    assert ([invoice.sequence_number for invoice in listed.data], listed.pagination.total) == ([4, 3], 4)
    customer = subscription["customerId"]
    for query, total in (("status=PAID", 3), ("status=ACTIVE", 1), (f"customerId={customer}", 4), ("status=FAILED", 0)):
        assert merchant.get(f"/v2/invoices?{query}")["pagination"]["total"] == total
    assert other.get("/v2/invoices")["data"] == []
    other.call("GET", f"/v2/invoices?customerId={customer}", expect=403)
    other.call("GET", f"/v2/invoices/{listed.data[0].id}", expect=403)
    merchant.call("GET", "/v2/invoices?nextActionAt=ready", expect=403)
    for query in ("status=paid", "offset=10001", "subscriptionId=x"):
        merchant.call("GET", f"/v2/invoices?{query}", expect=400)


def test_lines_come_in_pages_with_their_items(merchant: Merchant) -> None:
    _at(merchant, "01-01T00:00:00Z")
    product = merchant.product()
    item = merchant.post("/v0/items", {"name": "GL 4000", "merchantId": merchant.id, "catalogId": product})["id"]
    fee = merchant.post(
        "/v0/fees", {"name": "A", "description": "", "merchantId": merchant.id, "productId": product, "itemId": item}
    )["id"]
    prices = [merchant.price(None, str(n), feeId=fee, paymentTerm="in_advance") for n in range(1, 4)]
    subscription = merchant.subscription(merchant.plan(product, prices)["id"], startedAt="2030-01-01T00:00:00Z")
    upfront = _invoices(merchant, subscription)[0]
    path = f"/v2/invoices/{upfront['id']}"
    page = merchant.get(f"{path}/lineItems?limit=2&expand=items")
    assert ([line["unitPrice"] for line in page["lineItems"]], page["totalCount"]) == (["1.00", "2.00"], 3)
    assert [entry["id"] for entry in page["items"]] == [item]
    rest = merchant.sdk.invoices_v2.get_line_items(id=upfront["id"], page_token=page["nextPageToken"])
    assert ([line.unit_price for line in rest.line_items], rest.next_page_token) == (["3.00"], None)
    assert "lineItems" not in merchant.get(path)
    assert merchant.get(f"{path}?expand=items&lineItemsLimit=1")["lineItems"]["totalCount"] == 3
    for query in ("expand=all", "pageToken=%21", "pageToken=YWJj", "limit=1001"):
        merchant.call("GET", f"{path}/lineItems?{query}", expect=400)
    merchant.call("GET", f"{path}/lineItems?expand=lineProvenance", expect=501)


def test_an_end_before_a_period_that_has_begun_takes_its_fees_in_advance_back(merchant: Merchant) -> None:
    _at(merchant, "01-01T00:00:00Z")
    product = merchant.product()
    fee = merchant.price(None, "7", feeId=merchant.fee(product), billingCadence="P1M", paymentTerm="in_advance")
    subscription = merchant.subscription(merchant.plan(product, [fee])["id"], startedAt="2030-01-01T00:00:00Z")
    _at(merchant, "02-01T00:30:00Z")
    ended = {"status": "terminated", "terminatedAt": "2030-01-15T00:00:00Z"}
    merchant.patch(f"/v0/subscriptions/{subscription['id']}", ended)
    upfront, cut, never = _invoices(merchant, subscription)
    assert (upfront["grandTotal"], cut["grandTotal"], never["status"]) == ("7.00", "0.00", "CANCELLED")
