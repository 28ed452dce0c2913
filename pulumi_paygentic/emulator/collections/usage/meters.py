"""Measurements: a metric's aggregated values, and the events behind them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, get_args

from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.collections.usage.events import EXTERNAL_ID
from pulumi_paygentic.emulator.errors import refuse
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.http.query import Page
from pulumi_paygentic.emulator.metering import events, measurement
from pulumi_paygentic.emulator.metering.aggregation import Aggregate
from pulumi_paygentic.emulator.metering.measurement import UsageQuery, Window
from pulumi_paygentic.emulator.metering.timelines import SUBJECT, Group
from pulumi_paygentic.emulator.storage import clock, kinds
from pulumi_paygentic.emulator.storage.clock import timestamp
from pulumi_paygentic.emulator.storage.store import Record

_MOST_EVENTS, _MOST_GROUPS, _FURTHEST_GROUP = 200, 500, 100_000


@registry.register
def operations() -> Operations:
    path = "/v0/billableMetrics/{id}"
    return {f"{path}/meter": {"GET": read_meter}, f"{path}/events": {"GET": list_events}}


def read_meter(cx: Context) -> Answer:
    metric = cx.require(kinds.BILLABLE_METRIC, cx.params["id"])
    usage_query = _usage_query(cx, metric)
    paging = _group_page(cx)
    measured = measurement.measure(cx.store, metric, usage_query)

    def value(aggregate: Aggregate) -> int | float:
        return number(aggregate.result(metric["aggregation"]))

    answer: dict[str, Any] = {
        "object": "meter",
        "billableMetricId": metric["id"],
        "totalValue": value(measured.whole),
    }
    chosen = ranked(measured.groups, metric["aggregation"])
    if paging is not None:
        answer["groupCount"] = len(chosen)
        chosen = chosen[paging.offset : paging.offset + paging.limit]
    if usage_query.window is None:
        rows = [(0, group, measured.groups[group]) for group in chosen]
    else:
        places = {group: place for place, group in enumerate(chosen)}
        found = [(start, group, aggregate) for (start, group), aggregate in measured.windows.items() if group in places]
        rows = sorted(found, key=lambda row: (row[0], places[row[1]]))
        answer["windowedValues"] = [
            {**bounds(start, usage_query.window), "value": value(aggregate)} for start, _, aggregate in rows
        ]
    if usage_query.dimensions:
        answer["groupedValues"] = [
            {
                "groupBy": dict(zip(usage_query.dimensions, group, strict=True)),
                "value": value(aggregate),
                "eventCount": aggregate.events,
            }
            for _, group, aggregate in rows
        ]
    return Answer(200, answer)


def list_events(cx: Context) -> Answer:
    metric = cx.require(kinds.BILLABLE_METRIC, cx.params["id"])
    start, end = query.time_range(cx.query, "from", "to")
    page = Page(
        limit=query.whole_number(cx.query, "limit", 20, least=1, most=_MOST_EVENTS),
        offset=query.whole_number(cx.query, "offset", 0, least=0, most=2**63 - 1),
    )
    wanted = measurement.event_filter(metric, UsageQuery(start, end, cx.query.get("subject")))._replace(
        external_id=query.matching(cx.query, "externalId", EXTERNAL_ID),
        external_subject=query.matching(cx.query, "externalSubject", EXTERNAL_ID),
    )
    found, total = events.find(cx.store, cx.merchant, wanted, limit=page.limit, offset=page.offset)
    shown = page.answer([events.present(event) for event in found], total, listed=True)
    return Answer(200, {"object": "list", "billableMetricId": metric["id"], "events": shown.pop("data"), **shown})


def _usage_query(cx: Context, metric: Record) -> UsageQuery:
    start, end = query.time_range(cx.query, "from", "to")
    windows: tuple[Window, ...] = get_args(Window)
    asked = cx.query.get("windowSize")
    window = next((name for name in windows if name == asked), None)
    if asked is not None and window is None:
        raise refuse("windowSize", f"must be one of {', '.join(windows)}", "enum")
    known = {SUBJECT, *(metric["groupBy"] or {})}
    dimensions = list(dict.fromkeys(filter(None, cx.query.get("groupBy", "").split(","))))
    check_known("groupBy", dimensions, known)
    chosen = only(cx)
    check_known("filterGroupBy", list(chosen), known)
    return UsageQuery(start, end, cx.query.get("subject"), window, dimensions, chosen)


def only(cx: Context) -> dict[str, str]:
    """Read the dimensions that a query keeps to, with the value of each."""
    try:
        chosen = json.loads(cx.query.get("filterGroupBy", "{}"))
    except (ValueError, RecursionError):
        chosen = None
    if not isinstance(chosen, dict) or not all(isinstance(value, str) for value in chosen.values()):
        raise refuse("filterGroupBy", "must be a JSON object of strings")
    if re.search("[\ud800-\udfff]", "".join(chosen.values())):
        raise refuse("filterGroupBy", "must be text")
    return chosen


def check_known(name: str, asked: Sequence[str], known: set[str]) -> None:
    if not set(asked) <= known:
        raise refuse(name, "names a dimension that the metric has no grouping for")


def _group_page(cx: Context) -> Page | None:
    if "groupLimit" not in cx.query:
        if "groupOffset" in cx.query:
            raise refuse("groupOffset", "requires groupLimit")
        return None
    return Page(
        limit=query.whole_number(cx.query, "groupLimit", 1, least=1, most=_MOST_GROUPS),
        offset=query.whole_number(cx.query, "groupOffset", 0, least=0, most=_FURTHEST_GROUP),
    )


def ranked(groups: dict[Group, Aggregate], aggregation: str) -> list[Group]:
    return sorted(groups, key=lambda group: (-groups[group].result(aggregation), group))


def bounds(start: int, window: Window) -> dict[str, str]:
    ends = (start, measurement.window_end(start, window))
    return {name: timestamp(clock.moment(time)) for name, time in zip(("windowStart", "windowEnd"), ends, strict=True)}


def number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
