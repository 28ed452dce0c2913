"""The tutorial's way: reserve funds, do the work, report usage, refund it. Plain HTTP: the SDK has no such calls."""

from typing import Any

import pytest

from tests.emulator.support.merchant import Json, Merchant

CLOCK = "/_emulator/clock"
YEAR = "startTime=2030-01-01T00:00:00Z&endTime=2030-12-31T00:00:00Z"
DOLLAR = 10**9


class Shop:
    """A merchant with two metrics at 0.001 and 0.005, and a customer who subscribed with the year 2030."""

    def __init__(self, merchant: Merchant, **fields: Any) -> None:
        self.merchant = merchant
        self.at("01-01T00:00:00Z")
        product = merchant.product()
        self.basic = merchant.metric(product)
        self.premium = merchant.metric(product, aggregation="SUM", valueProperty="$.n")
        prices = [merchant.price(self.basic, "0.001"), merchant.price(self.premium, "0.005")]
        self.plan = merchant.plan(product, prices, **fields)["id"]
        self.subscription = merchant.subscription(self.plan, startedAt="2030-01-01T00:00:00Z")["id"]
        self.customer = merchant.customer()

    def at(self, moment: str) -> None:
        self.merchant.post(CLOCK, {"now": f"2030-{moment}"})

    def usage(self, key: str = "one", basic: int = 1, moment: str = "01-10T00:00:00Z", **fields: Any) -> Json:
        return {
            "idempotencyKey": key,
            "customerId": self.customer,
            "merchantId": self.merchant.id,
            "timestamp": f"2030-{moment}",
            "properties": [{"billableMetricId": self.basic, "quantity": basic}],
            **fields,
        }

    def report(self, key: str = "one", basic: int = 1, **fields: Any) -> Json:
        return self.merchant.call("POST", "/v0/usage", self.usage(key, basic, **fields), expect=201)

    def reservation(self, basic: float = 1, **fields: Any) -> Json:
        metrics = [{"billableMetricId": self.basic, "quantity": basic}]
        return {"merchantId": self.merchant.id, "customerId": self.customer, "entitlementData": metrics, **fields}

    def reserve(self, basic: float = 1, path: str = "/v0/entitlements", **fields: Any) -> Json:
        return self.merchant.call("POST", path, self.reservation(basic, **fields), expect=201)

    def remaining(self) -> int:
        """The sum that can still be reserved, as the refusal of a far too large reservation tells it."""
        answer = self.merchant.call("POST", "/v0/entitlements", self.reservation(10**9), expect=400)
        assert (answer["code"], answer["details"]["required"]) == ("INSUFFICIENT_FUNDS", str(10**6 * DOLLAR))
        return int(answer["details"]["available"])

    def totals(self) -> list[str]:
        found = self.merchant.get(f"/v2/invoices?subscriptionId={self.subscription}&limit=100")["data"]
        return [invoice["grandTotal"] for invoice in reversed(found)]


@pytest.fixture
def shop(merchant: Merchant) -> Shop:
    return Shop(merchant)


def test_usage_is_stored_once_for_its_key_and_billed_once(shop: Shop) -> None:
    first = shop.report("one", 3, metadata={"run": "7"})
    assert first["id"].startswith("usg_")
    assert (first["subscriptionId"], first["metadata"]) == (shop.subscription, {"run": "7"})
    assert shop.report("one", 500) == first
    shop.report("two", 4)
    assert shop.totals() == ["0.007"]
    meter = shop.merchant.get(
        f"/v0/billableMetrics/{shop.basic}/meter?from=2030-01-01T00:00:00Z&to=2031-01-01T00:00:00Z&groupBy=subject"
    )
    assert meter["totalValue"] == 7
    assert meter["groupedValues"] == [{"groupBy": {"subject": shop.customer}, "value": 7, "eventCount": 2}]


def test_usage_and_events_are_billed_together(shop: Shop) -> None:
    shop.report(basic=2)
    body = {"type": "request", "source": "t", "subject": shop.customer, "timestamp": "2030-01-05T00:00:00Z"}
    shop.merchant.post("/v0/events", {**body, "data": {"n": 2.5}})
    assert shop.totals() == ["0.0155"]  # 2 reported and 1 counted at 0.001, 2.5 at 0.005


