"""Measurement of a metric: its events, read by its path, and aggregated exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from pulumi_paygentic.emulator.metering import events, rollups
from pulumi_paygentic.emulator.metering.aggregation import Aggregate
from pulumi_paygentic.emulator.metering.timelines import SUBJECT, Group, SeriesKey
from pulumi_paygentic.emulator.storage import clock
from pulumi_paygentic.emulator.storage.clock import parse_date_time
from pulumi_paygentic.emulator.storage.store import Record, Store

Window = Literal["MINUTE", "HOUR", "DAY", "MONTH"]
_LENGTHS: dict[str, int] = {"MINUTE": 60_000, "HOUR": 3_600_000, "DAY": 86_400_000}
_DEPTHS: dict[str, int] = {"MINUTE": 3, "HOUR": 2, "DAY": 1, "MONTH": 1}


class UsageQuery(NamedTuple):
    """A query of a metric's usage: start and end in milliseconds, a customer, and the dimensions to group by."""

    start: int
    end: int
    customer: str | None = None
    window: Window | None = None
    dimensions: Sequence[str] = ()
    only: Mapping[str, str] = {}
    subscription: str | None = None
    """Leaves out usage that the older paths reported for another subscription."""


@dataclass(slots=True)
class Measurement:
    """The whole, its groups, and each group in each window. Without windows there is one, which starts at 0."""

    whole: Aggregate = field(default_factory=Aggregate)
    groups: dict[Group, Aggregate] = field(default_factory=dict)
    windows: dict[tuple[int, Group], Aggregate] = field(default_factory=dict)


def measure(store: Store, metric: Record, query: UsageQuery) -> Measurement:
    windows: defaultdict[tuple[int, Group], Aggregate] = defaultdict(Aggregate)
    groups: defaultdict[Group, Aggregate] = defaultdict(Aggregate)
    whole = Aggregate()
    for start, group, aggregate in _counted(store, metric, query):
        windows[start, group].merge(aggregate)
    for start, *named, quantity, count in _reported(store, metric, query):
        windows[start, tuple(named)].report(quantity, count)
    for (_, group), aggregate in windows.items():
        groups[group].merge(aggregate)
    for aggregate in groups.values():
        whole.merge(aggregate)
    return Measurement(whole, groups, windows)


def event_filter(metric: Record, query: UsageQuery) -> events.Filter:
    """The filter of the metric's events; those before its `eventFrom` do not count."""
    since = metric.get("eventFrom")
    start = query.start if since is None else max(query.start, clock.milliseconds(parse_date_time(since)))
    return events.Filter(metric["eventType"], start, query.end, query.customer)


def _counted(store: Store, metric: Record, query: UsageQuery) -> Iterator[tuple[int, Group, Aggregate]]:
    """Yield window, group and aggregate of the events. Dimensions that only filter are left out of the group."""
    wanted = event_filter(metric, query)
    named = list(dict.fromkeys((*query.dimensions, *query.only)))
    key = SeriesKey(
        merchant=metric["merchantId"],
        type=wanted.type,
        value=metric.get("valueProperty"),
        distinct=metric["aggregation"] == "UNIQUE_COUNT",
        dimensions=tuple(SUBJECT if name == SUBJECT else metric["groupBy"][name] for name in named),
        by_customer=wanted.customer is not None,
    )
    only = [(named.index(name), text) for name, text in query.only.items()]
    depth = 0 if query.window is None else _DEPTHS[query.window]
    for at, groups in rollups.between(store, key, wanted.customer, wanted.start, wanted.end, depth=depth):
        start = _window_start(at, query.window)
        for group, aggregate in groups.items():
            if all(group[place] == text for place, text in only):
                yield start, group[: len(query.dimensions)], aggregate


def _reported(store: Store, metric: Record, query: UsageQuery) -> list[tuple[Any, ...]]:
    """Window, groups, quantity and count of usage reported by the older paths, whose only dimension is the customer."""
    columns = [_window(query.window), *("customer" if name == SUBJECT else "''" for name in query.dimensions)]
    conditions = ["merchant = ?", "metric = ?", "time >= ?", "time < ?"]
    parameters: list[Any] = [metric["merchantId"], metric["id"], query.start, query.end]
    narrowed = [("customer", query.customer), ("subscription", query.subscription)]
    narrowed += [("customer" if name == SUBJECT else "''", text) for name, text in query.only.items()]
    for column, text in narrowed:
        if text is not None:
            conditions.append(f"{column} = ?")
            parameters.append(text)
    groups = ", ".join(str(n + 1) for n in range(len(columns)))
    return store.sql(
        f"SELECT {', '.join(columns)}, sum(quantity), count(*) FROM usage_lines"  # noqa: S608
        f" WHERE {' AND '.join(conditions)} GROUP BY {groups}",
        parameters,
    )


def _window(window: Window | None) -> str:
    if window is None:
        return "0"
    if window == "MONTH":
        return "strftime('%s', time / 1000, 'unixepoch', 'start of month') * 1000"
    length = _LENGTHS[window]
    return f"time - (time % {length} + {length}) % {length}"


def _window_start(at: int, window: Window | None) -> int:
    """The start of the window around the start of a day, hour or minute."""
    if window is None:
        return 0
    if window == "MONTH":
        return clock.milliseconds(clock.moment(at).replace(day=1, hour=0, minute=0))
    return at - at % _LENGTHS[window]


def window_end(start: int, window: Window) -> int:
    if window != "MONTH":
        return start + _LENGTHS[window]
    first = clock.moment(start)
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return clock.milliseconds(following)
