"""The metrics that each of a customer's subscriptions bills."""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_paygentic.emulator.billing import price_snapshots, schedule
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.store import Record, Store


def live(store: Store, customer_id: str) -> list[Record]:
    found = store.find(kinds.SUBSCRIPTION, {"customerId": customer_id})
    return [subscription for subscription in found if subscription["status"] == "active"]


def metrics_of(store: Store, subscription: Record) -> list[str]:
    """The metrics that the period under way bills; before the first period, those of the plan."""
    invoice = schedule.current(store, subscription["id"])
    agreed = invoice["terms"] if invoice else price_snapshots.snapshot(store, subscription)
    return [term["sourceId"] for term in agreed if price_snapshots.is_metered(term)]


def covering(store: Store, customer_id: str, metric_ids: Iterable[str]) -> Record | None:
    """The customer's live subscription that bills all of the metrics."""
    wanted = set(metric_ids)
    for subscription in live(store, customer_id):
        if wanted <= set(metrics_of(store, subscription)):
            return subscription
    return None