def test_a_batch_keeps_what_is_right_and_tells_what_is_not(shop: Shop) -> None:
    events = [shop.usage(f"k{n}", n + 1) for n in range(3)]
    whole = shop.merchant.call("POST", "/v0/usage/batch", {"events": events}, expect=201)
    assert whole["summary"] == {"total": 3, "successful": 3, "failed": 0}
    unknown = shop.usage("bad", properties=[{"billableMetricId": "bm_none", "quantity": 1}])
    mixed = [events[0], {**events[0], "idempotencyKey": "k9", "customerId": "cus_nobody"}, shop.usage("k4"), unknown]
    partly = shop.merchant.call("POST", "/v0/usage/batch", {"events": mixed}, expect=207)
    assert partly["successful"][0] == whole["successful"][0]
    assert [(entry["index"], entry["idempotencyKey"]) for entry in partly["failed"]] == [(1, "k9"), (3, "bad")]
    assert shop.totals() == ["0.007"]
    for wrong in ([], [events[0]] * 1001, [{**events[0], "timestamp": "now"}]):
        shop.merchant.call("POST", "/v0/usage/batch", {"events": wrong}, expect=400)


def test_usage_is_read_and_listed(shop: Shop, other: Merchant) -> None:
    ids = [shop.report(f"k{n}", moment=f"0{n}-01T00:00:00Z")["id"] for n in range(1, 4)]
    listed = shop.merchant.get(f"/v0/usage?{YEAR}&limit=2&merchantId={shop.merchant.id}")
    assert ([entry["id"] for entry in listed["data"]], listed["pagination"]["total"]) == (ids[:0:-1], 3)
    assert shop.merchant.get(f"/v0/usage/{ids[0]}") == listed_one(shop, "01")
    for query in (f"customerId={shop.customer}", f"subscriptionId={shop.subscription}"):
        assert shop.merchant.get(f"/v0/usage?{YEAR}&{query}")["pagination"]["total"] == 3
    other.call("GET", f"/v0/usage/{ids[0]}", expect=403)
    other.call("PATCH", f"/v0/usage/{ids[0]}", {"refunded": True}, expect=403)
    shop.merchant.call("GET", "/v0/usage/usg_none", expect=404)
    shop.merchant.call("GET", "/v0/usage", expect=400)
    shop.merchant.call("GET", f"/v0/usage?{YEAR}&consumerId=org_a", expect=403)


def listed_one(shop: Shop, month: str) -> Json:
    ends = f"startTime=2030-{month}-01T00:00:00Z&endTime=2030-{month}-01T00:00:00Z"
    [entry] = shop.merchant.get(f"/v0/usage?{ends}")["data"]
    assert isinstance(entry, dict)
    return entry


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"properties": []}, 400),
        ({"properties": [{"billableMetricId": "bm_none", "quantity": 1}]}, 404),
        ({"customerId": "cus_none"}, 404),
        ({"merchantId": "org_other"}, 403),
        ({"entitlementId": "com_none"}, 404),
        ({"entitlementId": "ent_1"}, 400),
        ({"timestamp": "1969-01-01T00:00:00Z"}, 400),
        ({"idempotencyKey": ""}, 400),
        ({"metadata": {"n": 1}}, 400),
    ],
)
def test_wrong_usage_is_refused(shop: Shop, fields: Json, status: int) -> None:
    shop.merchant.call("POST", "/v0/usage", {**shop.usage(), **fields}, expect=status)
    for wrong in ({"quantity": 0}, {"quantity": 1.5}, {"quantity": 1, "price": "1"}):
        bad = [{"billableMetricId": shop.basic, **wrong}]
        shop.merchant.call("POST", "/v0/usage", shop.usage(properties=bad), expect=400)
    assert shop.totals() == ["0.00"]


def test_usage_needs_a_subscription_that_bills_it(shop: Shop, other: Merchant) -> None:
    elsewhere = shop.merchant.metric()
    body = shop.usage(properties=[{"billableMetricId": elsewhere, "quantity": 1}])
    assert shop.merchant.call("POST", "/v0/usage", body, expect=400)["code"] == "NO_SUBSCRIPTION"
    theirs = other.customer("x@x.com")
    shop.merchant.call("POST", "/v0/usage", shop.usage(customerId=theirs), expect=403)


