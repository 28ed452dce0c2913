"""Subscriptions with charges in advance: they wait until their invoice 0 is paid."""

from datetime import datetime, timezone
from typing import Any

import httpx
import pytest
from paygentic_sdk import errors
from paygentic_sdk.models import ListPaymentSessionsRequest, OutOfBandPaymentResult, PaymentPaid, PaymentPending

from tests.emulator.support.merchant import Json, Merchant

CLOCK = "/_emulator/clock"
START = "2030-01-01T00:00:00Z"


def _plan(merchant: Merchant, *amounts: str, term: str = "in_advance", **fields: object) -> str:
    merchant.call("POST", CLOCK, {"now": START}, expect=200)
    product = merchant.product()
    fee = merchant.fee(product)
    prices = [merchant.price(None, amount, feeId=fee, paymentTerm=term) for amount in amounts]
    return str(merchant.plan(product, prices, **fields)["id"])


def _pending(merchant: Merchant, plan: str, **fields: Any) -> Json:
    made = merchant.unpaid(plan, startedAt=START, **fields)
    assert made["status"] == "pending_payment"
    return made


def _invoices(merchant: Merchant, subscription: Json) -> list[tuple[int, str, str, str]]:
    found = merchant.get(f"/v2/invoices?subscriptionId={subscription['id']}")["data"]
    names = ("sequenceNumber", "status", "paidAmount", "unpaidAmount")
    return sorted(tuple(invoice[name] for name in names) for invoice in found)


def _sessions(merchant: Merchant, subscription: Json, **asked: Any) -> list[tuple[str, str, str]]:
    request = ListPaymentSessionsRequest(subscription_id=subscription["id"], **asked)
    found = merchant.sdk.payment_sessions.list_payment_sessions(request=request)
    return [(session.entity_type, session.status, session.amount) for session in found.data]


def test_a_subscription_waits_until_everything_due_in_advance_is_paid(merchant: Merchant) -> None:
    plan = _plan(merchant, "10", "99.50", defaultTaxRate=10)
    made = merchant.sdk.subscriptions.create(
        name="Ada", plan_id=plan, started_at=datetime(2030, 1, 1, tzinfo=timezone.utc), customer_id=merchant.customer()
    )
    payment = made.payment
    assert isinstance(payment, PaymentPending)
    assert (made.status, payment.amount, payment.breakdown.wallet_charge) == ("pending_payment", "120.45", "0.00")
    found = {"id": made.id}
    assert _invoices(merchant, found) == [(0, "ISSUED", "0.00", "120.45")]
    assert _sessions(merchant, found) == [("subscription", "pending", "120.45")]
    invoice = merchant.sdk.invoices_v2.get(id=payment.invoice_id or "")
    assert invoice.payment_url == payment.checkout_url
    assert merchant.get("/v0/subscriptions?status=pending_payment")["data"][0]["payment"]["status"] == "pending"

    httpx.post(payment.checkout_url, data={"decision": "pay"}).raise_for_status()
    active = merchant.sdk.subscriptions.get(id=made.id)
    assert (active.status, active.payment) == ("active", None)
    assert _invoices(merchant, found) == [(0, "PAID", "120.45", "0.00"), (1, "ACTIVE", "0.00", "0.00")]
    assert _sessions(merchant, found, status="completed") == [("subscription", "completed", "120.45")]
    assert _sessions(merchant, found, status="pending", entity_type="invoice") == []


def test_nothing_due_in_advance_needs_no_payment(merchant: Merchant) -> None:
    arrears = merchant.unpaid(_plan(merchant, "10", term="in_arrears"), startedAt=START)
    assert (arrears["status"], "payment" in arrears) == ("active", False)
    made = merchant.unpaid(_plan(merchant, "0"), startedAt=START)
    free = merchant.sdk.subscriptions.get(id=made["id"])
    assert (free.status, type(free.payment)) == ("active", PaymentPaid)
    assert (made["payment"]["amount"], _invoices(merchant, made)[0][:2]) == ("0", (0, "PAID"))


