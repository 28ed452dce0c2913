"""The features that a plan brings along: entitlements of its subscribers, and what their credits do to an invoice."""

from typing import Any

import pytest
from paygentic_sdk.models import SubscriptionReconciliation

from tests.emulator.support.merchant import Json, Merchant

CLOCK = "/_emulator/clock"
MONTHLY = {"type": "metered", "usagePeriod": {"interval": "P1M"}, "issueAfterReset": 10}
START = "2030-01-01T00:00:00Z"


def _at(merchant: Merchant, moment: str) -> None:
    merchant.call("POST", CLOCK, {"now": f"2030-{moment}"}, expect=200)


def _use(merchant: Merchant, customer: str, moment: str, n: object) -> None:
    body = {"type": "request", "source": "t", "subject": customer, "timestamp": f"2030-{moment}", "data": {"n": n}}
    merchant.call("POST", "/v0/events", body, expect=202)


def _plan(merchant: Merchant, template: Json, **price: Any) -> tuple[str, Json, Json]:
    """Feature, plan, and a subscription that starts with the year 2030."""
    _at(merchant, "01-01T00:00:00Z")
    product = merchant.product()
    feature = merchant.feature(product, "metered", "calls")
    metric = merchant.metric(product, aggregation="SUM", valueProperty="$.n")
    carried = {"featureId": feature, "entitlementTemplate": template}
    plan = merchant.plan(product, [merchant.price(metric, "2", feature=carried, **price)])
    return feature, plan, merchant.subscription(plan["id"], startedAt=START)


def _entitlements(merchant: Merchant, subscription: Json) -> list[Json]:
    found: list[Json] = merchant.get(
        f"/v1/entitlements?customerId={subscription['customerId']}&subscriptionId={subscription['id']}"
    )["data"]
    return found


def _invoice(merchant: Merchant, subscription: Json, number: int) -> tuple[str, list[tuple[str, float, str]]]:
    """The grand total, and each line's event type, quantity and amount."""
    found = merchant.get(f"/v2/invoices?subscriptionId={subscription['id']}&limit=100")["data"]
    [invoice] = [invoice for invoice in found if invoice["sequenceNumber"] == number]
    lines = merchant.get(f"/v2/invoices/{invoice['id']}/lineItems")["lineItems"]
    return invoice["grandTotal"], [(line["eventType"], line["quantity"], line["totalPrice"]) for line in lines]


def test_subscribers_are_entitled_to_what_the_plan_brings_along(merchant: Merchant) -> None:
    feature, _, subscription = _plan(merchant, MONTHLY)
    [entitlement] = _entitlements(merchant, subscription)
    assert (entitlement["featureId"], entitlement["featureKey"], entitlement["balance"]) == (feature, "calls", 10)
    assert (entitlement["activeFrom"], entitlement["isSoftLimit"]) == ("2030-01-01T00:00:00.000Z", True)
    _use(merchant, subscription["customerId"], "01-02T00:00:00Z", 4)
    _at(merchant, "01-03T00:00:00Z")
    assert _entitlements(merchant, subscription)[0]["balance"] == 6


def test_a_template_may_be_left_out_and_a_feature_is_given_once(merchant: Merchant) -> None:
    product = merchant.product()
    kinds = {kind: merchant.feature(product, kind, kind) for kind in ("boolean", "static", "metered")}
    carried = [{"featureId": kinds[kind]} for kind in ("boolean", "static", "metered", "boolean")]
    prices = [merchant.price(merchant.metric(product, name=str(n)), feature=f) for n, f in enumerate(carried)]
    subscription = merchant.subscription(merchant.plan(product, prices)["id"])
    given_ = {
        entry["featureKey"]: (entry["hasAccess"], entry["config"]) for entry in _entitlements(merchant, subscription)
    }
    assert given_ == {"boolean": (True, None), "static": (True, {}), "metered": (True, None)}
    assert len(_entitlements(merchant, subscription)) == 3


def test_accepting_a_link_entitles_as_well(merchant: Merchant) -> None:
    _, plan, _ = _plan(merchant, MONTHLY)
    link = merchant.post("/v0/customers/authorization", {"email": "grace@example.com", "planId": plan["id"]})
    merchant.http.post(link["url"], data={"decision": "accept", "name": "Grace", "country": "DE", "zipCode": "1"})
    customer = merchant.get(f"/v0/customers/authorization/{link['id']}")["customerId"]
    assert merchant.get(f"/v1/entitlements?customerId={customer}")["pagination"]["total"] == 1


