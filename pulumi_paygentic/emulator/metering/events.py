"""The table of metering events: one for each idempotency key, linked to its customer."""

from __future__ import annotations

import json
import secrets
from typing import Any, NamedTuple

from pulumi_paygentic.emulator.storage.clock import moment, timestamp
from pulumi_paygentic.emulator.storage.store import Store

_COLUMNS = "id, type, source, customer, external_subject, time, key, external_id, data"


class Event(NamedTuple):
    id: str
    type: str
    source: str
    customer: str | None
    external_subject: str | None
    time: int
    """Milliseconds since 1970, as integers compare and bucket fast."""
    key: str
    external_id: str | None
    data: str
    """JSON, as it came."""


class Filter(NamedTuple):
    """A choice of events: a type and a window, narrowed further by each field that is given."""

    type: str
    start: int
    end: int
    customer: str | None = None
    external_subject: str | None = None
    external_id: str | None = None


def insert(store: Store, merchant: str, event: Event) -> Event:
    """Store an event and return it; if its key is stored already, return the stored event and change nothing."""
    stored = store.sql(
        f"INSERT INTO events (merchant, {_COLUMNS}) VALUES ({', '.join('?' * 10)})"  # noqa: S608
        " ON CONFLICT (merchant, key) DO NOTHING RETURNING seq",
        (merchant, *event),
    )
    if stored:
        store.wrote_events()
        return event
    rows = store.sql(f"SELECT {_COLUMNS} FROM events WHERE merchant = ? AND key = ?", (merchant, event.key))  # noqa: S608
    return Event(*rows[0])


def link(store: Store, merchant: str, external_subject: str, customer: str) -> None:
    """Give a customer the events that were reported before it had this external id."""
    store.sql(
        "UPDATE events SET customer = ? WHERE merchant = ? AND external_subject = ? AND customer IS NULL",
        (customer, merchant, external_subject),
    )
    if store.sql("SELECT changes()") != [(0,)]:
        store.wrote_events(others=True)


def find(store: Store, merchant: str, wanted: Filter, *, limit: int, offset: int) -> tuple[list[Event], int]:
    """A page of events, the latest first, and how many there are in all."""
    condition, parameters = _condition(merchant, wanted)
    rows = store.sql(
        f"SELECT {_COLUMNS} FROM events WHERE {condition} ORDER BY time DESC, seq DESC LIMIT ? OFFSET ?",  # noqa: S608
        (*parameters, limit, offset),
    )
    [(total,)] = store.sql(f"SELECT count(*) FROM events WHERE {condition}", parameters)  # noqa: S608
    return [Event(*row) for row in rows], total


def present(event: Event) -> dict[str, Any]:
    """The event as the raw listing of a metric shows it."""
    optional = {"externalId": event.external_id, "externalSubject": event.external_subject}
    return {
        "id": event.id,
        "object": "meterEvent",
        "type": event.type,
        "source": event.source,
        "subject": event.customer or "",
        "time": timestamp(moment(event.time)),
        "idempotencyKey": event.key,
        "data": json.loads(event.data),
        **{name: value for name, value in optional.items() if value is not None},
    }


def new_id() -> str:
    return f"evt_{secrets.token_hex(10)}"


def _condition(merchant: str, wanted: Filter) -> tuple[str, list[Any]]:
    clauses = ["merchant = ?", "type = ?", "time >= ?", "time < ?"]
    parameters: list[Any] = [merchant, wanted.type, wanted.start, wanted.end]
    for column in ("customer", "external_subject", "external_id"):
        value = getattr(wanted, column)
        if value is not None:
            clauses.append(f"{column} = ?")
            parameters.append(value)
    return " AND ".join(clauses), parameters