def test_whoever_is_late_still_pays_from_the_start_on(merchant: Merchant) -> None:
    made = _pending(merchant, _plan(merchant, "10"), sessionExpiryMinutes=100_000)
    merchant.call("POST", CLOCK, {"now": "2030-02-15T00:00:00Z"}, expect=200)
    assert _invoices(merchant, made) == [(0, "ISSUED", "0.00", "10.00")]
    httpx.post(made["payment"]["checkoutUrl"], data={"decision": "pay"})
    merchant.get("/v0/subscriptions")
    assert [row[:3] for row in _invoices(merchant, made)] == [
        (0, "PAID", "10.00"),
        (1, "PAID", "10.00"),
        (2, "ACTIVE", "0.00"),
    ]


def test_a_repeated_creation_answers_the_one_that_waits(merchant: Merchant) -> None:
    plan = _plan(merchant, "10")
    first, second = (merchant.unpaid(plan, startedAt=START) for _ in range(2))
    assert (first["id"], first["payment"]) == (second["id"], second["payment"])


@pytest.mark.parametrize(("minutes", "until"), [({}, 240), ({"sessionExpiryMinutes": 5}, 5)])
def test_a_session_ends_and_an_invoice_gets_a_new_one(merchant: Merchant, minutes: Json, until: int) -> None:
    made = _pending(merchant, _plan(merchant, "10"), **minutes)
    merchant.call("POST", CLOCK, {"advance": f"PT{until}M"}, expect=200)
    assert _sessions(merchant, made) == [("subscription", "expired", "10.00")]
    assert httpx.post(made["payment"]["checkoutUrl"], data={"decision": "pay"}).status_code == 410
    assert merchant.get(f"/v0/subscriptions/{made['id']}")["status"] == "pending_payment"
    path = f"/v2/invoices/{made['payment']['invoiceId']}/payment"
    links = [merchant.post(path, {"method": "hosted_link"}) for _ in range(2)]
    renewed = merchant.get(f"/v0/subscriptions/{made['id']}")["payment"]
    assert (renewed["checkoutUrl"], renewed["paymentSessionId"]) == (
        links[1]["paymentUrl"],
        links[1]["paymentSessionId"],
    )
    assert [status for _, status, _ in _sessions(merchant, made)] == ["pending", "cancelled", "expired"]
    assert httpx.post(links[0]["paymentUrl"], data={"decision": "pay"}).status_code == 410
    httpx.post(links[1]["paymentUrl"], data={"decision": "pay"})
    assert merchant.get(f"/v0/subscriptions/{made['id']}")["status"] == "active"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/termination", {"reason": "nobody paid"}),
        ("PATCH", "", {"status": "terminated", "terminationReason": "nobody paid"}),
    ],
)
def test_what_nobody_paid_is_ended_with_its_invoice_and_session(
    merchant: Merchant, method: str, path: str, body: Json
) -> None:
    made = _pending(merchant, _plan(merchant, "10"))
    merchant.call("POST", CLOCK, {"advance": "PT1M"}, expect=200)
    ended = merchant.call(method, f"/v0/subscriptions/{made['id']}{path}", body, expect=200)
    assert (ended["status"], "payment" in ended) == ("terminated", False)
    assert _invoices(merchant, made) == [(0, "CANCELLED", "0.00", "0.00")]
    assert _sessions(merchant, made) == [("subscription", "cancelled", "10.00")]
    assert httpx.post(made["payment"]["checkoutUrl"], data={"decision": "pay"}).status_code == 410
    year = f"merchantId={merchant.id}&startTime=2030-01-01T00:00:00Z&endTime=2031-01-01T00:00:00Z"
    assert merchant.get(f"/v0/revenue?{year}")["invoices"]["issued"]["count"] == 0
    merchant.call("POST", CLOCK, {"now": "2530-01-01T00:00:00Z"}, expect=200)
    again = merchant.unpaid(made["planId"], startedAt="2530-01-01T00:00:00Z")
    assert (again["id"] != made["id"], again["status"]) == (True, "pending_payment")


