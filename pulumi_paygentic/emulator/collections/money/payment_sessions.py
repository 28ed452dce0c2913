"""Payment sessions as the API lists them, and payments of invoices."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pulumi_paygentic.emulator.billing import invoices, issuing, payment_sessions
from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.collections.customers.activation import paid, session_url
from pulumi_paygentic.emulator.collections.money.invoices import present
from pulumi_paygentic.emulator.errors import Conflict, Forbidden, NotFound, Unprocessable
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.http.fields import omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.store import Record

_STATUSES = "pending|processing|completed|failed|expired|cancelled"
_TYPES = "invoice|subscription|payment|topup"
_LISTED = ("object", "id", "entityType", "entityId", "entityLabel", "amount", "currency", "createdAt", "updatedAt")


class InvoicePayment(Body):
    method: Literal["out_of_band", "hosted_link"]
    reason: str = omitted()


@registry.register
def operations() -> Operations:
    return {"/v0/paymentSessions": {"GET": list_sessions}, "/v2/invoices/{id}/payment": {"POST": record_payment}}


def list_sessions(cx: Context) -> Answer:
    page = query.page(cx.query)
    merchant = query.matching(cx.query, "merchantId", kinds.MERCHANT.id_pattern)
    if merchant is not None:
        cx.require_merchant(merchant, kinds.PAYMENT_SESSION)
    where = {
        name: cx.require(kind, value)["id"]
        for name, kind in (("subscriptionId", kinds.SUBSCRIPTION), ("customerId", kinds.CUSTOMER))
        if (value := query.matching(cx.query, name, kind.id_pattern)) is not None
    }
    entity_type = query.matching(cx.query, "entityType", _TYPES)
    if entity_type is not None:
        where["entityType"] = entity_type
    status = query.matching(cx.query, "status", _STATUSES)
    found = cx.store.find(kinds.PAYMENT_SESSION, where, merchant=cx.merchant, newest_first=True)
    shown = [_present(cx, session) for session in found]
    chosen = [session for session in shown if status in {None, session["status"]}]
    return Answer(200, page.answer(chosen[page.offset : page.offset + page.limit], len(chosen), listed=True))


def record_payment(cx: Context) -> Answer:
    """Mark an invoice as paid elsewhere, or make a new link by which its customer pays it."""
    given = cx.body(InvoicePayment)
    invoice = required(cx) if given.method == "hosted_link" else cx.require(kinds.INVOICE, cx.params["id"])
    now = invoices.time_of(cx.store, invoice, cx.clock.now())
    if given.method == "out_of_band":
        return _paid_elsewhere(cx, invoice, given, now)
    return _hosted_link(cx, invoice, now)


def required(cx: Context) -> Record:
    """The merchant's own invoice; that of another is not found either."""
    try:
        return cx.require(kinds.INVOICE, cx.params["id"])
    except Forbidden:
        raise NotFound(f"No invoice with id {cx.params['id'][:80]!r} was found.") from None


def _paid_elsewhere(cx: Context, invoice: Record, given: InvoicePayment, now: datetime) -> Answer:
    if _status(cx, invoice) != "ISSUED":
        raise Conflict("Only an issued invoice that is not paid yet can be paid.", code="INVOICE_NOT_PAYABLE")
    payment_sessions.withdraw(cx.store, invoice["id"], now)
    notes = {"metadata": {"paymentReason": given.reason}} if given.reason else {}
    settled = issuing.settle(cx.store, {**invoice, **notes}, now)
    paid(cx.store, settled, now)
    return Answer(200, {"method": "out_of_band", "invoice": present(cx, settled)})


def _hosted_link(cx: Context, invoice: Record, now: datetime) -> Answer:
    if invoice["status"] == "PAID":
        raise Unprocessable("No amount of the invoice is unpaid.", code="INVOICE_NO_BALANCE")
    if _status(cx, invoice) != "ISSUED":
        raise Unprocessable("Only an issued invoice has a payment link.", code="INVOICE_NOT_LINKABLE_STATUS")
    session = payment_sessions.open_for_invoice(cx.store, invoice, now)
    answer = {
        "method": "hosted_link",
        "provider": "stripe",
        "paymentSessionId": session["id"],
        "paymentUrl": session_url(cx, session),
        "invoice": present(cx, invoice),
    }
    return Answer(200, answer)


def _status(cx: Context, invoice: Record) -> str:
    return invoices.status_of(cx.store, invoice, cx.clock.now())


def _present(cx: Context, session: Record) -> dict[str, Any]:
    invoice = cx.store.get(kinds.INVOICE, session["invoiceId"]) or {"subscriptionId": ""}
    status = payment_sessions.status_of(session, invoices.time_of(cx.store, invoice, cx.clock.now()))
    shown = {name: session[name] for name in _LISTED}
    nothing = dict.fromkeys(("merchantPaymentAccountId", "providerPaymentRef"))
    return {**shown, "status": status, "completedAt": session["completedAt"], **nothing}
