"""Adjustments of subscriptions: discounts and bounds, on the lines that their windows cover."""

from datetime import datetime, timezone
from typing import Any

import pytest
from paygentic_sdk.models import CreatePercentageDiscountAdjustment

from tests.emulator.support.merchant import Json, Merchant

CLOCK = "/_emulator/clock"
START = "2030-01-01T00:00:00Z"
Line = tuple[str, str, float, str, str]


def _subscribed(merchant: Merchant, *prices: Json, **fields: Any) -> Json:
    """A subscription to one price, or more, of a metric each, or of a fee where the price says so."""
    merchant.post(CLOCK, {"now": START})
    product = merchant.product()
    made = []
    for n, price in enumerate(prices):
        source = {"feeId": merchant.fee(product)} if "paymentTerm" in price else {}
        metric = merchant.metric(product, name=f"{n}", aggregation="SUM", valueProperty="$.n", eventType=f"m{n}")
        made.append(merchant.price(metric, **{"invoiceDisplayName": f"{n}", **price, **source}))
    plan = merchant.plan(product, made, **fields)["id"]
    return {**merchant.subscription(plan, startedAt=START), "prices": made}


def _adjust(merchant: Merchant, subscription: Json, **fields: Any) -> Json:
    return _asked(merchant, subscription, fields, 201)


def _asked(merchant: Merchant, subscription: Json, fields: Json, expect: int) -> Json:
    [kind] = [name for name in fields if name.endswith(("Discount", "Quantity"))]
    body = {"type": kind, "effectiveFrom": START, **fields}
    return merchant.call("POST", f"/v0/subscriptions/{subscription['id']}/adjustments", body, expect=expect)


def _use(merchant: Merchant, subscription: Json, n: float, event_type: str = "m0", day: str = "2030-01-10") -> None:
    event = {"type": event_type, "source": "t", "subject": subscription["customerId"], "data": {"n": n}}
    merchant.call("POST", "/v0/events", {**event, "timestamp": f"{day}T00:00:00Z"}, expect=202)


def _billed(merchant: Merchant, subscription: Json, until: str = "2030-02-01T02:00:00Z") -> list[list[Line]]:
    merchant.post(CLOCK, {"now": until})
    found = merchant.get(f"/v2/invoices?subscriptionId={subscription['id']}&limit=100")["data"]
    issued = [one for one in reversed(found) if one["issuedAt"]]
    return [
        [
            (line["eventType"], line["invoiceDisplayName"], line["quantity"], line["totalPrice"], line["totalTax"])
            for line in merchant.get(f"/v2/invoices/{one['id']}/lineItems?limit=1000")["lineItems"]
        ]
        for one in issued
    ]


def test_a_rate_takes_its_share_off_each_charge_and_its_tax(merchant: Merchant) -> None:
    fee = {"paymentTerm": "in_arrears", "unit_price": "10"}
    subscription = _subscribed(merchant, {"unit_price": "2"}, fee, {"unit_price": "-1"}, defaultTaxRate=10)
    made = merchant.sdk.subscriptions.create_subscription_adjustment(
        id=subscription["id"],
        create_subscription_adjustment_request=CreatePercentageDiscountAdjustment(
            percentage_discount="0.35", effective_from=datetime(2030, 1, 1, tzinfo=timezone.utc), description="Deal"
        ),
    )
    assert (made.type, made.percentage_discount, made.target_price_ids, made.effective_to) == (
        "percentageDiscount",
        "0.35",
        [],
        None,
    )
    _adjust(merchant, subscription, percentageDiscount="0.35")
    _use(merchant, subscription, 10)
    _use(merchant, subscription, 3, "m2")
    assert _billed(merchant, subscription) == [
        [
            ("usage", "0", 10, "20.00", "2.00"),
            ("discount", "Deal", 1, "-7.00", "-0.70"),
            ("discount", "Discount: 0", 1, "-4.55", "-0.455"),
            ("usage", "2", 3, "-3.00", "-0.30"),
            ("fee", "1", 1, "10.00", "1.00"),
            ("discount", "Deal", 1, "-3.50", "-0.35"),
            ("discount", "Discount: 1", 1, "-2.275", "-0.2275"),
        ]
    ]


def test_a_window_takes_its_part_of_a_period_and_none_of_others(merchant: Merchant) -> None:
    fee = {"paymentTerm": "in_arrears", "unit_price": "31"}
    once = {"paymentTerm": "in_arrears", "unit_price": "7", "billingCadence": "P0D"}
    subscription = _subscribed(merchant, fee, once, taxBehavior="inclusive", defaultTaxRate=25)
    half = {"effectiveFrom": "2030-01-02T00:00:00Z", "effectiveTo": "2030-01-12T00:00:00Z"}
    _adjust(merchant, subscription, percentageDiscount="0.5", **half)
    january, february = _billed(merchant, subscription, "2030-03-01T02:00:00Z")
    assert january == [
        ("fee", "0", 1, "24.80", "6.20"),
        ("discount", "Discount: 0", 1, "-4.00", "-1.00"),
        ("fee", "1", 1, "5.60", "1.40"),
    ]
    assert february == [("fee", "0", 1, "24.80", "6.20")]


def test_what_is_charged_at_an_instant_is_discounted_within_the_window(merchant: Merchant) -> None:
    once = {"paymentTerm": "in_arrears", "unit_price": "8", "billingCadence": "P0D"}
    subscription = _subscribed(merchant, once)
    _adjust(merchant, subscription, percentageDiscount="1")
    assert [line[3] for line in _billed(merchant, subscription)[0]] == ["8.00", "-8.00"]


