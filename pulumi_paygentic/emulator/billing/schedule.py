"""The course of time for subscriptions: periods open and end, invoices are issued.

Nothing runs in the background. Before a request is handled, everything that was due until then is done, in the order
of time; so an edit always finds the periods that began before it with terms of their own.
"""

from __future__ import annotations

from datetime import datetime

from pulumi_paygentic.emulator.billing import (
    clocks,
    invoices,
    issuing,
    outbox,
    payment_sessions,
    price_snapshots,
    rating,
    wallets,
)
from pulumi_paygentic.emulator.billing.balances import CreditTimelines
from pulumi_paygentic.emulator.billing.rating import Period
from pulumi_paygentic.emulator.billing.wallets import Wallet
from pulumi_paygentic.emulator.storage import clock, durations, kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp
from pulumi_paygentic.emulator.storage.store import Record, Store

NEVER = 2**62


def enrol(store: Store, subscription: Record, now: datetime) -> Record | None:
    """Bill a subscription from its start on, with test money to pay from, and issue its invoice 0, if it has one.

    Its periods open by `advance`, which has to wait until that invoice is paid.
    """
    starts = clock.milliseconds(parse_date_time(subscription["billingStartsAt"]))
    plan = store.get(kinds.PLAN, subscription["planId"]) or {}
    merchant, customer = subscription["merchantId"], subscription["customerId"]
    wallets.ensure(store, Wallet(merchant, customer, plan["currency"]), now)
    store.sql(
        "INSERT INTO billing (subscription, merchant, customer, clock, next, sequence, period_end, charged, credits)"
        " VALUES (?, ?, ?, ?, ?, 0, ?, '{}', '[]')",
        (subscription["id"], merchant, customer, subscription.get("testClockId"), starts, starts),
    )
    return _upfront(store, subscription, now)


def enrol_missing(store: Store, now: datetime) -> None:
    """Bill the subscriptions of a data file that was written before there was billing."""
    rows = store.sql(
        "SELECT id FROM objects WHERE kind = ? AND deleted = 0 AND id NOT IN (SELECT subscription FROM billing)",
        (kinds.SUBSCRIPTION.name,),
    )
    for (subscription_id,) in rows:
        subscription = store.get(kinds.SUBSCRIPTION, subscription_id)
        if subscription is not None and subscription["status"] in {"active", "pending_payment"}:
            time = clocks.time_of(store, subscription, now)
            upfront = enrol(store, subscription, time)
            if upfront is not None and upfront["status"] != "PAID":
                payment_sessions.pay_by_card(store, upfront, time)
            advance(store, subscription_id, time)


def catch_up(store: Store, now: datetime) -> None:
    """Do everything that is due by the emulator's clock."""
    time = clock.milliseconds(now)
    for (subscription_id,) in store.sql("SELECT subscription FROM billing WHERE clock IS NULL AND next <= ?", (time,)):
        advance(store, subscription_id, now)


def catch_up_clock(store: Store, clock_id: str, now: datetime) -> None:
    """Do everything that is due by a test clock, for the subscriptions created on it."""
    time = clock.milliseconds(now)
    due = store.sql("SELECT subscription FROM billing WHERE clock = ? AND next <= ?", (clock_id, time))
    for (subscription_id,) in due:
        advance(store, subscription_id, now)


def advance(store: Store, subscription_id: str, now: datetime) -> None:
    """Do the earliest thing that is due until nothing is."""
    subscription = store.get(kinds.SUBSCRIPTION, subscription_id)
    if subscription is None:
        store.sql("DELETE FROM billing WHERE subscription = ?", (subscription_id,))
        return
    timelines = CreditTimelines(store)
    while (due := _next(store, subscription)) <= clock.milliseconds(now):
        subscription = _step(store, subscription, clock.moment(due), timelines)
    store.sql("UPDATE billing SET next = ? WHERE subscription = ?", (due, subscription_id))


def reschedule(store: Store, subscription: Record) -> None:
    """Compute anew when the subscription is next due, after it changed."""
    due = _next(store, subscription)
    store.sql("UPDATE billing SET next = ? WHERE subscription = ?", (due, subscription["id"]))


