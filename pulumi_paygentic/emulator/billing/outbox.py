"""The outbox of webhooks: a message to each endpoint that wants an event, until it is delivered or given up.

A message is due at once, then again after each delay of the schedule, by the emulator's clock.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from pulumi_paygentic.emulator.storage import clock, kinds
from pulumi_paygentic.emulator.storage.clock import timestamp
from pulumi_paygentic.emulator.storage.store import Record, Store, read_record

EVENT_TYPES = (
    "customer.created.v0",
    "invoice.paid.v0",
    "subscription.cancelled.v0",
    "subscription.created.v0",
    "subscription.updated.v0",
)
DELAYS = tuple(
    timedelta(**delay)
    for delay in (
        {"seconds": 5},
        {"minutes": 5},
        {"minutes": 30},
        {"hours": 2},
        {"hours": 5},
        {"hours": 10},
        {"hours": 10},
    )
)
"""The delays after each failed attempt; after the last of them there is one more attempt."""


def emit(store: Store, merchant: str, event_type: str, data: Record, moment: datetime) -> None:
    """Send an event to the merchant's endpoints that want it, if webhooks are on."""
    if not _on(store, merchant):
        return
    event_id = kinds.random_id("msg_")
    payload = {
        "eventType": event_type,
        "eventId": event_id,
        "timestamp": timestamp(moment),
        "data": {name: value for name, value in data.items() if not name.startswith("_")},
    }
    for endpoint in store.find(kinds.WEBHOOK_ENDPOINT, merchant=merchant):
        if not endpoint["eventTypes"] or event_type in endpoint["eventTypes"]:
            message = {
                "id": kinds.WEBHOOK_MESSAGE.new_id(),
                "merchantId": merchant,
                "endpointId": endpoint["id"],
                "eventId": event_id,
                "eventType": event_type,
                "body": json.dumps(payload),
                "status": "pending",
                "attempts": [],
                "due": 0,
            }
            store.insert(kinds.WEBHOOK_MESSAGE, merchant, message)


def emit_paid(store: Store, invoice: Record, moment: datetime, grant: Record | None = None) -> None:
    """Send that an invoice is paid, with the grant that it bought if it did."""
    names = ("subscriptionId", "customerId", "currency", "paidAmount", "sequenceNumber", "invoiceNumber")
    bought = {} if grant is None else {"grantId": grant["id"]}
    data = {"invoiceId": invoice["id"], **{name: invoice[name] for name in names}, **bought}
    emit(store, invoice["merchantId"], "invoice.paid.v0", data, moment)


def next_due(store: Store) -> int | None:
    """The earliest moment that a message is due, in milliseconds; None if none is. Paused ones wait."""
    [(due,)] = store.sql(f"SELECT min({_DUE}) FROM {_MESSAGES} WHERE {_WAITING}")  # noqa: S608
    return None if due is None else int(due)


def due(store: Store, now: datetime) -> list[Record]:
    """The messages that are due."""
    rows = store.sql(
        f"SELECT body FROM {_MESSAGES} WHERE {_WAITING} AND {_DUE} <= ? ORDER BY seq",  # noqa: S608
        (clock.milliseconds(now),),
    )
    return [read_record(body) for (body,) in rows]


def record(store: Store, message_id: str, answer: int | None, now: datetime) -> None:
    """Note an attempt that began at a moment: delivered by an answer of 2xx, else due again, or given up."""
    message = store.get(kinds.WEBHOOK_MESSAGE, message_id)
    if message is None:  # reset meanwhile
        return
    attempts: list[dict[str, Any]] = [*message["attempts"], {"at": timestamp(now), "answer": answer}]
    delivered = answer is not None and 200 <= answer < 300
    again = None if delivered or len(attempts) > len(DELAYS) else now + DELAYS[len(attempts) - 1]
    status = "delivered" if delivered else "failed" if again is None else "pending"
    next_time = clock.milliseconds(again) if again is not None and _on(store, message["merchantId"]) else None
    store.put({**message, "attempts": attempts, "status": status, "due": next_time})


def pause(store: Store, merchant: str, *, paused: bool) -> None:
    """Let the merchant's pending messages wait, or let them be due again."""
    for message in store.find(kinds.WEBHOOK_MESSAGE, {"status": "pending"}, merchant=merchant):
        store.put({**message, "due": None if paused else 0})


def _on(store: Store, merchant: str) -> bool:
    settings = store.find(kinds.WEBHOOKS, merchant=merchant, limit=1)
    return bool(settings and settings[0]["enabled"])


_DUE = "json_extract(body, '$.due')"
_MESSAGES = "objects INDEXED BY webhook_messages_due"
_WAITING = f"kind = '{kinds.WEBHOOK_MESSAGE.name}' AND deleted = 0 AND {_DUE} IS NOT NULL"
