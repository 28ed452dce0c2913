"""Counts of live subscriptions by plan version and by price."""

from __future__ import annotations

from pulumi_paygentic.emulator.billing import price_snapshots
from pulumi_paygentic.emulator.storage import kinds, version_lines
from pulumi_paygentic.emulator.storage.store import Record, Store

LIVE = ("active", "pending_payment")


def pinned_at_creation(store: Store, version_id: str) -> int:
    """Live subscriptions that were created on the version, wherever they bill from now."""
    return sum(store.count(kinds.SUBSCRIPTION, {"planVersionId": version_id, "status": status}) for status in LIVE)


def billing_directly(store: Store, price_id: str) -> int:
    """Live subscriptions whose lines hold the price: pinned ones by their version, floating ones by the default."""
    subscriptions: dict[str, Record] = {}
    for version_id in version_lines.versions_with(store, price_id):
        for name in ("planVersionId", "_pinnedTo"):
            for pinned in store.find(kinds.SUBSCRIPTION, {name: version_id, "versionPolicy": "pinned"}):
                if price_snapshots.version_of(store, pinned) == version_id:
                    subscriptions[pinned["id"]] = pinned
        for plan in store.find(kinds.PLAN, {"defaultVersionId": version_id}):
            for floating in store.find(kinds.SUBSCRIPTION, {"planId": plan["id"], "versionPolicy": "floating"}):
                subscriptions[floating["id"]] = floating
    return sum(subscription["status"] in LIVE for subscription in subscriptions.values())
