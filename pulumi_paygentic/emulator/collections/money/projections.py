"""Projected invoices: those that a subscription will issue if nothing changes, without usage.

They are found by letting the subscription's time run ahead, in a part of the transaction that is rolled back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from pulumi_paygentic.emulator.billing import clocks, invoice_lines, invoices, rating, schedule
from pulumi_paygentic.emulator.billing.rating import Period
from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.errors import refuse
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.storage import durations, kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp
from pulumi_paygentic.emulator.storage.store import Record, Store

_MILLISECOND = timedelta(milliseconds=1)
_UNISSUED = dict.fromkeys(("invoiceNumber", "paidAt"))


@registry.register
def operations() -> Operations:
    return {"/v2/invoices/projected": {"GET": list_projected}}


def list_projected(cx: Context) -> Answer:
    page = query.page(cx.query)
    subscription_id = query.matching(cx.query, "subscriptionId", kinds.SUBSCRIPTION.id_pattern)
    if subscription_id is None:
        raise refuse("subscriptionId", "is required", "missing")
    subscription = cx.require(kinds.SUBSCRIPTION, subscription_id)
    window = _window(cx, clocks.time_of(cx.store, subscription, cx.clock.now()))
    found = list(_projected(cx.store, subscription, window))
    return Answer(200, page.answer(found[page.offset : page.offset + page.limit], len(found), listed=True))


def _window(cx: Context, now: datetime) -> Period:
    """Read the range of moments: from now for a month, a year ahead at the most."""
    start = max(query.moment(cx.query, "from") or now, now)
    end = query.moment(cx.query, "to") or rating.boundary(start, durations.parse("P1M"), 1)
    if not start < end <= rating.boundary(now, durations.parse("P1Y"), 1):
        raise refuse("to", "must be after from, and at most a year from now", "out_of_range")
    return Period(start, end)


def _projected(store: Store, subscription: Record, window: Period) -> Iterator[Record]:
    if subscription["status"] == "terminated":
        return
    where = {"subscriptionId": subscription["id"]}
    known = {one["id"] for one in store.find(kinds.INVOICE, where) if "issuedAt" in one}
    with store.rolled_back():
        schedule.advance(store, subscription["id"], window.end - _MILLISECOND)
        ahead = [one for one in store.find(kinds.INVOICE, where) if "issuedAt" in one and one["id"] not in known]
    for invoice in sorted(ahead, key=lambda one: str(one["issuedAt"])):
        lines = [line for line in invoice["lines"] if line["eventType"] == "fee"]
        if lines and parse_date_time(invoice["issuedAt"]) >= window.start:
            yield _present(invoice, lines)


def _present(invoice: Record, lines: list[Record]) -> dict[str, Any]:
    """The invoice with its fees alone, under an id that stays the same from read to read."""
    digest = hashlib.sha256(f"{invoice['subscriptionId']}:{invoice['sequenceNumber']}".encode()).hexdigest()
    identity = kinds.INVOICE.prefix + digest[:20]
    sums = invoice_lines.totals(lines)
    owed = invoices.amount_due(sums["grandTotal"], invoice["currency"])
    shown = {name: value for name, value in invoice.items() if name not in invoices.PRIVATE}
    return {
        **shown,
        **_UNISSUED,
        **invoices.amounts(sums, owed - owed, owed),
        "id": identity,
        "status": "PROJECTED",
        "itemCount": len(lines),
        "updatedAt": timestamp(parse_date_time(invoice["issuedAt"])),
        "lineItems": {"invoiceId": identity, "lineItems": lines, "totalCount": len(lines), "nextPageToken": None},
    }
