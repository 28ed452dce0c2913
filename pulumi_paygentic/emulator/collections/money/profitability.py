"""Profitability of customers: what was invoiced to each, less what the costs of serving it came to."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from pulumi_paygentic.emulator.billing import rating
from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.collections.catalog import costs
from pulumi_paygentic.emulator.collections.money.revenue import label_of
from pulumi_paygentic.emulator.collections.usage import cost_usage
from pulumi_paygentic.emulator.errors import refuse
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.metering.measurement import UsageQuery
from pulumi_paygentic.emulator.metering.timelines import SUBJECT
from pulumi_paygentic.emulator.storage import clock, kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time

_NOTHING = Decimal(0)
_MOST_ROWS = 100


class Result(NamedTuple):
    """A customer's revenue and cost; of several customers, how many have costs on record, of how many."""

    key: str
    name: str
    revenue: Decimal
    cost: Decimal
    recorded: int
    customers: int = 1

    @property
    def profit(self) -> Decimal:
        return rating.total([self.revenue, -self.cost])

    @property
    def empty(self) -> bool:
        return not self.revenue and not self.cost and not self.recorded


@registry.register
def operations() -> Operations:
    return {"/v0/profitability": {"GET": read}}


def read(cx: Context) -> Answer:
    merchant = query.matching(cx.query, "merchantId", kinds.MERCHANT.id_pattern)
    if merchant is None:
        raise refuse("merchantId", "is required", "missing")
    cx.require_merchant(merchant, kinds.INVOICE)
    start, end = query.time_range(cx.query, "from", "to")
    most = query.whole_number(cx.query, "topN", 10, least=1, most=_MOST_ROWS)
    exclude, include = query.flag(cx.query, "excludeEmpty"), query.flag(cx.query, "includeEmpty")
    billed = _billed(cx, start, end)
    currency = query.matching(cx.query, "currency", "[A-Z]{3}") or _primary(billed)
    results, deleted = _results(cx, billed.get(currency, {}), _costs(cx, currency, start, end))
    empty = [one for one in results if one.empty]
    ranked = sorted(
        (one for one in results if not (exclude and one.empty)), key=lambda one: (-one.profit, one.name, one.key)
    )
    rest = ranked[most:]
    rows = [*ranked[:most], *([_folded("other", "Other", rest)] if rest else [])]
    if deleted:
        rows.append(_folded("deleted", "Deleted customers", deleted))
    answer: dict[str, Any] = {
        "object": "profitability_summary",
        "currency": currency,
        "rows": [_row(one) for one in rows],
        "customerCount": len(results),
        "emptyCustomerCount": len(empty),
        "unloadedCustomerCount": None,
        "warnings": [],
    }
    if include:
        shown = {one.key for one in ranked}
        left = sorted((one for one in empty if one.key not in shown), key=lambda one: one.name)
        answer["emptyCustomers"] = [_row(one) for one in left]
    return Answer(200, answer)


def _results(cx: Context, revenue: dict[str, Decimal], spent: dict[str, Decimal]) -> tuple[list[Result], list[Result]]:
    """The results of the customers, and of those deleted since. Costs of anybody else are left out."""

    def result(key: str, name: str) -> Result:
        return Result(key, name, revenue.get(key, _NOTHING), spent.get(key, _NOTHING), int(key in spent))

    customers = {one["id"] for one in cx.store.find(kinds.CUSTOMER, merchant=cx.merchant)}
    gone = {
        str(row[0])
        for row in cx.store.sql(
            "SELECT id FROM objects WHERE kind = ? AND merchant = ? AND deleted = 1", (kinds.CUSTOMER.name, cx.merchant)
        )
    }
    found = [result(key, label_of(cx, "customer", key)) for key in sorted(customers)]
    return found, [result(key, key) for key in sorted(gone & (revenue.keys() | spent.keys()))]


def _billed(cx: Context, start: int, end: int) -> dict[str, dict[str, Decimal]]:
    """Sum the invoices issued in the range, without tax, by currency and customer."""
    sums: dict[str, dict[str, Decimal]] = {}
    for invoice in cx.store.find(kinds.INVOICE, merchant=cx.merchant):
        if "issuedAt" not in invoice or invoice["status"] == "CANCELLED":
            continue
        if start <= clock.milliseconds(parse_date_time(invoice["issuedAt"])) < end:
            mine = sums.setdefault(invoice["currency"], {})
            before = mine.get(invoice["customerId"], _NOTHING)
            mine[invoice["customerId"]] = rating.total([before, Decimal(invoice["subtotal"])])
    return sums


def _costs(cx: Context, currency: str, start: int, end: int) -> dict[str, Decimal]:
    """Sum the costs in a currency by customer."""
    sums: dict[str, Decimal] = {}
    for cost in cx.store.find(costs.KIND, {"currency": currency}, merchant=cx.merchant):
        measured = cost_usage.measure(cx.store, cost, UsageQuery(start, end, dimensions=(SUBJECT,)))
        for (customer,), aggregate in measured.groups.items() if measured else ():
            amount = cost_usage.priced(cost, aggregate.result(cost["aggregation"]))
            sums[customer] = rating.total([sums.get(customer, _NOTHING), amount])
    return sums


def _primary(billed: dict[str, dict[str, Decimal]]) -> str:
    """The currency that brought most; the emulator's merchants have no other."""
    sums = {currency: rating.total(list(mine.values())) for currency, mine in billed.items()}
    return max(sums, key=lambda currency: (sums[currency], currency), default="USD")


def _folded(key: str, name: str, results: Iterable[Result]) -> Result:
    found = list(results)
    return Result(
        key,
        name,
        rating.total([one.revenue for one in found]),
        rating.total([one.cost for one in found]),
        sum(one.recorded for one in found),
        len(found),
    )


def _row(one: Result) -> dict[str, Any]:
    recorded = "none" if not one.recorded else "recorded" if one.recorded == one.customers else "partial"
    margin = one.profit / one.revenue * 100 if recorded == "recorded" and one.revenue > 0 else None
    return {
        "customerId": one.key,
        "customerName": one.name,
        "netRevenue": _cents(one.revenue),
        "totalCost": _cents(one.cost),
        "profit": _cents(one.profit),
        "marginPct": None if margin is None else _cents(margin),
        "costData": recorded,
    }


def _cents(amount: Decimal) -> str:
    return f"{rating.to_units(amount, 2):f}"
