"""Entitlements to features in the current form, and the grants on metered ones, by the vendor's SDK."""

from datetime import datetime, timezone
from typing import Any

import pytest
from paygentic_sdk.models import BooleanEntitlementDetail, Grant, MeteredEntitlementDetail

from tests.emulator.support.merchant import Json, Merchant

CLOCK = "/_emulator/clock"


@pytest.fixture
def customer(merchant: Merchant) -> str:
    merchant.post(CLOCK, {"now": "2030-01-01T00:00:00Z"})
    return merchant.customer(externalId="crm-1")


def _issued(merchant: Merchant, customer: str, feature: str, template: Json, **fields: Any) -> Json:
    body = {"customerId": customer, "featureId": feature, "template": template, **fields}
    return merchant.call("POST", "/v1/entitlements", body, expect=201)


def _metered(merchant: Merchant) -> str:
    product = merchant.product()
    feature = merchant.feature(product, "metered", "calls")
    metric = merchant.metric(product, aggregation="SUM", valueProperty="$.n")
    merchant.price(metric, feature={"featureId": feature})
    return feature


def _use(merchant: Merchant, customer: str, moment: str, n: float) -> None:
    body = {"type": "request", "source": "t", "subject": customer, "timestamp": f"2030-{moment}", "data": {"n": n}}
    merchant.call("POST", "/v0/events", body, expect=202)


def test_boolean_and_static_entitlements_give_access_while_they_are_active(merchant: Merchant, customer: str) -> None:
    product = merchant.product()
    flag = merchant.feature(product)
    seats = merchant.feature(product, "static", "seats")
    made = merchant.sdk.entitlements.issue(
        customer_id=customer, feature_id=flag, template={"type": "boolean"}, metadata={"why": "deal"}
    )
    assert isinstance(made, BooleanEntitlementDetail)
    assert (made.feature_type, made.has_access, made.status, made.metadata) == (
        "boolean",
        True,
        "active",
        {"why": "deal"},
    )
    until = {"activeFrom": "2030-02-01T00:00:00Z", "activeTo": "2030-03-01T00:00:00Z"}
    static = _issued(merchant, customer, seats, {"type": "static", "config": {"seats": 5}}, **until)
    assert (static["config"], static["hasAccess"]) == ({"seats": 5}, False)
    path = f"/v1/entitlements/{static['id']}"
    assert merchant.get(f"{path}?at=2030-02-15T00:00:00Z")["hasAccess"] is True
    assert merchant.get(f"{path}?at=2030-03-01T00:00:00Z")["status"] == "expired"
    listed = merchant.sdk.entitlements.list(request={"customer_id": customer})
    assert listed.pagination.total == 2
    only = merchant.get(f"/v1/entitlements?externalCustomerId=crm-1&productId={product}&featureKey=seats")
    assert [entry["entitlementId"] for entry in only["data"]] == [static["id"]]


def test_a_metered_entitlement_refills_and_grants_stay(merchant: Merchant, customer: str) -> None:
    feature = _metered(merchant)
    template = {"type": "metered", "usagePeriod": {"interval": "P1M"}, "issueAfterReset": 10, "isSoftLimit": False}
    made = _issued(merchant, customer, feature, template)
    assert (made["balance"], made["hasAccess"]) == (10, True)
    grant = merchant.sdk.entitlements.grants.create(entitlement_id=made["id"], amount=5, idempotency_key="one")
    assert (
        merchant.sdk.entitlements.grants.create(entitlement_id=made["id"], amount=9, idempotency_key="one").id
        == grant.id
    )
    _use(merchant, customer, "01-10T00:00:00Z", 12.5)
    _use(merchant, customer, "02-10T00:00:00Z", 14)

    def at(moment: str) -> tuple[float, float, float, bool]:
        then = datetime.fromisoformat(f"2030-{moment}").replace(tzinfo=timezone.utc)
        detail = merchant.sdk.entitlements.get(entitlement_id=made["id"], at=then)
        assert isinstance(detail, MeteredEntitlementDetail)
        return detail.balance, detail.usage_in_period, detail.overage, detail.has_access

    assert at("01-31") == (2.5, 12.5, 0, True)
    assert at("02-28") == (0, 14, 1.5, False)
    assert at("03-02") == (10, 0, 0, True)
    bounds = merchant.get(f"/v1/entitlements/{made['id']}?at=2030-02-10T00:00:00Z")
    assert (bounds["currentPeriodStart"][:10], bounds["currentPeriodEnd"][:10]) == ("2030-02-01", "2030-03-01")
    voided = merchant.sdk.entitlements.grants.void(entitlement_id=made["id"], grant_id=grant.id)
    assert voided == merchant.sdk.entitlements.grants.void(entitlement_id=made["id"], grant_id=grant.id)
    assert voided.voided_at is not None
    assert at("01-31") == (0, 12.5, 2.5, False)
    assert merchant.sdk.entitlements.grants.list(entitlement_id=made["id"]).data == []
    kept = merchant.get(f"/v1/entitlements/{made['id']}/grants?includeVoided=true")
    assert [entry["id"] for entry in kept["data"]] == [grant.id]
    assert merchant.get(f"/v1/entitlements/{made['id']}/grants/{grant.id}")["amount"] == 5


