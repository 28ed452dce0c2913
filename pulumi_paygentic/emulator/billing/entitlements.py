"""Records of entitlements, and their status by the clock of their subscription."""

from __future__ import annotations

from datetime import datetime

from pulumi_paygentic.emulator.billing import clocks
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import timestamp
from pulumi_paygentic.emulator.storage.store import Record, Store


def entitle(store: Store, merchant: str, given: Record, now: datetime) -> Record:
    """Store an entitlement; `given` has at least customer, feature and template."""
    stamp = timestamp(now)
    record = {
        "activeFrom": stamp,
        "activeTo": None,
        "subscriptionId": None,
        "metadata": {},
        **given,
        "id": kinds.ENTITLEMENT.new_id(),
        "merchantId": merchant,
        "createdAt": stamp,
    }
    store.insert(kinds.ENTITLEMENT, merchant, record)
    return record


def now_of(store: Store, record: Record, now: datetime) -> datetime:
    """The present time of an entitlement: that of its subscription, which may be on a test clock."""
    return clocks.time_of(store, store.get(kinds.SUBSCRIPTION, record["subscriptionId"] or "") or {}, now)


def status_of(store: Store, record: Record, at: datetime) -> str:
    """The status: active, expired by its own end, or canceled, by itself or with its subscription."""
    if record["activeTo"] is not None and record["activeTo"] <= timestamp(at):
        return "expired"
    subscription = store.get(kinds.SUBSCRIPTION, record["subscriptionId"] or "")
    ended = subscription is not None and subscription["status"] == "terminated"
    return "canceled" if ended or "canceledAt" in record else "active"
