"""Purchases of grants: an invoice of its own, with a payment session, whose payment makes the grant."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from pulumi_paygentic.emulator.billing import currencies, entitlements, issuing, payment_sessions
from pulumi_paygentic.emulator.billing.grants import UNLIMITED
from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.collections.catalog.entitlement_templates import Credits
from pulumi_paygentic.emulator.collections.customers.activation import session_url
from pulumi_paygentic.emulator.collections.money.entitlements import required
from pulumi_paygentic.emulator.errors import refuse
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.http.fields import DateTime, Uri, omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp
from pulumi_paygentic.emulator.storage.store import Record

_LEAST, _MOST = Decimal("0.50"), Decimal("4503599.62")
_GRANT = ("amount", "idempotencyKey", "effectiveAt", "expiresAt", "resetMaxRollover", "resetMinRollover")


class PurchaseGrant(Body):
    amount: Annotated[float, Field(gt=0, le=UNLIMITED)]
    price: Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]{1,9})?$")]
    idempotency_key: Annotated[str, StringConstraints(max_length=255)]
    effective_at: DateTime = omitted()
    expires_at: DateTime | None = None
    success_url: Uri = omitted()
    cancel_url: Uri = omitted()
    payment_expires_at: DateTime = omitted()
    reset_max_rollover: Credits = omitted()
    reset_min_rollover: Credits = omitted()


@registry.register
def operations() -> Operations:
    return {"/v1/entitlements/{entitlementId}/grants/purchase": {"POST": purchase}}


def purchase(cx: Context) -> Answer:
    entitlement = required(cx)
    given = cx.body(PurchaseGrant).given()
    subscription = cx.store.get(kinds.SUBSCRIPTION, entitlement["subscriptionId"] or "")
    if entitlement["template"]["type"] != "metered":
        raise refuse("entitlementId", "is not metered")
    if subscription is None or subscription["status"] != "active":
        raise refuse("entitlementId", "belongs to no active subscription")
    for known in cx.store.find(kinds.INVOICE, {"subscriptionId": subscription["id"]}):
        if known.get("purchase", {}).get("key") == [entitlement["id"], given["idempotencyKey"]]:
            return Answer(201, _present(cx, known))
    if not _LEAST <= Decimal(given["price"]) <= _MOST:
        raise refuse("price", f"must be from {_LEAST} to {_MOST}", "out_of_range")
    now = entitlements.now_of(cx.store, entitlement, cx.clock.now())
    until = given.get("paymentExpiresAt", timestamp(now + payment_sessions.INVOICE_LIFETIME))
    if parse_date_time(until) <= now:
        raise refuse("paymentExpiresAt", "must be in the future")
    bought = {
        "key": [entitlement["id"], given["idempotencyKey"]],
        "entitlementId": entitlement["id"],
        "grant": {name: given[name] for name in _GRANT if name in given},
        "price": given["price"],
        "expiresAt": until,
    }
    feature = cx.store.get(kinds.FEATURE, entitlement["featureId"]) or {
        "name": "Credits",
        "id": entitlement["featureId"],
    }
    lines = [_line(feature, given, now_stamp := timestamp(now))]
    invoice = issuing.issue_alone(cx.store, subscription, lines, now, {"purchase": bought})
    redirects = {"onSuccess": given.get("successUrl"), "onFailure": given.get("cancelUrl")}
    entity = {"entityType": "invoice", "entityId": invoice["id"], "entityLabel": invoice["invoiceNumber"]}
    payment_sessions.open_session(
        cx.store,
        invoice,
        now,
        parse_date_time(until) - parse_date_time(now_stamp),
        {**entity, "redirectUrls": {name: url for name, url in redirects.items() if url is not None}},
    )
    return Answer(201, _present(cx, invoice))


def _line(feature: Record, given: Record, stamp: str) -> Record:
    price = given["price"]
    identity = f"purchase:{given['idempotencyKey']}"
    return {
        "eventType": "fee",
        "eventId": identity,
        "eventSourceId": feature["id"],
        "billableMetricId": feature["id"],
        "itemId": None,
        "priceId": None,
        "invoiceDisplayName": feature["name"],
        "lineItemType": "charge",
        "meterEventId": "",
        "metricDescription": f"{given['amount']:g} credits",
        "metricName": feature["name"],
        "metricUnit": "purchase",
        "quantity": 1,
        "taxRate": 0.0,
        "unitPrice": price,
        "totalPrice": price,
        "totalTax": "0.00",
        "totalAmount": price,
        "periodStart": stamp,
        "periodEnd": stamp,
        "paymentTerm": "in_advance",
    }


def _present(cx: Context, invoice: Record) -> dict[str, Any]:
    bought, session = invoice["purchase"], payment_sessions.latest(cx.store, invoice["id"])
    assert session is not None  # noqa: S101 - it is made with the invoice
    minor = Decimal(session["amount"]).scaleb(currencies.DECIMALS.get(invoice["currency"], 2))
    return {
        "object": "grant_purchase",
        "invoiceId": invoice["id"],
        "entitlementId": bought["entitlementId"],
        "grantAmount": bought["grant"]["amount"],
        "price": bought["price"],
        "currency": invoice["currency"].lower(),
        "paymentSessions": [{"url": session_url(cx, session), "expiresAt": session["expiresAt"], "amount": int(minor)}],
    }