def test_a_grant_has_the_fields_of_the_vendors_sdk_and_no_others(merchant: Merchant, customer: str) -> None:
    path = f"/v1/entitlements/{_issued(merchant, customer, _metered(merchant), {'type': 'metered'})['id']}/grants"
    body = {"amount": 5, "idempotencyKey": "one"}
    made, again = merchant.post(path, body), merchant.post(path, body)
    one = f"{path}/{made['id']}"
    answers = [made, again, *merchant.get(path)["data"], merchant.get(one), merchant.call("DELETE", one)]
    known = {field.alias or name for name, field in Grant.model_fields.items()}
    assert [answer.keys() - known for answer in answers] == [set()] * 5


def test_a_one_time_grant_expires_and_a_soft_limit_lets_pass(merchant: Merchant, customer: str) -> None:
    made = _issued(merchant, customer, _metered(merchant), {"type": "metered"})
    assert (made["balance"], made["hasAccess"], made["currentPeriodEnd"]) == (0, True, None)
    path = f"/v1/entitlements/{made['id']}"
    grant = {"amount": 3, "idempotencyKey": "g", "expiresAt": "2030-02-01T00:00:00Z"}
    merchant.call("POST", f"{path}/grants", grant, expect=201)
    assert merchant.get(path)["balance"] == 3
    assert merchant.get(f"{path}?at=2030-02-01T00:00:00Z")["balance"] == 0
    assert merchant.get(f"{path}?at=2029-01-01T00:00:00Z")["hasAccess"] is False


def test_an_entitlement_ends_with_its_subscription_and_goes_with_its_customer(
    merchant: Merchant, customer: str
) -> None:
    plan = merchant.plan(merchant.product(), [])["id"]
    subscription = merchant.subscription(plan, "owner@x.com")
    owner = subscription["customerId"]
    feature = merchant.feature(merchant.product())
    made = _issued(merchant, owner, feature, {"type": "boolean"}, subscriptionId=subscription["id"])
    merchant.sdk.subscriptions.terminate(id=subscription["id"], reason="over")
    read = merchant.get(f"/v1/entitlements/{made['id']}")
    assert (read["status"], read["hasAccess"]) == ("canceled", False)
    wrong = {"customerId": customer, "featureId": feature, "template": {"type": "boolean"}}
    answer = merchant.refused("POST", "/v1/entitlements", {**wrong, "subscriptionId": subscription["id"]})
    assert answer == {"subscriptionId"}
    listed = merchant.get(f"/v1/entitlements?customerId={owner}&subscriptionId={subscription['id']}")
    assert listed["pagination"]["total"] == 1
    merchant.post(f"/v0/merchants/{merchant.id}/reset", {"scope": "customer", "customerId": owner})
    merchant.call("GET", f"/v1/entitlements/{made['id']}", expect=404)


@pytest.mark.parametrize(
    ("template", "status"),
    [
        ({}, 400),
        ({"type": "boolean"}, 400),
        ({"type": "metered", "issueAfterReset": -1}, 400),
        ({"type": "metered", "usagePeriod": {"interval": "PT1H"}}, 400),
        ({"type": "metered", "usagePeriod": {"interval": "P0D"}}, 400),
        ({"type": "metered", "usagePeriod": {"interval": "monthly"}}, 400),
        ({"type": "metered", "resetMaxRollover": -1}, 400),
        ({"type": "static", "config": {}}, 400),
    ],
)
def test_templates_are_checked(merchant: Merchant, customer: str, template: Json, status: int) -> None:
    body = {"customerId": customer, "featureId": _metered(merchant), "template": template}
    merchant.call("POST", "/v1/entitlements", body, expect=status)


def test_entitlements_are_the_merchants_own(merchant: Merchant, other: Merchant, customer: str) -> None:
    feature = merchant.feature(merchant.product())
    made = _issued(merchant, customer, feature, {"type": "boolean"})
    path = f"/v1/entitlements/{made['id']}"
    other.call("GET", path, expect=403)
    grant = {"amount": 1, "idempotencyKey": "a"}
    merchant.call("POST", f"{path}/grants", grant, expect=400)
    body = {"customerId": customer, "featureId": feature, "template": {"type": "boolean"}}
    early = {"activeFrom": "2030-02-01T00:00:00Z", "activeTo": "2030-01-01T00:00:00Z"}
    assert merchant.refused("POST", "/v1/entitlements", {**body, **early}) == {"activeTo"}
    for query in ("", f"customerId={customer}&featureKey=sso", f"customerId={customer}&externalCustomerId=a"):
        merchant.call("GET", f"/v1/entitlements?{query}", expect=400)
    merchant.call("GET", "/v1/entitlements?externalCustomerId=nobody", expect=404)
    merchant.call("GET", f"/v1/entitlements?customerId={customer}&merchantId=org_other", expect=403)
    merchant.call("GET", f"{path}?at=now", expect=400)
    daily = {"type": "metered", "usagePeriod": {"interval": "P1D", "anchor": "2030-01-01T06:00:00Z"}}
    refilled = _issued(merchant, customer, _metered(merchant), daily)
    assert refilled["currentPeriodEnd"].startswith("2030-01-01T06:00")
    merchant.call("GET", f"/v1/entitlements/{refilled['id']}?at=2990-01-01T00:00:00Z", expect=501)
    metered = _issued(merchant, customer, _metered(merchant), {"type": "metered"})
    grants = f"/v1/entitlements/{metered['id']}/grants"
    made_grant = merchant.call("POST", grants, grant, expect=201)
    merchant.call("GET", f"{path}/grants/{made_grant['id']}", expect=404)