def test_refunded_usage_is_not_billed(shop: Shop) -> None:
    made = shop.report(basic=5)
    shop.report("two", 1)
    path = f"/v0/usage/{made['id']}"
    for wrong in ({}, {"refunded": False}, {"refunded": 1}):
        shop.merchant.call("PATCH", path, wrong, expect=400)
    refunded = shop.merchant.patch(path, {"refunded": True, "reason": "failed"})
    assert refunded["refund"]["reason"] == "failed"
    assert shop.totals() == ["0.001"]
    assert shop.merchant.call("PATCH", path, {"refunded": True}, expect=422)["code"] == "ALREADY_REFUNDED"
    assert shop.report(basic=5) == refunded


def test_usage_refunded_after_its_invoice_is_credited_on_the_next(merchant: Merchant) -> None:
    shop = Shop(merchant, defaultTaxRate=10)
    made = shop.report(basic=5)
    shop.at("02-01T01:00:00Z")
    billing = shop.merchant.get(f"/v0/usage/{made['id']}")["billing"]
    assert (billing["currency"], billing["price"], billing["totalTax"], billing["totalAmount"]) == (
        *("USD", 5_000_000, 500_000),
        5_500_000,
    )
    shop.report("two", 7, moment="02-02T00:00:00Z")
    shop.merchant.patch(f"/v0/usage/{made['id']}", {"refunded": True})
    shop.at("03-01T01:00:00Z")
    assert shop.totals() == ["0.0055", "0.0022", "0.00"]
    invoice = shop.merchant.get(f"/v2/invoices?subscriptionId={shop.subscription}")["data"][1]
    lines = shop.merchant.get(f"/v2/invoices/{invoice['id']}/lineItems")["lineItems"]
    assert [(line["lineItemType"], line["quantity"], line["totalPrice"]) for line in lines] == [
        ("charge", 7, "0.007"),
        ("refund", -5, "-0.005"),
    ]


def test_usage_refunded_after_the_end_goes_back_into_the_wallet(shop: Shop) -> None:
    made = shop.report(basic=5)
    shop.at("01-20T00:00:00Z")
    shop.merchant.post(f"/v0/subscriptions/{shop.subscription}/termination", {"reason": "over"})
    shop.merchant.patch(f"/v0/usage/{made['id']}", {"refunded": True})
    shop.subscription = shop.merchant.subscription(shop.plan, startedAt="2030-01-20T00:00:00Z")["id"]
    assert shop.remaining() == 100 * DOLLAR


def test_a_reservation_holds_funds_and_usage_draws_on_it(shop: Shop) -> None:
    made = shop.reserve(1000, maxUses=2)
    assert made["id"].startswith("com_")
    assert (made["remainingBalance"], made["usedCount"], made["maxUses"], made["region"]) == (
        *(str(DOLLAR), 0, 2),
        "global",
    )
    assert shop.remaining() == 99 * DOLLAR
    shop.report("one", 400, entitlementId=made["id"])
    assert shop.remaining() == 99 * DOLLAR  # 0.40 used, 0.60 still held
    shop.report("two", 100, entitlementId=made["id"])
    assert shop.remaining() == 995 * DOLLAR // 10  # used up: what it held is free
    shop.report("three", 100, entitlementId=made["id"])
    assert shop.remaining() == 994 * DOLLAR // 10  # usage is billed all the same


def test_a_reservation_expires(shop: Shop) -> None:
    made = shop.reserve(1000)
    assert made["maxUses"] == 1
    shop.merchant.post(CLOCK, {"now": made["expiresAt"]})
    assert shop.remaining() == 100 * DOLLAR


def test_the_edge_host_picks_a_region_or_takes_one(shop: Shop) -> None:
    made = shop.reserve(path="/edge/v0/entitlements")
    assert (made["region"], made["maxUses"]) == ("us-west1", 100)
    assert shop.reserve(path="/edge/v0/entitlements", region="asia-south1", maxUses=3)["region"] == "asia-south1"
    answer = shop.merchant.http.post(
        "/v0/entitlements", json=shop.reservation(), headers={"Host": "edge-api.paygentic.localhost"}
    )
    assert answer.json()["region"] == "us-west1"
    shop.merchant.call("POST", "/edge/v0/entitlements", shop.reservation(region="mars"), expect=400)


