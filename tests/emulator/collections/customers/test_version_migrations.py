"""Moves of one subscription to a named version of its plan."""

import pytest

from tests.emulator.support.merchant import Json, Merchant

CLOCK = "/_emulator/clock"
START = "2030-01-01T00:00:00Z"


@pytest.fixture
def subscription(merchant: Merchant) -> Json:
    """A subscription to a plan whose second version costs more, and has a feature."""
    merchant.post(CLOCK, {"now": START})
    product = merchant.product()
    fee = merchant.fee(product)
    plan = merchant.plan(product, [merchant.price(None, "5", feeId=fee)])["id"]
    made = merchant.subscription(plan, startedAt=START)
    feature = {"featureId": merchant.feature(product), "entitlementTemplate": {}}
    merchant.mint(plan, [merchant.price(None, "7", feeId=fee, feature=feature)])
    merchant.patch(f"/v0/subscriptions/{made['id']}", {"versionPolicy": "pinned"})
    return made


def _moved(merchant: Merchant, subscription: Json, number: int, **fields: str) -> Json:
    body = {"targetVersionNumber": number, **fields}
    return merchant.call("POST", f"/v0/subscriptions/{subscription['id']}/versionMigration", body, expect=200)


def _totals(merchant: Merchant, subscription: Json) -> list[str]:
    merchant.post(CLOCK, {"now": "2030-03-01T02:00:00Z"})
    found = merchant.get(f"/v2/invoices?subscriptionId={subscription['id']}&status=PAID")["data"]
    return [invoice["grandTotal"] for invoice in reversed(found)]


def test_a_move_takes_effect_with_the_next_period(merchant: Merchant, subscription: Json) -> None:
    back = _moved(merchant, subscription, 1)
    moved = merchant.sdk.subscriptions.migrate_subscription_version(
        id=subscription["id"], target_version_number=2, timing="next_period"
    )
    assert (back["migration"]["toVersionNumber"], moved.subscription.version_policy) == (1, "pinned")
    assert (moved.migration.from_version_number, moved.migration.to_version_number) == (1, 2)
    assert moved.migration.effective_at == moved.migration.entitlements_effective_at
    assert str(moved.migration.effective_at)[:10] == "2030-02-01"
    again = _moved(merchant, subscription, 2)["migration"]
    assert (again["changed"], again["effectiveAt"]) == (False, None)
    assert _totals(merchant, subscription) == ["5.00", "7.00"]


def test_an_immediate_move_bills_the_whole_period_and_changes_entitlements(
    merchant: Merchant, subscription: Json
) -> None:
    _moved(merchant, subscription, 1)
    moved = _moved(merchant, subscription, 2, timing="immediate")["migration"]
    assert (moved["entitlementsEffectiveAt"][:10], moved["effectiveAt"][:10]) == ("2030-01-01", "2030-02-01")
    held = merchant.get(f"/v1/entitlements?customerId={subscription['customerId']}")["data"]
    assert [entry["hasAccess"] for entry in held] == [True]
    price = merchant.version(subscription["planId"], 2)["prices"][0]["id"]
    blocked = merchant.call("PATCH", f"/v0/prices/{price}", {"isObligation": True}, expect=409)
    assert blocked["details"]["subscriptionCount"] == 1
    assert _totals(merchant, subscription) == ["7.00", "7.00"]


def test_a_move_that_makes_no_sense_is_refused(merchant: Merchant, subscription: Json) -> None:
    path = f"/v0/subscriptions/{subscription['id']}/versionMigration"
    merchant.call("POST", path, {"targetVersionNumber": 3}, expect=404)
    merchant.patch(f"/v0/subscriptions/{subscription['id']}", {"endingAt": "2030-01-20T00:00:00Z"})
    other = 1 if _moved(merchant, subscription, 2)["migration"]["effectiveAt"] is None else 2
    answer = merchant.call("POST", path, {"targetVersionNumber": other}, expect=409)
    assert answer["code"] == "ENDS_BEFORE_MIGRATION"
    merchant.post(f"/v0/subscriptions/{subscription['id']}/termination", {"reason": "over"})
    assert merchant.call("POST", path, {"targetVersionNumber": 1}, expect=409)["code"] == "NOT_ACTIVE"