def end(store: Store, subscription: Record, moment: datetime) -> None:
    """End a subscription: its period ends with it, and its open invoices are issued at once."""
    payment_sessions.cancel_upfront(store, subscription["id"], moment)
    outbox.emit(store, subscription["merchantId"], "subscription.cancelled.v0", subscription, moment)
    still_open = invoices.find_open(store, subscription["id"])
    for invoice in reversed(still_open):  # later ones first: a period that never comes charges no fees in advance
        period = invoices.period_of(invoice)
        if moment < period.start:
            store.put({**invoice, "status": "CANCELLED", "lines": [], **invoices.NOTHING})
            still_open.remove(invoice)
    for invoice in still_open:
        if moment < invoices.period_of(invoice).end:
            stamp = timestamp(moment)
            invoice |= {"periodEnd": stamp, "gracePeriodEnd": stamp, "last": True}
        _issue(store, invoice, moment)
    store.sql("UPDATE billing SET next = ? WHERE subscription = ?", (NEVER, subscription["id"]))


def current(store: Store, subscription_id: str) -> Record | None:
    """The invoice of the period under way."""
    still_open = invoices.find_open(store, subscription_id)
    return still_open[-1] if still_open else None


def _next(store: Store, subscription: Record) -> int:
    """The next moment that is due: a period's grace ends, a period begins, or the subscription ends."""
    if subscription["status"] == "terminated":
        return NEVER
    [(period_end,)] = store.sql("SELECT period_end FROM billing WHERE subscription = ?", (subscription["id"],))
    moments: list[int] = [NEVER if subscription["status"] == "pending_payment" else period_end]
    moments += [_time(invoice["gracePeriodEnd"]) for invoice in invoices.find_open(store, subscription["id"])]
    if "endingAt" in subscription:
        moments.append(_time(subscription["endingAt"]))
    return min(moments)


def _step(store: Store, subscription: Record, moment: datetime, timelines: CreditTimelines) -> Record:
    stamp = timestamp(moment)
    if subscription.get("endingAt") == stamp:
        ended = {**subscription, "status": "terminated", "terminatedAt": stamp, "updatedAt": stamp}
        store.put(ended)
        end(store, ended, moment)
        return ended
    for invoice in invoices.find_open(store, subscription["id"]):
        if invoice["gracePeriodEnd"] == stamp:
            _issue(store, invoice, moment, timelines)
            return subscription
    _open_period(store, subscription, moment)
    return subscription


def _issue(store: Store, invoice: Record, moment: datetime, timelines: CreditTimelines | None = None) -> None:
    """Issue an invoice, with a session to pay it by if the wallet does not cover it."""
    issued = issuing.issue(store, invoice, moment, timelines)
    if issued["status"] == "ISSUED":
        payment_sessions.open_for_invoice(store, issued, moment)
    else:
        outbox.emit_paid(store, issued, moment)


def _upfront(store: Store, subscription: Record, now: datetime) -> Record | None:
    """Issue invoice 0, of everything due in advance at the start; None if nothing is."""
    start = parse_date_time(subscription["billingStartsAt"])
    period = _period_from(subscription, start)
    if period is None:
        return None
    upfront = invoices.open_invoice(
        store, subscription, 0, period, price_snapshots.snapshot(store, subscription, start)
    )
    if invoices.lines_of(store, upfront):
        return issuing.issue(store, upfront, min(now, start))
    store.delete(upfront["id"])
    return None


def _period_from(subscription: Record, start: datetime) -> Period | None:
    """The period that begins at a moment; None where the calendar ends."""
    anchor, every = parse_date_time(subscription["billingAnchor"]), durations.parse(subscription["billingCadence"])
    return next(rating.periods(anchor, every, start), None)


def _open_period(store: Store, subscription: Record, start: datetime) -> None:
    [(sequence,)] = store.sql("SELECT sequence FROM billing WHERE subscription = ?", (subscription["id"],))
    period = _period_from(subscription, start)
    if period is None:
        store.sql("UPDATE billing SET period_end = ? WHERE subscription = ?", (NEVER, subscription["id"]))
        return
    agreed = price_snapshots.snapshot(store, subscription, start)
    invoices.open_invoice(store, subscription, sequence + 1, period, agreed)
    store.sql(
        "UPDATE billing SET sequence = ?, period_end = ? WHERE subscription = ?",
        (sequence + 1, clock.milliseconds(period.end), subscription["id"]),
    )


def _time(stamp: str) -> int:
    return clock.milliseconds(parse_date_time(stamp))
