"""Revenue invoiced between two moments, by status, over time, and by plan, customer or currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pulumi_paygentic.emulator.billing import invoices, rating
from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.errors import OperationNotImplemented, refuse
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.storage import clock, kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp
from pulumi_paygentic.emulator.storage.store import Record

_GROUPS = {"plan": 5, "customer": 25}
_PAYMENTS = {
    f"{state}{what}": nothing
    for state in ("completed", "pending", "expired")
    for what, nothing in (("Count", 0), ("Amount", "0.00"))
}
Invoices = list[Record]


@registry.register
def operations() -> Operations:
    return {"/v0/revenue": {"GET": read}}


def read(cx: Context) -> Answer:
    start, end = query.time_range(cx.query, "startTime", "endTime")
    bucket = query.matching(cx.query, "bucketWidth", "hour|day|week") or "day"
    group = query.matching(cx.query, "groupBy", "plan|customer|currency")
    currency = query.matching(cx.query, "currency", "[A-Z]{3}")
    found = [
        invoice
        for invoice in _issued(cx)
        if start <= clock.milliseconds(parse_date_time(invoice["issuedAt"])) < end
        and currency in {None, invoice["currency"]}
    ]
    if query.matching(cx.query, "periodBasis", "issued|billingPeriod") == "billingPeriod":
        raise OperationNotImplemented("revenue by the period that a line bills")
    answer: dict[str, Any] = {"object": "revenue_summary"}
    if group == "currency":
        answer["currencyBreakdown"] = [
            {"currency": code, **_summary(members, bucket, None)} for code, members in _grouped(found, _currency)
        ]
        return Answer(200, answer)
    primary = currency or next((code for code, _ in _grouped(found, _currency)), "USD")
    mine = [invoice for invoice in found if invoice["currency"] == primary]
    naming = None if group is None else _naming(cx, mine, group)
    answer |= {"currency": primary, **_summary(mine, bucket, naming), **_rebates(mine)}
    answer |= {"totalRefunds": "0.00", "refundCount": 0}
    if naming is not None:
        answer["groupBreakdown"] = [
            {"groupKey": key, "groupLabel": label, **_by_status(members, ("outstanding", "paid", "writtenOff"))}
            for (key, label), members in _grouped(mine, naming)
        ]
    return Answer(200, answer)


def _issued(cx: Context) -> Invoices:
    """The merchant's issued invoices, as far as the query's customer and subscriptions go."""
    merchant = query.matching(cx.query, "merchantId", kinds.MERCHANT.id_pattern)
    customer = query.matching(cx.query, "customerId", kinds.CUSTOMER.id_pattern)
    subscriptions = cx.query.getlist("subscriptionIds")
    if merchant is None and customer is None and not subscriptions:
        raise refuse("merchantId", "give at least one of merchantId, customerId and subscriptionIds", "missing")
    if merchant is not None:
        cx.require_merchant(merchant, kinds.INVOICE)
    where = {} if customer is None else {"customerId": cx.require(kinds.CUSTOMER, customer)["id"]}
    for subscription in subscriptions:
        cx.require(kinds.SUBSCRIPTION, subscription)
    return [
        invoice
        for invoice in cx.store.find(kinds.INVOICE, where, merchant=cx.merchant)
        if "issuedAt" in invoice
        and invoice["status"] != "CANCELLED"
        and (not subscriptions or invoice["subscriptionId"] in subscriptions)
    ]


def _summary(found: Invoices, bucket: str, naming: Callable[[Record], tuple[str, str]] | None) -> dict[str, Any]:
    return {
        "netRevenue": _sum(found, "subtotal"),
        "invoices": _by_status(found, ("issued", "outstanding", "paid", "writtenOff")),
        "payments": _PAYMENTS,
        "trend": [
            _bucket(stamp, members, naming)
            for stamp, members in sorted(_grouped(found, lambda invoice: _start(invoice, bucket)))
        ],
    }


def _bucket(stamp: str, members: Invoices, naming: Callable[[Record], tuple[str, str]] | None) -> dict[str, Any]:
    groups = [] if naming is None else _grouped(members, naming)
    breakdown = [{"groupKey": key, "groupLabel": label, **_revenue(part)} for (key, label), part in groups]
    return {
        "timestamp": stamp,
        **_revenue(members),
        "writtenOffInvoices": "0.00",
        "completedPayments": "0.00",
        "rebates": _rebates(members)["totalRebates"],
        **({"groupBreakdown": breakdown} if naming is not None else {}),
    }


def _revenue(members: Invoices) -> dict[str, str]:
    """Sum revenue without tax. No invoice is credited later, so both figures are the same."""
    return dict.fromkeys(("revenue", "issuedInvoices"), _sum(members, "subtotal"))


def _by_status(found: Invoices, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    members = {
        "issued": found,
        "outstanding": [invoice for invoice in found if invoice["status"] == "ISSUED"],
        "paid": [invoice for invoice in found if invoice["status"] == "PAID"],
        "writtenOff": [],
    }
    return {
        name: {
            "count": len(members[name]),
            "amount": rating.plain(rating.total(list(map(invoices.due, members[name])))),
        }
        for name in names
    }


def _rebates(found: Invoices) -> dict[str, Any]:
    """Sum usage with a negative price. Refunds do not count."""
    amounts = [
        -Decimal(line["totalPrice"])
        for invoice in found
        for line in invoice["lines"]
        if line["eventType"] == "usage" and line["lineItemType"] == "charge" and Decimal(line["totalPrice"]) < 0
    ]
    return {"totalRebates": rating.plain(rating.total(amounts)), "rebateCount": len(amounts)}


def _naming(cx: Context, found: Invoices, group: str) -> Callable[[Record], tuple[str, str]]:
    """Make the function that names an invoice's group; surplus groups, the smallest, are one group."""
    field, most = f"{group}Id", _GROUPS[group]
    ranked = [key for key, _ in _grouped(found, lambda invoice: str(invoice[field]))]
    kept = ranked if len(ranked) <= most else ranked[: most - 1]
    labels = {key: label_of(cx, group, key) for key in kept}
    return lambda invoice: (invoice[field], labels[invoice[field]]) if invoice[field] in labels else ("other", "Other")


def label_of(cx: Context, group: str, key: str) -> str:
    """The name of a plan or a customer."""
    if group == "plan":
        return str((cx.store.get(kinds.PLAN, key) or {"name": key})["name"])
    customer = cx.store.get(kinds.CUSTOMER, key) or {"consumerId": ""}
    return str((cx.store.get(kinds.CONSUMER, customer["consumerId"]) or {"name": key})["name"])


def _grouped(found: Invoices, key: Callable[[Record], Any]) -> list[tuple[Any, Invoices]]:
    """Group invoices by key, the group with the most revenue first."""
    groups: defaultdict[Any, Invoices] = defaultdict(list)
    for invoice in found:
        groups[key(invoice)].append(invoice)
    return sorted(groups.items(), key=lambda entry: (-Decimal(_sum(entry[1], "grandTotal")), entry[0]))


def _currency(invoice: Record) -> str:
    return str(invoice["currency"])


def _start(invoice: Record, bucket: str) -> str:
    moment: datetime = parse_date_time(invoice["issuedAt"]).replace(minute=0, second=0, microsecond=0)
    if bucket != "hour":
        moment = moment.replace(hour=0)
    if bucket == "week":
        moment -= timedelta(days=moment.weekday())
    return timestamp(moment)


def _sum(found: Invoices, name: str) -> str:
    return rating.plain(rating.total([Decimal(invoice[name]) for invoice in found]))
