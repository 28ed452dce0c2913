"""Purchases of grants: paid on a page, and granted once."""

from typing import Any

import httpx
import pytest

from tests.emulator.support.merchant import Json, Merchant

START = "2030-01-01T00:00:00Z"


@pytest.fixture
def entitlement(merchant: Merchant) -> Json:
    merchant.post("/_emulator/clock", {"now": START})
    product = merchant.product()
    feature = {
        "featureId": merchant.feature(product, "metered", "calls"),
        "entitlementTemplate": {"isSoftLimit": False},
    }
    plan = merchant.plan(product, [merchant.price(merchant.metric(product), feature=feature)])["id"]
    customer = merchant.subscription(plan, startedAt=START)["customerId"]
    [found] = merchant.get(f"/v1/entitlements?customerId={customer}")["data"]
    return {**found, "path": f"/v1/entitlements/{found['entitlementId']}"}


def _buy(merchant: Merchant, entitlement: Json, **fields: Any) -> Json:
    body = {"amount": 100, "price": "5.00", "idempotencyKey": "one", **fields}
    return merchant.call("POST", f"{entitlement['path']}/grants/purchase", body, expect=201)


def test_a_payment_makes_the_grant_once(merchant: Merchant, entitlement: Json) -> None:
    bought = merchant.sdk.entitlements.grants.purchase(
        entitlement_id=entitlement["entitlementId"],
        amount=100,
        price="5.00",
        idempotency_key="one",
        success_url="https://example.com/thanks",
    )
    [session] = bought.payment_sessions
    assert (bought.grant_amount, bought.price, bought.currency, session.amount) == (100, "5.00", "usd", 500)
    assert _buy(merchant, entitlement)["invoiceId"] == bought.invoice_id
    invoice = merchant.get(f"/v2/invoices/{bought.invoice_id}?expand=lineItems")
    assert (invoice["status"], invoice["paymentUrl"]) == ("ISSUED", session.url)
    assert [line["totalPrice"] for line in invoice["lineItems"]["lineItems"]] == ["5.00"]
    assert merchant.get(entitlement["path"])["hasAccess"] is False
    paid = httpx.post(session.url, data={"decision": "pay"})
    assert paid.headers["location"] == "https://example.com/thanks"
    httpx.post(session.url, data={"decision": "pay"})
    [grant] = merchant.get(f"{entitlement['path']}/grants")["data"]
    assert (grant["amount"], grant["idempotencyKey"]) == (100, "one")
    after = merchant.get(entitlement["path"])
    assert (after["hasAccess"], after["balance"]) == (True, 100)
    assert merchant.sdk.invoices_v2.get(id=bought.invoice_id).status == "PAID"


def test_a_purchase_that_nobody_pays_ends_with_its_session(merchant: Merchant, entitlement: Json) -> None:
    until = "2030-01-02T00:00:00Z"
    bought = _buy(merchant, entitlement, paymentExpiresAt=until, cancelUrl="https://example.com/shop")
    assert bought["paymentSessions"][0]["expiresAt"][:19] == until[:19]
    merchant.post("/_emulator/clock", {"now": until})
    path = f"/v2/invoices/{bought['invoiceId']}"
    invoice = merchant.get(path)
    assert (invoice["status"], "paymentUrl" in invoice) == ("CANCELLED", False)
    assert httpx.post(bought["paymentSessions"][0]["url"], data={"decision": "pay"}).status_code == 410
    merchant.call("POST", f"{path}/payment", {"method": "out_of_band"}, expect=409)
    merchant.call("POST", f"{path}/payment", {"method": "hosted_link"}, expect=422)
    assert merchant.get(f"{entitlement['path']}/grants")["data"] == []


def test_what_cannot_be_bought_is_refused(merchant: Merchant, entitlement: Json) -> None:
    path = f"{entitlement['path']}/grants/purchase"
    body = {"amount": 1, "price": "5", "idempotencyKey": "x"}
    for wrong in ({"price": "0.49"}, {"price": "1e3"}, {"price": "4503599.63"}, {"amount": 0}):
        assert merchant.refused("POST", path, {**body, **wrong}) == set(wrong)
    assert merchant.refused("POST", path, {**body, "paymentExpiresAt": START}) == {"paymentExpiresAt"}
    product = entitlement["productId"]
    for kind in ("boolean", "metered"):
        fields = {"customerId": entitlement["customerId"], "template": {"type": kind}}
        issued = merchant.post(
            "/v1/entitlements", {**fields, "featureId": merchant.feature(product, kind, f"f-{kind}")}
        )
        assert merchant.refused("POST", f"/v1/entitlements/{issued['id']}/grants/purchase", body) == {"entitlementId"}