def test_one_that_waits_ends_by_its_own_end(merchant: Merchant) -> None:
    made = _pending(merchant, _plan(merchant, "10"), endingAt="2030-01-02T00:00:00Z")
    merchant.call("POST", CLOCK, {"now": "2030-01-03T00:00:00Z"}, expect=200)
    assert merchant.get(f"/v0/subscriptions/{made['id']}")["status"] == "terminated"
    assert _invoices(merchant, made) == [(0, "CANCELLED", "0.00", "0.00")]


def test_a_payment_received_elsewhere_counts_once(merchant: Merchant) -> None:
    made = _pending(merchant, _plan(merchant, "10"))
    path = f"/v2/invoices/{made['payment']['invoiceId']}/payment"
    paid = merchant.sdk.invoices_v2.record_invoice_payment(
        id=made["payment"]["invoiceId"], method="out_of_band", reason="Wire transfer"
    )
    assert isinstance(paid, OutOfBandPaymentResult)
    assert (paid.method, paid.invoice.status, paid.invoice.paid_amount) == ("out_of_band", "PAID", "10.00")
    assert merchant.get(f"/v0/subscriptions/{made['id']}")["status"] == "active"
    merchant.call("POST", path, {"method": "out_of_band"}, expect=409)
    with pytest.raises(errors.UnprocessableEntityError) as none:
        merchant.sdk.invoices_v2.record_invoice_payment(id=made["payment"]["invoiceId"], method="hosted_link")
    assert none.value.data.code == "INVOICE_NO_BALANCE"
    current = merchant.get(f"/v2/invoices?subscriptionId={made['id']}&status=ACTIVE")["data"][0]["id"]
    with pytest.raises(errors.UnprocessableEntityError) as unissued:
        merchant.sdk.invoices_v2.record_invoice_payment(id=current, method="hosted_link")
    assert unissued.value.data.code == "INVOICE_NOT_LINKABLE_STATUS"
    merchant.call("POST", f"/v2/invoices/{current}/payment", {"method": "out_of_band"}, expect=409)


def test_an_invoice_that_the_wallet_does_not_cover_has_a_link(merchant: Merchant) -> None:
    made = merchant.subscription(_plan(merchant, "250", term="in_arrears"), startedAt=START)
    merchant.call("POST", CLOCK, {"now": "2030-02-02T00:00:00Z"}, expect=200)
    assert _sessions(merchant, made, entity_type="invoice") == [("invoice", "pending", "250.00")]
    [unpaid] = merchant.get(f"/v2/invoices?subscriptionId={made['id']}&status=ISSUED")["data"]
    httpx.post(unpaid["paymentUrl"], data={"decision": "pay"})
    settled = merchant.get(f"/v2/invoices/{unpaid['id']}")
    assert (settled["status"], settled["paidAmount"], "paymentUrl" in settled) == ("PAID", "250.00", False)


def test_a_subscription_on_a_test_clock_waits_by_it(merchant: Merchant) -> None:
    plan = _plan(merchant, "10")
    still = merchant.post("/v0/testClocks", {"currentTime": START})["id"]
    made = _pending(merchant, plan, testClockId=still)
    merchant.call("POST", CLOCK, {"advance": "P1D"}, expect=200)
    assert _sessions(merchant, made)[0][1] == "pending"
    merchant.patch(f"/v0/testClocks/{still}", {"advanceBy": "PT5H"})
    assert _sessions(merchant, made)[0][1] == "expired"