@pytest.mark.parametrize(
    ("discount", "soft", "total", "lines"),
    [
        (False, True, "24.00", [("usage", 12, "24.00")]),
        (True, True, "4.00", [("usage", 12, "24.00"), ("discount", -10, "-20.00")]),
        (False, False, "20.00", [("usage", 10, "20.00")]),
        (True, False, "0.00", [("usage", 10, "20.00"), ("discount", -10, "-20.00")]),
    ],
)
@pytest.mark.behaviour(
    "Credits cover the usage of a price only with `grantDiscountEnabled`. A hard limit charges nothing beyond them.",
    inferred=True,
)
def test_credits_discount_where_the_price_says_so_and_a_hard_limit_charges_nothing_beyond(
    merchant: Merchant, discount: bool, soft: bool, total: str, lines: list[tuple[str, float, str]]
) -> None:
    _, _, subscription = _plan(merchant, {**MONTHLY, "isSoftLimit": soft}, grantDiscountEnabled=discount)
    _use(merchant, subscription["customerId"], "01-02T00:00:00Z", 12)
    assert _invoice(merchant, subscription, 1) == (total, lines)
    _at(merchant, "02-01T02:00:00Z")
    assert _invoice(merchant, subscription, 1) == (total, lines)


def test_grants_discount_what_the_issued_credits_did_not_cover(merchant: Merchant) -> None:
    _, _, subscription = _plan(merchant, MONTHLY, grantDiscountEnabled=True)
    [entitlement] = _entitlements(merchant, subscription)
    grants = f"/v1/entitlements/{entitlement['entitlementId']}/grants"
    merchant.call("POST", grants, {"amount": 5, "idempotencyKey": "a"}, expect=201)
    for moment, n in (("01-02T00:00:00Z", 12), ("02-02T00:00:00Z", 14)):
        _use(merchant, subscription["customerId"], moment, n)
    _at(merchant, "03-01T02:00:00Z")
    assert _invoice(merchant, subscription, 1)[1] == [("usage", 12, "24.00"), ("discount", -12, "-24.00")]
    assert _invoice(merchant, subscription, 2)[1] == [("usage", 14, "28.00"), ("discount", -13, "-26.00")]


def test_a_refund_gives_back_no_more_than_was_paid(merchant: Merchant) -> None:
    _, plan, subscription = _plan(merchant, MONTHLY, grantDiscountEnabled=True)
    customer, metric = subscription["customerId"], plan["prices"][0]["billableMetricId"]
    for key in "ab":
        body = {"idempotencyKey": key, "customerId": customer, "merchantId": merchant.id}
        what = {"timestamp": "2030-01-02T00:00:00Z", "properties": [{"billableMetricId": metric, "quantity": 8}]}
        merchant.post("/v0/usage", {**body, **what})
    _at(merchant, "02-01T02:00:00Z")
    assert _invoice(merchant, subscription, 1)[0] == "12.00"
    for usage in merchant.get(f"/v0/usage?merchantId={merchant.id}&startTime={START}&endTime=2030-02-01T00:00:00Z")[
        "data"
    ]:
        merchant.patch(f"/v0/usage/{usage['id']}", {"refunded": True})
    assert _invoice(merchant, subscription, 2) == ("-12.00", [("usage", -6, "-12.00")])


def test_rebates_take_no_more_than_the_rest_comes_to(merchant: Merchant) -> None:
    _at(merchant, "01-01T00:00:00Z")
    product = merchant.product()
    metric = merchant.metric(product, aggregation="SUM", valueProperty="$.n")
    fee = merchant.price(None, "5", feeId=merchant.fee(product), billingCadence="P1M")
    prices = [fee, merchant.price(metric, "-1"), merchant.price(metric, "-0.25")]
    plan = merchant.plan(product, prices, defaultTaxRate=10)
    subscription = merchant.subscription(plan["id"], startedAt=START)
    _use(merchant, subscription["customerId"], "01-02T00:00:00Z", 4)
    assert _invoice(merchant, subscription, 1)[1][:2] == [("usage", 4, "-4.00"), ("usage", 4, "-1.00")]
    _use(merchant, subscription["customerId"], "01-03T00:00:00Z", 2)
    total, lines = _invoice(merchant, subscription, 1)
    assert total == "0.00"
    assert lines == [("usage", 6, "-5.00"), ("usage", 6, "0.00"), ("fee", 1, "5.00")]


def test_credits_roll_over_within_their_limits_and_overage_is_taken_along(merchant: Merchant) -> None:
    rolling = {**MONTHLY, "resetMaxRollover": 3, "preserveOverageAtReset": True}
    _, _, subscription = _plan(merchant, rolling)
    [entitlement] = _entitlements(merchant, subscription)
    for moment, n in (("01-02T00:00:00Z", 4), ("02-02T00:00:00Z", 18)):
        _use(merchant, subscription["customerId"], moment, n)

    def at(moment: str) -> tuple[float, float, float]:
        read = merchant.get(f"/v1/entitlements/{entitlement['entitlementId']}?at=2030-{moment}T00:00:00Z")
        return read["balance"], read["usageInPeriod"], read["overage"]

    assert [at("01-31"), at("02-01"), at("02-28"), at("03-01")] == [(6, 4, 0), (13, 0, 0), (0, 18, 5), (5, 0, 0)]


