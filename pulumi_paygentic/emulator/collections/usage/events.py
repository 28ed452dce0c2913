"""Ingestion of metering events. An accepted event is stored: the answer leaves after the commit."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints

from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.errors import refuse
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.http.fields import DateTime, omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.metering import events
from pulumi_paygentic.emulator.metering.events import Event
from pulumi_paygentic.emulator.storage import clock, kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp

_FIRST_YEAR, _LAST_YEAR = 1970, 2999
EXTERNAL_ID = r"[a-zA-Z0-9_-]{1,255}"
ExternalId = Annotated[str, StringConstraints(pattern=f"^{EXTERNAL_ID}$")]


def _printable(value: str) -> str:
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in value):
        raise ValueError("must not contain control characters")
    return value


class IngestEvent(Body):
    type: Annotated[str, AfterValidator(_printable)]
    source: str
    data: dict[str, Any]
    subject: Annotated[str, StringConstraints(min_length=1)] = omitted()
    external_subject: ExternalId = omitted()
    namespace: str = omitted()
    timestamp: DateTime = omitted()
    idempotency_key: str = omitted()
    external_id: ExternalId = omitted()


@registry.register
def operations() -> Operations:
    return {"/v0/events": {"POST": ingest}}


def reported_time(text: str) -> int:
    """Read an event's time in milliseconds; refuse a year that no invoice can cover."""
    moment = parse_date_time(text)
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise refuse("timestamp", f"must be in the years {_FIRST_YEAR} to {_LAST_YEAR}", "out_of_range")
    return clock.milliseconds(moment)


def ingest(cx: Context) -> Answer:
    body = cx.body(IngestEvent)
    cx.require_merchant(body.namespace or cx.merchant, kinds.EVENT)
    if not body.subject and not body.external_subject:
        raise refuse("subject", "is required unless externalSubject is given", "missing")
    event_id = events.new_id()
    event = Event(
        id=event_id,
        type=body.type,
        source=body.source,
        customer=body.subject or _customer(cx, body.external_subject),
        external_subject=body.external_subject,
        time=reported_time(body.timestamp or cx.clock.stamp()),
        key=body.idempotency_key or event_id,
        external_id=body.external_id,
        data=json.dumps(body.data),
    )
    return Answer(202, _accepted(cx, events.insert(cx.store, cx.merchant, event)))


def _customer(cx: Context, external_id: str) -> str | None:
    for customer in cx.store.find(kinds.CUSTOMER, {"externalId": external_id}, merchant=cx.merchant):
        return str(customer["id"])
    return None


def _accepted(cx: Context, event: Event) -> dict[str, Any]:
    optional = {
        "subject": event.customer,
        "externalSubject": event.external_subject,
        "externalId": event.external_id,
    }
    return {
        "id": event.id,
        "object": "event",
        "type": event.type,
        "source": event.source,
        "namespace": cx.merchant,
        "timestamp": timestamp(clock.moment(event.time)),
        "idempotencyKey": event.key,
        **{name: value for name, value in optional.items() if value is not None},
    }