def test_features_come_with_the_payment(merchant: Merchant) -> None:
    merchant.call("POST", CLOCK, {"now": START}, expect=200)
    product = merchant.product()
    feature = {"featureId": merchant.feature(product), "entitlementTemplate": {}}
    price = merchant.price(None, "10", feeId=merchant.fee(product), paymentTerm="in_advance", feature=feature)
    made = _pending(merchant, str(merchant.plan(product, [price])["id"]))
    asked = f"/v1/entitlements?customerId={made['customerId']}"
    assert merchant.get(asked)["data"] == []
    merchant.call("POST", f"/v0/subscriptions/{made['id']}/reconciliations", {}, expect=400)
    merchant.subscription(made["planId"], startedAt=START)
    assert [entry["hasAccess"] for entry in merchant.get(asked)["data"]] == [True]


def test_a_long_move_counts_the_periods_of_those_that_wait(merchant: Merchant) -> None:
    merchant.call("POST", CLOCK, {"now": START}, expect=200)
    product = merchant.product()
    price = merchant.price(None, "1", feeId=merchant.fee(product), paymentTerm="in_advance", billingCadence="P1D")
    made = _pending(merchant, str(merchant.plan(product, [price])["id"]))
    far = {"now": "2830-01-01T00:00:00Z"}
    assert merchant.refused("POST", CLOCK, far) == {"now"}
    merchant.post(f"/v0/subscriptions/{made['id']}/termination", {"reason": "late"})
    merchant.call("POST", CLOCK, far, expect=200)


def test_a_start_to_come_is_paid_ahead_of_it(merchant: Merchant) -> None:
    plan = _plan(merchant, "10")
    made = merchant.subscription(plan, startedAt="2030-02-01T00:00:00Z")
    assert (made["status"], _invoices(merchant, made)) == ("active", [(0, "PAID", "10.00", "0.00")])
    merchant.call("POST", CLOCK, {"now": "2030-02-01T00:00:00Z"}, expect=200)
    assert [row[0] for row in _invoices(merchant, made)] == [0, 1]


def test_sessions_are_found_by_customer_and_of_ones_own_only(merchant: Merchant, other: Merchant) -> None:
    made = _pending(merchant, _plan(merchant, "10"))
    sdk = merchant.sdk.payment_sessions
    found = sdk.list_payment_sessions(request={"customer_id": made["customerId"], "merchant_id": merchant.id})
    assert [session.entity_id for session in found.data] == [made["id"]]
    assert other.get("/v0/paymentSessions")["pagination"]["total"] == 0
    other.call("GET", f"/v0/paymentSessions?merchantId={merchant.id}", expect=403)
    other.call("POST", f"/v2/invoices/{made['payment']['invoiceId']}/payment", {"method": "hosted_link"}, expect=404)
    other.call("POST", f"/v2/invoices/{made['payment']['invoiceId']}/payment", {"method": "out_of_band"}, expect=403)


@pytest.mark.parametrize("scope", ["customer", "merchant"])
def test_a_reset_forgets_payments_adjustments_and_codes(merchant: Merchant, scope: str) -> None:
    made = _pending(merchant, _plan(merchant, "10"))
    path = f"/v0/subscriptions/{made['id']}/adjustments"
    merchant.post(path, {"type": "percentageDiscount", "percentageDiscount": "0.1", "effectiveFrom": START})
    code = {"merchantId": merchant.id, "entityType": "customer", "entityId": made["customerId"]}
    merchant.post("/v0/externalReferences", {**code, "provider": "crm", "externalId": "1"})
    body = (
        {"scope": scope, "keepCatalog": True}
        if scope == "merchant"
        else {"scope": scope, "customerId": code["entityId"]}
    )
    merchant.call("POST", f"/v0/merchants/{merchant.id}/reset", body, expect=204)
    assert httpx.get(made["payment"]["checkoutUrl"]).status_code == 404
    for listed in ("/v0/paymentSessions", "/v0/externalReferences"):
        assert merchant.get(listed)["pagination"]["total"] == 0
    merchant.call("GET", path, expect=404)