def test_the_lowest_priority_burns_first_then_what_ends_first(merchant: Merchant) -> None:
    _, _, subscription = _plan(merchant, {"type": "metered"})
    [entitlement] = _entitlements(merchant, subscription)
    path = f"/v1/entitlements/{entitlement['entitlementId']}"
    ends = {"expiresAt": "2030-01-10T00:00:00Z"}
    for key, more in (
        ("lasting", {}),
        ("first", {"priority": -1}),
        ("ending", ends),
        ("ended", {**ends, "priority": 9}),
    ):
        merchant.call("POST", f"{path}/grants", {"amount": 2, "idempotencyKey": key, **more}, expect=201)
    _use(merchant, subscription["customerId"], "01-02T00:00:00Z", 3)
    assert merchant.get(f"{path}?at=2030-01-09T00:00:00Z")["balance"] == 5
    assert merchant.get(f"{path}?at=2030-01-11T00:00:00Z")["balance"] == 2


def test_a_reconciliation_follows_the_plan_and_doubles_nothing(merchant: Merchant) -> None:
    feature, plan, subscription = _plan(merchant, MONTHLY)
    product, customer = plan["productId"], subscription["customerId"]
    added, broken = merchant.feature(product, "boolean", "sso"), merchant.feature(product, "static", "seats")
    prices = [
        merchant.price(merchant.metric(product, name="Other", eventType="other"), "1", feature={"featureId": added}),
        merchant.price(
            merchant.metric(product, name="Third", eventType="third"),
            feature={"featureId": broken, "entitlementTemplate": {"config": "none"}},
        ),
    ]
    [entitlement] = _entitlements(merchant, subscription)
    grants = f"/v1/entitlements/{entitlement['entitlementId']}/grants"
    merchant.call("POST", grants, {"amount": 5, "idempotencyKey": "a"}, expect=201)
    merchant.mint(plan["id"], [{"priceId": price} for price in prices])
    assert [e["featureKey"] for e in _entitlements(merchant, subscription)] == ["calls"]
    _use(merchant, customer, "01-02T00:00:00Z", 3)

    path = f"/v0/subscriptions/{subscription['id']}/reconciliations"
    tried = merchant.call("POST", path, {"dryRun": True}, expect=200)
    assert [e["featureKey"] for e in _entitlements(merchant, subscription)] == ["calls"]
    done = merchant.sdk.subscriptions.reconcile_subscription_features(id=subscription["id"])
    assert isinstance(done, SubscriptionReconciliation)
    assert merchant.call("POST", path, {}, expect=200)["features"]["added"] == []
    assert tried["features"] == {
        "added": [{"featureId": added, "featureKey": "sso", "billed": True}],
        "skipped": [],
        "removed": [{"featureId": feature, "featureKey": "calls"}],
        "failed": [{"featureId": broken, "featureKey": "seats", "reason": "entitlement_failed"}],
    }
    assert tried["lineItems"] == {"created": 1, "removed": 1}
    assert (done.line_items.created, done.line_items.removed) == (1, 1)
    assert {e["featureKey"]: e["status"] for e in _entitlements(merchant, subscription)} == {
        "calls": "canceled",
        "sso": "active",
    }
    assert merchant.get(grants)["data"] == []
    assert _invoice(merchant, subscription, 1) == ("0.00", [])
    body = {"type": "other", "source": "t", "subject": customer, "timestamp": "2030-01-03T00:00:00Z", "data": {}}
    merchant.call("POST", "/v0/events", body, expect=202)
    assert _invoice(merchant, subscription, 1) == ("1.00", [("usage", 1, "1.00")])

    merchant.post(f"/v0/subscriptions/{subscription['id']}/termination", {"reason": "over"})
    merchant.call("POST", path, {}, expect=400)


def test_entitlements_go_by_the_test_clock_of_their_subscription(merchant: Merchant) -> None:
    _, plan, _ = _plan(merchant, {**MONTHLY, "issueAfterReset": 5}, grantDiscountEnabled=True)
    clock = merchant.post("/v0/testClocks", {"name": "Fast", "currentTime": "2031-01-01T00:00:00Z"})["id"]
    body = {"startedAt": "2031-01-01T00:00:00Z", "testClockId": clock}
    subscription = merchant.subscription(plan["id"], "grace@example.com", **body)
    [entitlement] = _entitlements(merchant, subscription)
    grants = f"/v1/entitlements/{entitlement['entitlementId']}/grants"
    grant = merchant.call("POST", grants, {"amount": 10, "idempotencyKey": "a"}, expect=201)
    use = {"type": "request", "source": "t", "subject": subscription["customerId"], "data": {"n": 12}}
    merchant.call("POST", "/v0/events", {**use, "timestamp": "2031-01-10T00:00:00Z"}, expect=202)
    merchant.sdk.test_clocks.advance(id=clock, request_body={"advance_by": "P20D"})
    [entitlement] = _entitlements(merchant, subscription)
    assert (entitlement["hasAccess"], entitlement["balance"], entitlement["usageInPeriod"]) == (True, 3, 12)
    merchant.sdk.entitlements.grants.void(entitlement_id=entitlement["entitlementId"], grant_id=grant["id"])
    assert _invoice(merchant, subscription, 1)[0] == "0.00"