def test_a_reservation_at_a_volume_price_costs_the_tier_it_reaches(merchant: Merchant) -> None:
    shop = Shop(merchant)
    product = merchant.product()
    metric = merchant.metric(product)
    tiers = [{"upTo": "10", "unitPrice": "1"}, {"upTo": None, "unitPrice": "0.5"}]
    price = merchant.price(metric, model="volume", properties={"tiers": tiers})
    merchant.subscription(merchant.plan(product, [price])["id"], startedAt="2030-01-01T00:00:00Z")
    data = [{"billableMetricId": metric, "quantity": 8}]
    assert shop.reserve(entitlementData=data)["remainingBalance"] == str(8 * DOLLAR)
    shop.report(properties=data)
    assert shop.reserve(entitlementData=data)["remainingBalance"] == str(4 * DOLLAR)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"maxUses": 0}, 400),
        ({"maxUses": 1001}, 400),
        ({"entitlementData": []}, 400),
        ({"entitlementData": [{"billableMetricId": "bm_none", "quantity": 1}]}, 404),
        ({"customerId": "cus_none"}, 404),
        ({"merchantId": "org_other"}, 403),
    ],
)
def test_a_wrong_reservation_is_refused(shop: Shop, fields: Json, status: int) -> None:
    shop.merchant.call("POST", "/v0/entitlements", {**shop.reservation(), **fields}, expect=status)
    for wrong in ({"quantity": -1}, {"quantity": 1, "price": "1"}):
        bad = [{"billableMetricId": shop.basic, **wrong}]
        shop.merchant.call("POST", "/v0/entitlements", shop.reservation(entitlementData=bad), expect=400)


def test_a_reservation_is_for_its_customer_and_merchant(shop: Shop, other: Merchant) -> None:
    made = shop.reserve()
    second = shop.merchant.subscription(shop.plan, "b@x.com", startedAt="2030-01-01T00:00:00Z")["customerId"]
    answer = shop.merchant.refused("POST", "/v0/usage", shop.usage(customerId=second, entitlementId=made["id"]))
    assert answer == {"entitlementId"}
    theirs = Shop(other)
    body = theirs.usage(entitlementId=made["id"])
    other.call("POST", "/v0/usage", body, expect=403)
    elsewhere = [{"billableMetricId": shop.merchant.metric(), "quantity": 1}]
    unbilled = shop.merchant.call("POST", "/v0/entitlements", shop.reservation(entitlementData=elsewhere), expect=400)
    assert unbilled["code"] == "NO_SUBSCRIPTION"


def test_what_a_customer_is_entitled_to(shop: Shop) -> None:
    path = f"/v0/entitlements/activeEntitlements?customerId={shop.customer}"
    [active] = shop.merchant.get(path)["data"]
    assert active["billableMetrics"] == [shop.basic, shop.premium]
    assert (active["subscriptionId"], active["planId"]) == (shop.subscription, shop.plan)
    assert len(shop.merchant.get(f"{path}&productId={active['productId']}")["data"]) == 1
    assert shop.merchant.get(f"{path}&subscriptionId=sub_none")["data"] == []
    shop.merchant.call("GET", "/v0/entitlements/activeEntitlements", expect=400)
    shop.merchant.post(f"/v0/subscriptions/{shop.subscription}/termination", {"reason": "over"})
    assert shop.merchant.get(path)["data"] == []


def test_a_reservation_gives_no_more_than_it_holds_and_a_rebate_adds_nothing(merchant: Merchant) -> None:
    product = merchant.product()
    metric = merchant.metric(product)
    plan = merchant.plan(product, [merchant.price(metric, "0.5")])["id"]
    back = merchant.metric(product, name="Back", eventType="back")
    rebates = merchant.plan(product, [merchant.price(back, "-1")], name="Rebates")["id"]
    for plan_id, bills, quantity in ((plan, metric, 10**12), (rebates, back, 50)):
        customer = merchant.subscription(plan_id)["customerId"]
        whose = {"merchantId": merchant.id, "customerId": customer}
        wanted = [{"billableMetricId": bills, "quantity": 3}]
        held = merchant.post("/v0/entitlements", {**whose, "maxUses": 5, "entitlementData": wanted})
        used = {"properties": [{"billableMetricId": bills, "quantity": quantity}], "entitlementId": held["id"]}
        moment = {"timestamp": "2026-06-01T00:00:00Z", "idempotencyKey": bills}
        merchant.call("POST", "/v0/usage", {**whose, **used, **moment}, expect=201)
        page = merchant.http.get("/dashboard/customers").text
        assert "$0.00 reserved" in page
