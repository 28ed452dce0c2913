"""Payment sessions: a link by which a customer pays an invoice, until the session ends.

An invoice has one session that can be paid; a new one cancels those before it. All of them go by the time of the
invoice's subscription.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from decimal import Decimal

from pulumi_paygentic.emulator.billing import invoices, issuing, wallets
from pulumi_paygentic.emulator.billing.wallets import Wallet
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp
from pulumi_paygentic.emulator.storage.store import Record, Store

LIFETIME = timedelta(minutes=240)
"""The life of the session of a subscription's first payment, unless the subscription asks for another."""
INVOICE_LIFETIME = timedelta(days=30)


def open_session(store: Store, invoice: Record, now: datetime, lifetime: timedelta, given: Record) -> Record:
    """Open a session for the unpaid rest of an invoice; `given` names the entity that it pays for, at least."""
    withdraw(store, invoice["id"], now)
    stamp = timestamp(now)
    record = {
        "id": kinds.PAYMENT_SESSION.new_id(),
        "object": kinds.PAYMENT_SESSION.name,
        "invoiceId": invoice["id"],
        "subscriptionId": invoice["subscriptionId"],
        "customerId": invoice["customerId"],
        "merchantId": invoice["merchantId"],
        "amount": invoice["unpaidAmount"],
        "currency": invoice["currency"],
        "status": "pending",
        "token": secrets.token_urlsafe(24),
        "createdAt": stamp,
        "updatedAt": stamp,
        "expiresAt": timestamp(now + lifetime),
        "completedAt": None,
        **given,
    }
    store.insert(kinds.PAYMENT_SESSION, invoice["merchantId"], record)
    return record


def open_for_invoice(store: Store, invoice: Record, now: datetime) -> Record:
    """Open a session of the invoice's own, rather than of its subscription's start."""
    entity = {"entityType": "invoice", "entityId": invoice["id"], "entityLabel": invoice["invoiceNumber"]}
    return open_session(store, invoice, now, INVOICE_LIFETIME, {**entity, "redirectUrls": {}})


def latest(store: Store, invoice_id: str) -> Record | None:
    """The newest session of an invoice."""
    found = store.find(kinds.PAYMENT_SESSION, {"invoiceId": invoice_id}, newest_first=True, limit=1)
    return found[0] if found else None


def status_of(session: Record, now: datetime) -> str:
    """The status; a pending session whose time is over is expired."""
    over = session["status"] == "pending" and parse_date_time(session["expiresAt"]) <= now
    return "expired" if over else str(session["status"])


def withdraw(store: Store, invoice_id: str, now: datetime) -> None:
    """Cancel the sessions of an invoice that nobody paid."""
    for session in store.find(kinds.PAYMENT_SESSION, {"invoiceId": invoice_id}):
        if status_of(session, now) == "pending":
            store.put({**session, "status": "cancelled", "updatedAt": timestamp(now)})


def cancel_upfront(store: Store, subscription_id: str, now: datetime) -> None:
    """Cancel the invoice whose payment a subscription waits for, and its session."""
    invoice = invoices.upfront_of(store, subscription_id)
    if invoice is not None and invoice["status"] == "ISSUED":
        withdraw(store, invoice["id"], now)
        stamp = timestamp(now)
        store.put({**invoice, "status": "CANCELLED", "lines": [], **invoices.NOTHING, "updatedAt": stamp})


def complete(store: Store, session: Record, now: datetime) -> Record:
    """Pay the session's invoice by a test card, and return the invoice."""
    invoice = store.get(kinds.INVOICE, session["invoiceId"])
    assert invoice is not None  # noqa: S101 - sessions and invoices are purged together
    stamp = timestamp(now)
    store.put({**session, "status": "completed", "completedAt": stamp, "updatedAt": stamp})
    return pay_by_card(store, invoice, now)


def pay_by_card(store: Store, invoice: Record, now: datetime) -> Record:
    """Pay the unpaid rest of an invoice with test money that comes from outside the customer's wallet."""
    wallet = Wallet(invoice["merchantId"], invoice["customerId"], invoice["currency"])
    amount = Decimal(invoice["unpaidAmount"])
    wallets.enter(store, wallet, amount, now, "card")
    wallets.enter(store, wallet, -amount, now, invoice["id"])
    return issuing.settle(store, invoice, now)
