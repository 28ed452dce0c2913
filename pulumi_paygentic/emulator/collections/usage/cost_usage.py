"""Quantities and amounts of costs in a range of time."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.collections.catalog import costs
from pulumi_paygentic.emulator.collections.usage.meters import bounds, check_known, number, only, ranked
from pulumi_paygentic.emulator.errors import refuse
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.metering import measurement
from pulumi_paygentic.emulator.metering.aggregation import EXACT
from pulumi_paygentic.emulator.metering.measurement import Measurement, UsageQuery, Window
from pulumi_paygentic.emulator.metering.timelines import SUBJECT
from pulumi_paygentic.emulator.storage.store import Record, Store

_WINDOWS: Sequence[Window] = ("MINUTE", "HOUR", "DAY")
_NOTHING = Decimal(0)


@registry.register
def operations() -> Operations:
    return {"/v0/costs/{id}/summary": {"GET": read_summary}}


def read_summary(cx: Context) -> Answer:
    """Sum one cost, by its dimensions and in windows of time where asked."""
    cost = cx.require(costs.KIND, cx.params["id"])
    start, end = query.time_range(cx.query, "from", "to")
    asked = cx.query.get("window")
    window = next((name for name in _WINDOWS if name == asked), None)
    if asked is not None and window is None:
        raise refuse("window", f"must be one of {', '.join(_WINDOWS)}", "enum")
    dimensions = list(dict.fromkeys(filter(None, cx.query.get("groupBy", "").split(","))))
    chosen, known = only(cx), {SUBJECT, *(cost["groupBy"] or {})}
    check_known("groupBy", dimensions, known)
    check_known("filterGroupBy", list(chosen), known)
    asked_for = UsageQuery(start, end, cx.query.get("subject"), window, dimensions, chosen)
    measured = measure(cx.store, cost, asked_for)
    answer: dict[str, Any] = {
        "object": costs.KIND.name,
        **{name: cost[name] for name in ("id", "name", "type", "currency", "eventType")},
        **({} if cost["unit"] is None else {"unit": cost["unit"]}),
        "totalQuantity": None,
        "totalCost": None,
    }
    if measured is None:
        return Answer(200, answer)
    aggregation = cost["aggregation"]
    total = measured.whole.result(aggregation)
    answer |= {"totalQuantity": number(total), "totalCost": number(priced(cost, total))}
    if dimensions:
        answer["groups"] = [
            {
                "dimensions": dict(zip(dimensions, group, strict=True)),
                **_amount(cost, measured.groups[group].result(aggregation)),
            }
            for group in ranked(measured.groups, aggregation)
        ]
    if window is not None:
        whole = measure(cx.store, cost, asked_for._replace(dimensions=()))
        found = sorted(whole.windows.items() if whole else ())
        answer["timeSeries"] = [
            {**bounds(at, window), **_amount(cost, aggregate.result(aggregation))} for (at, _), aggregate in found
        ]
    return Answer(200, answer)


def measure(store: Store, cost: Record, asked: UsageQuery) -> Measurement | None:
    """Measure a cost; None where an update left it without what it is measured by."""
    if cost["eventType"] is None or cost["aggregation"] is None:
        return None
    return measurement.measure(store, cost, asked)


def priced(cost: Record, quantity: Decimal) -> Decimal:
    return EXACT.multiply(quantity, Decimal(cost["unitCost"]))


def _amount(cost: Record, quantity: Decimal) -> dict[str, int | float]:
    return {"quantity": number(quantity), "cost": number(priced(cost, quantity))}
