"""Usage from issued invoices: the last one of every subscription that closes a period."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from pulumi_paygentic.api import JSON, BadRequest, Client, Forbidden
from pulumi_paygentic.changes.impact import Gap
from pulumi_paygentic.changes.usage.bill import Bill, BilledLine, Subscription, Usage
from pulumi_paygentic.changes.usage.cache import InvoiceCache
from pulumi_paygentic.changes.usage.subscriptions import read_subscriptions
from pulumi_paygentic.changes.usage.wire import Unreadable, exact, line_of, moment

Progress = Callable[[str, int, int], None]
"""A function that is called as work goes on: with what is read, how much of it is done, and how much there is."""

NO_PERIOD: Final = "no complete period yet"
_ISSUED: Final = ("PAID", "ISSUED", "PAYMENT_FAILED", "WRITTEN_OFF")
PAGE_SIZE: Final = 100
_MOST_LISTED: Final = 10_000
"""The largest offset that the list of invoices takes."""
_AT_ONCE: Final = 8
_LINES: Final = "/v2/invoices/{id}/lineItems"
_LINES_PER_CALL: Final = 1000


def silent(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


def read_invoices(
    client: Client,
    plan_ids: Collection[str],
    cache: InvoiceCache,
    *,
    rated: Collection[str] | None = None,
    progress: Progress = silent,
    with_pinned: bool = False,
) -> Usage:
    """Return the live subscriptions of the plans, and the last complete period of each, from its invoice.

    `rated` names the plans whose invoices are wanted, all by default. Calls: one for every 100 subscriptions, one for
    every 100 invoices listed, one a plan, and one for each invoice that the cache does not have. Lines of pinned
    subscriptions are read only if asked for: nothing changes for them. A key that may not read something leads to a
    gap, not to an error. Raises other `PaygenticError`s, and `Unreadable`.
    """
    try:
        subscriptions = read_subscriptions(client, plan_ids)
        used = sorted(plan_id for plan_id in subscriptions if subscriptions[plan_id])
        plans = {plan_id: client.get("/v0/plans/{id}", id=plan_id) for plan_id in used}
    except Forbidden as error:
        return Usage(source="invoices", gaps=(Gap(f"the subscribers: {permission(error)}", 0),))
    wanted = plan_ids if rated is None else rated
    everyone = [one for plan_id in wanted for one in subscriptions[plan_id]]
    try:
        invoices = _last_invoices(client, everyone, progress)
        lines = _lines(client, _wanted(everyone, invoices, with_pinned=with_pinned), cache, progress)
    except Forbidden as error:
        gap = Gap(f"what subscriptions used and paid: {permission(error)}", len(everyone))
        return Usage(source="invoices", subscriptions=subscriptions, gaps=(gap,) if everyone else ())
    included = {plan_id: _default_tax(plan) for plan_id, plan in plans.items()}
    bills = tuple(
        _bill(one, invoices[one.id], lines.get(invoices[one.id]["id"], []), default_tax=included[one.plan_id])
        for one in everyone
        if one.id in invoices
    )
    without = len(everyone) - len(bills)
    gaps = (Gap(NO_PERIOD, without),) if without else ()
    return Usage(source="invoices", subscriptions=subscriptions, bills=bills, gaps=gaps)


def _wanted(everyone: Iterable[Subscription], invoices: Mapping[str, JSON], *, with_pinned: bool) -> list[JSON]:
    return [invoices[one.id] for one in everyone if one.id in invoices and (with_pinned or not one.is_pinned)]


def permission(error: Forbidden) -> str:
    needed = ", ".join(error.required_permissions)
    return f"the API key may not read them{f' (it lacks {needed})' if needed else ''}"


def _last_invoices(client: Client, everyone: list[Subscription], progress: Progress) -> dict[str, JSON]:
    """Return the newest issued invoice that closes a period, by subscription."""
    found: dict[str, JSON] = {}
    if not everyone:
        return found
    missing: list[Subscription] = []
    for status in _ISSUED:
        query = {"merchantId": client.settings.merchant_id, "status": status}
        try:
            for invoice in _newest(client, query, everyone, found):
                _note(found, invoice)
        except _TooMany:
            missing = everyone
        progress("invoices", len(found), len(everyone))
    for one in missing:
        if one.id not in found:
            for invoice in client.list("/v2/invoices", {"subscriptionId": one.id}):
                if invoice.get("status") in _ISSUED:
                    _note(found, invoice)
    return found


def _note(found: dict[str, JSON], invoice: JSON) -> None:
    number, name = invoice.get("sequenceNumber"), invoice.get("subscriptionId")
    if not isinstance(number, int) or number < 1 or not isinstance(name, str):
        return  # invoice 0 has charges in advance only, and closes no period
    before = found.get(name)
    if before is None or before["sequenceNumber"] < number:
        found[name] = invoice


class _TooMany(Exception):
    """The list is longer than the API lets anybody read it."""


def _newest(
    client: Client, query: Mapping[str, Any], everyone: Iterable[Subscription], found: Mapping[str, JSON]
) -> Iterator[JSON]:
    """Yield the invoices of one status, newest first, until none of the rest can be of interest.

    The API does not promise an order. As long as what comes is in the order of creation, the first of a subscription is
    its last, and nothing that is older than a subscription, or than the invoice that it has, is of interest to it.
    """
    wanted = {one.id: moment(found[one.id].get("createdAt")) if one.id in found else _earliest(one) for one in everyone}
    seen = 0
    previous = None
    in_order = True
    try:
        for invoice in client.list("/v2/invoices", query, page_size=PAGE_SIZE):
            created = moment(invoice.get("createdAt"))
            in_order = in_order and (previous is None or created <= previous)
            previous = created
            yield invoice
            seen += 1
            if invoice.get("subscriptionId") in found:
                wanted.pop(str(invoice["subscriptionId"]), None)
            if in_order and seen % PAGE_SIZE == 0 and all(created < one for one in wanted.values()):
                return
    except BadRequest:
        if seen < _MOST_LISTED:
            raise
        raise _TooMany from None


def _earliest(subscription: Subscription) -> datetime:
    """The time before which no invoice of the subscription was made: periods begin at a rounded hour."""
    return min(subscription.created_at, subscription.started_at) - timedelta(hours=1)


def _lines(
    client: Client, invoices: list[JSON], cache: InvoiceCache, progress: Progress
) -> dict[str, list[dict[str, Any]]]:
    """Return the lines of the invoices by invoice, those that the cache lacks from the API."""
    known = {invoice["id"]: cache.get(invoice) for invoice in invoices}
    asked = [invoice for invoice in invoices if known[invoice["id"]] is None]
    result = {name: lines for name, lines in known.items() if lines is not None}

    def ask(invoice: JSON) -> list[JSON]:
        return list(_pages(client, invoice["id"]))

    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            running = [(invoice, pool.submit(ask, invoice)) for invoice in asked]
            try:
                for done, (invoice, future) in enumerate(running, 1):
                    result[invoice["id"]] = cache.put(invoice, future.result())
                    progress("invoice lines", done, len(asked))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    finally:
        cache.save()
    return result


def _pages(client: Client, invoice_id: str) -> Iterator[JSON]:
    token = None
    while True:
        query = {"limit": _LINES_PER_CALL, "pageToken": token}
        page = client.get(_LINES, query, id=invoice_id)
        lines = page.get("lineItems")
        if not isinstance(lines, list):
            msg = f"the lines of invoice {invoice_id} can't be read: there is no list of them"
            raise Unreadable(msg)
        yield from lines
        before, token = token, page.get("nextPageToken")
        if not token or token == before:
            return


def _default_tax(plan: JSON) -> Decimal | None:
    """The rate of tax in the plan's prices where an invoice does not say; None where tax is added on top."""
    return exact(plan.get("defaultTaxRate") or 0) / 100 if plan.get("taxBehavior") == "inclusive" else None


def _bill(subscription: Subscription, invoice: JSON, lines: Iterable[JSON], *, default_tax: Decimal | None) -> Bill:
    try:
        read = [line_of(line) for line in lines]
        on_top = default_tax is None
        tax = max((one.tax_rate for one in read), default=default_tax or Decimal(0))
        return Bill(
            subscription=subscription,
            start=moment(invoice["periodStart"]),
            end=moment(invoice["periodEnd"]),
            currency=str(invoice["currency"]),
            lines=tuple(map(_on_top, read) if on_top else read),
            subtotal=exact(invoice["subtotal"]),
            invoice_id=invoice["id"],
            included_tax=Decimal(0) if on_top else tax,
            added_tax=tax if on_top else Decimal(0),
        )
    except (KeyError, Unreadable) as error:
        msg = f"invoice {invoice.get('id')} can't be read: {error}"
        raise Unreadable(msg) from None


def _on_top(line: BilledLine) -> BilledLine:
    """The line of a plan whose prices don't include tax: nothing is to be taken out of them."""
    return replace(line, tax_rate=Decimal(0)) if line.tax_rate else line
