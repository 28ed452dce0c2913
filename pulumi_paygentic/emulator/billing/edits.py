"""Edits of plans and prices that reach the period under way."""

from __future__ import annotations

from pulumi_paygentic.emulator.billing import price_snapshots
from pulumi_paygentic.emulator.billing.schedule import current
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time
from pulumi_paygentic.emulator.storage.store import Record, Store


def move_now(store: Store, plan: Record) -> None:
    """Move floating subscriptions to the new version at once.

    Usage of the whole period under way is billed by it; fees in advance follow with the next period.
    """
    for subscription in store.find(kinds.SUBSCRIPTION, {"planId": plan["id"], "versionPolicy": "floating"}):
        move_subscription(store, subscription)


def move_subscription(store: Store, subscription: Record) -> None:
    """Bill the period under way of one subscription by the version that it has now, but for fees in advance."""
    invoice = current(store, subscription["id"])
    if invoice is not None:
        ahead = [term for term in invoice["terms"] if term["price"]["paymentTerm"] == "in_advance"]
        agreed = price_snapshots.snapshot(store, subscription, parse_date_time(invoice["periodStart"]))
        behind = [term for term in agreed if term["price"]["paymentTerm"] != "in_advance"]
        store.put({**invoice, "terms": [*behind, *ahead]})


def change_payment_term(store: Store, price: Record) -> None:
    """Apply the one edit of a price that reaches the period under way: its payment term."""
    rows = store.sql("SELECT DISTINCT subscription FROM billing WHERE merchant = ?", (store.owner(price["id"]),))
    for (subscription_id,) in rows:
        invoice = current(store, subscription_id)
        if invoice is None or price["id"] not in {term["price"]["id"] for term in invoice["terms"]}:
            continue
        for term in invoice["terms"]:
            if term["price"]["id"] == price["id"]:
                term["price"]["paymentTerm"] = price["paymentTerm"]
        store.put(invoice)
