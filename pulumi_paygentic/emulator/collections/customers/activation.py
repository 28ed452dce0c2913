"""Activation of subscriptions: at once, or when the customer has paid everything due in advance (invoice 0)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pulumi_paygentic.emulator.billing import clocks, grants, invoices, outbox, payment_sessions, schedule
from pulumi_paygentic.emulator.collections.customers import plan_features
from pulumi_paygentic.emulator.http.context import Context
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.store import Record, Store

PAYMENT = "/checkout/session"
"""The path of the page of a payment session."""


def start(store: Store, subscription: Record, given: Record, now: datetime) -> None:
    """Start a new subscription: make it active, or let it wait for the payment of its invoice 0.

    `given` may have the life of the payment's session in minutes, and where the page of it leads to.
    """
    upfront = schedule.enrol(store, subscription, now)
    if upfront is None or upfront["status"] == "PAID":
        _announce(store, subscription, "created", now)
        if upfront is not None:
            outbox.emit_paid(store, upfront, now)
        activate(store, subscription, now)
        return
    pending = {**subscription, "status": "pending_payment"}
    store.put(pending)
    _announce(store, pending, "created", now)
    minutes = given.get("sessionExpiryMinutes")
    lifetime = payment_sessions.LIFETIME if minutes is None else timedelta(minutes=minutes)
    entity = {"entityType": "subscription", "entityId": subscription["id"], "entityLabel": subscription["name"]}
    redirects = {"redirectUrls": given.get("redirectUrls", {})}
    payment_sessions.open_session(store, upfront, now, lifetime, {**entity, **redirects})


def activate(store: Store, subscription: Record, now: datetime) -> None:
    """Give the subscription its plan's features, and open its periods from its start on."""
    store.put({**subscription, "status": "active"})
    plan_features.provision(store, subscription)
    schedule.advance(store, subscription["id"], now)


def pay(store: Store, session: Record, now: datetime) -> None:
    """Pay by a session, which activates a subscription that waited for it."""
    paid(store, payment_sessions.complete(store, session, now), now)


def paid(store: Store, invoice: Record, now: datetime) -> None:
    """Do what an invoice, now paid, was paid for: activate the subscription that waited, make the grant."""
    outbox.emit_paid(store, invoice, now, grants.fulfil(store, invoice, now))
    subscription = store.get(kinds.SUBSCRIPTION, invoice["subscriptionId"])
    if subscription is not None and subscription["status"] == "pending_payment" and invoice["sequenceNumber"] == 0:
        _announce(store, {**subscription, "status": "active"}, "updated", now)
        activate(store, subscription, now)


def _announce(store: Store, subscription: Record, what: str, now: datetime) -> None:
    outbox.emit(store, subscription["merchantId"], f"subscription.{what}.v0", subscription, now)


def pay_upfront(store: Store, subscription: Record, now: datetime) -> None:
    """Pay the invoice that a subscription waits for, if it does."""
    invoice = invoices.upfront_of(store, subscription["id"])
    session = None if invoice is None else payment_sessions.latest(store, invoice["id"])
    if subscription["status"] == "pending_payment" and session is not None:
        pay(store, session, clocks.time_of(store, subscription, now))


def present(cx: Context, subscription: Record) -> Record:
    """The subscription as the API answers it, with the payment that it waits for.

    Of an invoice 0 of nothing, the payment is said to be made.
    """
    shown = {name: value for name, value in subscription.items() if not name.startswith("_")}
    invoice = invoices.upfront_of(cx.store, subscription["id"])
    payment = None if invoice is None else _payment(cx, subscription, invoice)
    return shown if payment is None else {**shown, "payment": payment}


def session_url(cx: Context, session: Record) -> str:
    return f"{cx.base_url}{PAYMENT}/{session['token']}"


def _payment(cx: Context, subscription: Record, invoice: Record) -> dict[str, Any] | None:
    if invoice["status"] == "PAID" and not Decimal(invoice["paidAmount"]):
        return {"status": "paid", "invoiceId": invoice["id"], "amount": "0"}
    session = payment_sessions.latest(cx.store, invoice["id"])
    if subscription["status"] != "pending_payment" or session is None:
        return None
    return {
        "status": "pending",
        "amount": session["amount"],
        "breakdown": {"upfrontCharges": session["amount"], "walletCharge": "0.00"},
        "checkoutUrl": session_url(cx, session),
        "paymentSessionId": session["id"],
        "invoiceId": invoice["id"],
    }
