"""Price snapshots: the lines of a subscription's plan version, copied when a period begins.

An edit of a price does not reach the period under way, because the period has its own copies.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from pulumi_paygentic.emulator.billing import intervals
from pulumi_paygentic.emulator.storage import kinds, version_lines
from pulumi_paygentic.emulator.storage.store import Record, Store

PriceSnapshot = dict[str, Any]
"""A line: its key, the price, and the names of the metric or fee."""


def snapshot(store: Store, subscription: Record, at: datetime | None = None) -> list[PriceSnapshot]:
    """Copy the lines of the version that the subscription follows or is pinned to, and those of its own.

    Where price intervals change a line, it is taken as of a moment, else as of its last interval.
    """
    lines = {key: price for key, _, price in version_lines.prices_of(store, version_of(store, subscription))}
    for key, price_id in intervals.owned(subscription, lines).items():
        price = store.get(kinds.PRICE, price_id)
        if price is not None:
            lines[key] = price
    found = ((key, intervals.applied(subscription, key, price, at)) for key, price in lines.items())
    return [
        {"key": key, "price": price, **_charged(store, price)}
        for key, price in found
        if price is not None and price.get("pricingUnitId") is None  # a pricing unit is no currency
    ]


def version_of(store: Store, subscription: Record) -> str:
    if subscription["versionPolicy"] == "pinned":
        return str(subscription.get("_pinnedTo", subscription.get("planVersionId", "")))
    plan = store.get(kinds.PLAN, subscription["planId"]) or {}
    return str(plan.get("defaultVersionId", ""))


def is_metered(term: PriceSnapshot) -> bool:
    return "billableMetricId" in term["price"]


def tax_percent(store: Store, subscription: Record, term: PriceSnapshot) -> Decimal:
    """The tax rate: the customer's for the metric, else for the plan, else its default, else the plan's."""
    if subscription["taxExempt"] or term["price"]["tax"]["supplyScope"] != "IN_SCOPE":
        return Decimal(0)
    customer = store.get(kinds.CUSTOMER, subscription["customerId"]) or {}
    plan = store.get(kinds.PLAN, subscription["planId"]) or {}
    rates = customer.get("taxRates") or {}
    for name in (term["sourceId"], subscription["planId"], "default"):
        if name in rates:
            return Decimal(str(rates[name]))
    return Decimal(str(plan.get("defaultTaxRate", 0)))


def _charged(store: Store, price: Record) -> PriceSnapshot:
    """The present names of the metric or fee."""
    kind = kinds.BILLABLE_METRIC if "billableMetricId" in price else kinds.FEE
    source_id = price.get("billableMetricId") or price["feeId"]
    source = store.get(kind, source_id) or {}
    return {
        "sourceId": source_id,
        "name": source.get("name", ""),
        "description": source.get("description", ""),
        "unit": source.get("unit", "charge"),
        "itemId": source.get("itemId"),
    }
