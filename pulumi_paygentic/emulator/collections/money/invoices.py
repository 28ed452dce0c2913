"""Invoices as the API shows them: listed, read one by one, with their lines in pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from pulumi_paygentic.emulator.billing import invoices, payment_sessions
from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.collections.catalog import external_references
from pulumi_paygentic.emulator.collections.customers.activation import session_url
from pulumi_paygentic.emulator.errors import OperationNotImplemented, refuse
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.http.query import Page
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.store import Record

STATUSES = (
    *("ACTIVE", "CLOSING", "CLOSED", "CALCULATING", "DRAFT", "ISSUED", "PAYMENT_FAILED", "PAID", "CANCELLED"),
    *("WRITTEN_OFF", "FAILED"),
)
_FURTHEST, _MOST_LINES = 10_000, 1000


@registry.register
def operations() -> Operations:
    path = "/v2/invoices"
    return {
        path: {"GET": list_invoices},
        f"{path}/{{id}}": {"GET": read},
        f"{path}/{{id}}/lineItems": {"GET": list_lines},
    }


def list_invoices(cx: Context) -> Answer:
    page = Page(
        limit=query.whole_number(cx.query, "limit", 10, least=1, most=100),
        offset=query.whole_number(cx.query, "offset", 0, least=0, most=_FURTHEST),
    )
    if query.matching(cx.query, "nextActionAt", "ready") is not None:
        raise cx.forbidden(kinds.INVOICE)
    where, now = _conditions(cx), cx.clock.now()
    status = query.matching(cx.query, "status", "|".join(STATUSES))
    found = cx.store.find(kinds.INVOICE, where, merchant=cx.merchant, newest_first=True)
    if status is not None:
        found = [invoice for invoice in found if invoices.status_of(cx.store, invoice, now) == status]
    shown = found[page.offset : page.offset + page.limit]
    return Answer(200, page.answer([present(cx, invoice) for invoice in shown], len(found), listed=True))


def read(cx: Context) -> Answer:
    invoice = cx.require(kinds.INVOICE, cx.params["id"])
    expanded = _expanded(cx)
    shown = {**present(cx, invoice), "paymentInFlight": False}
    if expanded & {"lineItems", "items"}:
        shown["lineItems"] = _page_of_lines(cx, invoice, expanded, "lineItemsLimit", "lineItemsPageToken")
    return Answer(200, shown)


def list_lines(cx: Context) -> Answer:
    invoice = cx.require(kinds.INVOICE, cx.params["id"])
    return Answer(200, _page_of_lines(cx, invoice, _expanded(cx), "limit", "pageToken"))


def _conditions(cx: Context) -> dict[str, Any]:
    where: dict[str, Any] = {}
    for name, kind in (("subscriptionId", kinds.SUBSCRIPTION), ("customerId", kinds.CUSTOMER)):
        value = query.matching(cx.query, name, kind.id_pattern)
        if value is not None:
            if cx.store.get(kind, value) is not None:
                cx.require(kind, value)
            where[name] = value
    merchant = query.matching(cx.query, "merchantId", kinds.MERCHANT.id_pattern)
    if merchant is not None:
        cx.require_merchant(merchant, kinds.INVOICE)
    return where


def present(cx: Context, invoice: Record) -> dict[str, Any]:
    """The invoice as the API shows it, with the link of its payment session while it is unpaid."""
    shown = invoices.present(cx.store, invoice, cx.clock.now())
    session = payment_sessions.latest(cx.store, invoice["id"]) if shown["status"] == "ISSUED" else None
    return shown if session is None else {**shown, "paymentUrl": session_url(cx, session)}


def _expanded(cx: Context) -> set[str]:
    expanded = set(filter(None, cx.query.get("expand", "").split(",")))
    if "lineProvenance" in expanded:
        raise OperationNotImplemented("how a line of an invoice was calculated")
    if not expanded <= {"lineItems", "items"}:
        raise refuse("expand", "must be a list of lineItems and items", "enum")
    return expanded


def _page_of_lines(cx: Context, invoice: Record, expanded: set[str], limit: str, token: str) -> dict[str, Any]:
    size = query.whole_number(cx.query, limit, 100, least=1, most=_MOST_LINES)
    start = _read_token(cx.query.get(token), token)
    lines = invoices.lines_of(cx.store, invoice)
    shown = lines[start : start + size]
    more = start + size < len(lines)
    answer: dict[str, Any] = {
        "invoiceId": invoice["id"],
        "lineItems": shown,
        "totalCount": len(lines),
        "nextPageToken": base64.urlsafe_b64encode(str(start + size).encode()).decode() if more else None,
    }
    if "items" in expanded:
        answer["items"] = list(_items(cx, shown))
    return answer


def _items(cx: Context, lines: list[Record]) -> Iterator[Record]:
    """Yield the items that lines are tagged with, each once, with their codes for one provider or for all."""
    provider = query.matching(cx.query, "provider", external_references.PROVIDER)
    for item_id in sorted({line["itemId"] for line in lines if line["itemId"] is not None}):
        item = cx.store.get(kinds.ITEM, item_id)
        if item is not None:
            codes = external_references.of_entity(cx.store, item_id, provider)
            names = ("id", "name", "catalogId", "archivedAt")
            yield {**{name: item[name] for name in names}, "externalReferences": codes}


def _read_token(token: str | None, name: str) -> int:
    if token is None:
        return 0
    try:
        start = int(base64.urlsafe_b64decode(token.encode()).decode("ascii")[:9])
    except (ValueError, binascii.Error):
        start = -1
    if start < 0:
        raise refuse(name, "is none that was given out")
    return start
