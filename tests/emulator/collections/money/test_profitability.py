"""Profitability by customer, by the vendor's SDK."""

from datetime import datetime, timezone

from tests.emulator.support.merchant import Json, Merchant

PATH = "/v0/profitability"
START = "2030-01-01T00:00:00Z"
YEAR = "from=2030-01-01T00:00:00Z&to=2031-01-01T00:00:00Z"


def _served(merchant: Merchant) -> tuple[str, list[str]]:
    """Three customers who pay 5 a month; the first two cost something, the first more than the second."""
    merchant.post("/_emulator/clock", {"now": START})
    product = merchant.product()
    plan = merchant.plan(product, [merchant.price(None, "5", feeId=merchant.fee(product))])["id"]
    cost = {"type": "metered", "name": "Compute", "unitCost": 0.5, "currency": "USD", "productId": product}
    merchant.post("/v0/costs", {**cost, "aggregation": "SUM", "eventType": "run", "valueProperty": "$.n"})
    customers = [merchant.subscription(plan, f"{n}@x.com", startedAt=START)["customerId"] for n in range(3)]
    for customer, n in ((customers[0], 13), (customers[1], 1), ("cus_nobody", 100)):
        event = {"type": "run", "source": "t", "subject": customer, "timestamp": START, "data": {"n": n}}
        merchant.call("POST", "/v0/events", event, expect=202)
    merchant.post("/_emulator/clock", {"now": "2030-02-01T02:00:00Z"})
    return plan, customers


def _rows(merchant: Merchant, query: str = "") -> list[Json]:
    found: list[Json] = merchant.get(f"{PATH}?merchantId={merchant.id}&{YEAR}{query}")["rows"]
    return found


def test_profit_is_revenue_less_cost(merchant: Merchant) -> None:
    _, customers = _served(merchant)
    idle = merchant.customer("idle@x.com")
    found = merchant.sdk.profitability.get_profitability(
        merchant_id=merchant.id,
        from_=datetime(2030, 1, 1, tzinfo=timezone.utc),
        to=datetime(2031, 1, 1, tzinfo=timezone.utc),
        include_empty=True,
        exclude_empty=True,
    )
    rows = [(row.customer_id, row.net_revenue, row.total_cost, row.profit, row.margin_pct) for row in found.rows]
    assert rows == [
        (customers[2], "5.00", "0.00", "5.00", None),
        (customers[1], "5.00", "0.50", "4.50", "90.00"),
        (customers[0], "5.00", "6.50", "-1.50", "-30.00"),
    ]
    assert (found.currency, found.customer_count, found.empty_customer_count) == ("USD", 4, 1)
    assert [row.customer_id for row in found.empty_customers or ()] == [idle]
    assert [row["customerId"] for row in _rows(merchant)][-1] == customers[0]


def test_the_rest_and_the_deleted_are_folded(merchant: Merchant) -> None:
    _, customers = _served(merchant)
    rows = _rows(merchant, "&topN=1")
    assert [(row["customerId"], row["netRevenue"], row["costData"]) for row in rows] == [
        (customers[2], "5.00", "none"),
        ("other", "10.00", "recorded"),
    ]
    for subscription in merchant.get("/v0/subscriptions")["data"]:
        if subscription["customerId"] in customers[1:]:
            merchant.post(f"/v0/subscriptions/{subscription['id']}/termination", {"reason": "over"})
            merchant.call("DELETE", f"/v0/customers/{subscription['customerId']}", expect=204)
    last = _rows(merchant)[-1]
    assert (last["customerId"], last["costData"], last["marginPct"]) == ("deleted", "partial", None)


def test_another_currency_has_its_own(merchant: Merchant) -> None:
    _served(merchant)
    [cost] = merchant.get("/v0/costs")["data"]
    merchant.patch(f"/v0/costs/{cost['id']}", {"currency": "EUR", "eventType": None})
    assert {row["costData"] for row in _rows(merchant, "&currency=EUR")} == {"none"}
    assert {row["netRevenue"] for row in _rows(merchant, "&currency=EUR")} == {"0.00"}
    merchant.call("GET", f"{PATH}?{YEAR}", expect=400)
    merchant.call("GET", f"{PATH}?merchantId=org_other&{YEAR}", expect=403)