def test_waived_units_change_the_tier_and_never_go_below_nothing(merchant: Merchant) -> None:
    tiers = [{"upTo": "999", "unitPrice": "0.02"}, {"upTo": None, "unitPrice": "0.01"}]
    volume = {"model": "volume", "properties": {"tiers": tiers}}
    subscription = _subscribed(merchant, volume, {"unit_price": "1"})
    for n, units in enumerate(("300", "5")):
        _adjust(merchant, subscription, usageDiscount=units, targetPriceIds=[subscription["prices"][n]])
    _use(merchant, subscription, 1000)
    _use(merchant, subscription, 3, "m1")
    assert _billed(merchant, subscription) == [[("usage", "0", 700, "14.00", "0.00")]]


def test_bounds_hold_for_periods_that_end_within_their_window(merchant: Merchant) -> None:
    seats = {"paymentTerm": "in_advance", "unit_price": "2", "quantity": 9}
    subscription = _subscribed(merchant, {"unit_price": "1"}, seats)
    metered, fee = ({"targetPriceIds": [price]} for price in subscription["prices"])
    until = {"effectiveTo": "2030-02-01T00:00:00Z"}
    for least in ("4", "2.5"):
        _adjust(merchant, subscription, minimumQuantity=least, **metered, **until)
    _adjust(merchant, subscription, maximumQuantity="3", **fee)
    upfront, january, february = _billed(merchant, subscription, "2030-03-01T02:00:00Z")
    assert [line[2] for line in upfront] == [9], "it was issued before"
    assert january == [("usage", "0", 4, "4.00", "0.00"), ("fee", "1", 3, "6.00", "0.00")]
    assert february == [("fee", "1", 3, "6.00", "0.00")]
    _adjust(merchant, subscription, maximumQuantity="0", **fee)
    assert _billed(merchant, subscription, "2030-04-01T02:00:00Z")[-1] == []


def test_one_is_removed_or_shortened_to_what_is_billed(merchant: Merchant) -> None:
    subscription = _subscribed(merchant, {"paymentTerm": "in_arrears", "unit_price": "10"})
    path = f"/v0/subscriptions/{subscription['id']}/adjustments"
    later = _adjust(merchant, subscription, percentageDiscount="0.1", effectiveFrom="2031-01-01T00:00:00Z")
    billed = _adjust(merchant, subscription, percentageDiscount="0.1")
    listed = merchant.sdk.subscriptions.list_subscription_adjustments(id=subscription["id"])
    assert [one.id for one in listed.data] == [billed["id"], later["id"]]
    merchant.call("DELETE", f"{path}/{later['id']}", expect=204)
    _billed(merchant, subscription)
    for _ in range(2):
        shortened = merchant.call("DELETE", f"{path}/{billed['id']}", expect=200)
        assert shortened["effectiveTo"][:10] == "2030-02-01"
    assert [line[3] for line in _billed(merchant, subscription, "2030-03-01T02:00:00Z")[-1]] == ["10.00"]
    other = _subscribed(merchant, {"unit_price": "1"})
    merchant.call("DELETE", f"/v0/subscriptions/{other['id']}/adjustments/{billed['id']}", expect=404)


def test_a_key_makes_one(merchant: Merchant) -> None:
    subscription = _subscribed(merchant, {"unit_price": "1"})
    first = _adjust(merchant, subscription, percentageDiscount="0.1", idempotencyKey="deal")
    again = _asked(merchant, subscription, {"percentageDiscount": "0.2", "idempotencyKey": "deal"}, 200)
    assert again == first


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"percentageDiscount": "0"}, "percentageDiscount"),
        ({"percentageDiscount": "1.000001"}, "percentageDiscount"),
        ({"percentageDiscount": "0.1", "effectiveTo": START}, "effectiveTo"),
        ({"usageDiscount": "0", "targetPriceIds": [0]}, "usageDiscount"),
        ({"usageDiscount": "1", "targetPriceIds": [1]}, "targetPriceIds"),
        ({"usageDiscount": "1", "targetPriceIds": [2]}, "targetPriceIds"),
        ({"minimumQuantity": "1", "targetPriceIds": [1]}, "targetPriceIds"),
        ({"maximumQuantity": "1", "targetPriceIds": ["price_none"]}, "targetPriceIds"),
        ({"maximumQuantity": "1e3", "targetPriceIds": [0]}, "maximumQuantity.maximumQuantity"),
    ],
)
def test_what_makes_no_sense_is_refused(merchant: Merchant, wrong: Json, field: str) -> None:
    once = {"paymentTerm": "in_arrears", "unit_price": "8", "billingCadence": "P0D"}
    subscription = _subscribed(merchant, {"unit_price": "1"}, once, {"unit_price": "-1"})
    prices = subscription["prices"]
    if "targetPriceIds" in wrong:
        wrong = {**wrong, "targetPriceIds": [prices[p] if isinstance(p, int) else p for p in wrong["targetPriceIds"]]}
    answer = _asked(merchant, subscription, wrong, 400)
    assert {error["field"] for error in answer["errors"]} == {field}


def test_an_ended_subscription_takes_none(merchant: Merchant) -> None:
    subscription = _subscribed(merchant, {"unit_price": "1"})
    merchant.post(CLOCK, {"advance": "PT1H"})
    merchant.post(f"/v0/subscriptions/{subscription['id']}/termination", {"reason": "over"})
    assert _asked(merchant, subscription, {"percentageDiscount": "0.1"}, 409)["code"] == "ALREADY_TERMINATED"
