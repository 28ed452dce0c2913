"""Records of grants, and the purchase of one by an invoice of its own, whose payment makes it."""

from __future__ import annotations

from datetime import datetime

from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import timestamp
from pulumi_paygentic.emulator.storage.store import Record, Store

UNLIMITED = 999_999_999_999
"""The rollover of a grant that keeps everything."""


def grant(store: Store, entitlement: Record, given: Record, now: datetime) -> Record:
    """Store a grant; `given` has at least amount and idempotency key."""
    stamp = timestamp(now)
    record = {
        "effectiveAt": stamp,
        "expiresAt": None,
        "priority": 0,
        "resetMaxRollover": UNLIMITED,
        "resetMinRollover": 0,
        **given,
        "id": kinds.GRANT.new_id(),
        "object": kinds.GRANT.name,
        "entitlementId": entitlement["id"],
        "customerId": entitlement["customerId"],
        "recurrencePeriod": None,
        "voidedAt": None,
        "createdAt": stamp,
    }
    store.insert(kinds.GRANT, entitlement["merchantId"], record)
    return record


def fulfil(store: Store, invoice: Record, now: datetime) -> Record | None:
    """Make the grant that a paid invoice was for, and return it; None if it was for something else."""
    bought: Record = invoice.get("purchase", {})
    entitlement = store.get(kinds.ENTITLEMENT, bought.get("entitlementId", ""))
    return None if entitlement is None else grant(store, entitlement, bought["grant"], now)
