"""What a metric measures: its events, read by its path, and aggregated exactly.

Equal values are counted first, so that what is left to add up in exact decimals is small for all but the strangest of
loads.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from pulumi_paygentic.emulator import events
from pulumi_paygentic.emulator.fields import parse_date_time
from pulumi_paygentic.emulator.store import Record, Store
from pulumi_paygentic.emulator.tallies import Tally

Window = Literal["MINUTE", "HOUR", "DAY", "MONTH"]
Group = tuple[str, ...]
SUBJECT = "subject"
_LENGTHS: dict[str, int] = {"MINUTE": 60_000, "HOUR": 3_600_000, "DAY": 86_400_000}


class Question(NamedTuple):
    """What is asked of a metric: from and to in milliseconds, of whom, and how it is split up."""

    start: int
    end: int
    customer: str | None = None
    window: Window | None = None
    dimensions: Sequence[str] = ()
    only: Mapping[str, str] = {}
    subscription: str | None = None
    """Leaves out what the older paths reported for another subscription."""


@dataclass(slots=True)
class Measurement:
    """The whole, its groups, and each group in each window; a window starts at 0 where none was asked for."""

    whole: Tally = field(default_factory=Tally)
    groups: dict[Group, Tally] = field(default_factory=dict)
    windows: dict[tuple[int, Group], Tally] = field(default_factory=dict)


def measure(store: Store, metric: Record, question: Question) -> Measurement:
    windows: defaultdict[tuple[int, Group], Tally] = defaultdict(Tally)
    groups: defaultdict[Group, Tally] = defaultdict(Tally)
    whole, distinct = Tally(), metric["aggregation"] == "UNIQUE_COUNT"
    for order, (start, *group, value, count) in enumerate(_rows(store, metric, question)):
        windows[start, tuple(group)].add(order, value, count, distinct=distinct)
    for start, *group, quantity, count in _reported(store, metric, question):
        windows[start, tuple(group)].report(quantity, count)
    for (_, named), tally in windows.items():
        groups[named].merge(tally)
    for tally in groups.values():
        whole.merge(tally)
    return Measurement(whole, groups, windows)


def event_filter(metric: Record, question: Question) -> events.Filter:
    """The metric's events; those before its `eventFrom` are none of its."""
    since = metric.get("eventFrom")
    start = question.start if since is None else max(question.start, events.milliseconds(parse_date_time(since)))
    return events.Filter(metric["eventType"], start, question.end, question.customer)


def _rows(store: Store, metric: Record, question: Question) -> list[tuple[Any, ...]]:
    """Window, groups, value, and how many events had it; for LATEST one by one, in the order of time."""
    wanted = event_filter(metric, question)
    columns = [_window(question.window)]
    parameters: list[Any] = []
    for name in question.dimensions:
        expression, bound = _dimension(metric, name)
        columns.append(expression)
        parameters += bound
    value, bound = _extract(metric.get("valueProperty"))
    columns.append(value)
    parameters += bound
    conditions = ["merchant = ?", "type = ?", "time >= ?", "time < ?"]
    parameters += [metric["merchantId"], wanted.type, wanted.start, wanted.end]
    if wanted.customer is not None:
        conditions.append("customer = ?")
        parameters.append(wanted.customer)
    for name, text in question.only.items():
        expression, bound = _dimension(metric, name)
        conditions.append(f"{expression} = ?")
        parameters += [*bound, text]
    found = f"SELECT {', '.join(columns)}, {{}} FROM events WHERE {' AND '.join(conditions)} {{}}"  # noqa: S608
    if metric["aggregation"] == "COUNT":
        ordinals = ", ".join(str(n + 1) for n in range(len(columns)))
        return store.sql(found.format("count(*)", f"GROUP BY {ordinals}"), parameters)
    if metric["aggregation"] == "LATEST":
        return store.sql(found.format("1", "ORDER BY time, seq"), parameters)
    counts = Counter(store.sql(found.format("1", ""), parameters))  # which SQLite would do by sorting
    return [(*row[:-1], count) for row, count in counts.items()]


def _reported(store: Store, metric: Record, question: Question) -> list[tuple[Any, ...]]:
    """Window, groups, quantity and count of what the older paths reported; it has no dimension but the customer."""
    columns = [_window(question.window), *("customer" if name == SUBJECT else "''" for name in question.dimensions)]
    conditions = ["merchant = ?", "metric = ?", "time >= ?", "time < ?"]
    parameters: list[Any] = [metric["merchantId"], metric["id"], question.start, question.end]
    narrowed = [("customer", question.customer), ("subscription", question.subscription)]
    narrowed += [("customer" if name == SUBJECT else "''", text) for name, text in question.only.items()]
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


def _dimension(metric: Record, name: str) -> tuple[str, list[str]]:
    if name == SUBJECT:
        return "coalesce(customer, '')", []
    expression, bound = _extract((metric.get("groupBy") or {})[name])
    return f"coalesce(CAST({expression} AS TEXT), '')", bound


def _extract(path: str | None) -> tuple[str, list[str]]:
    return ("NULL", []) if path is None else ("json_extract(data, ?)", [path])


def window_end(start: int, window: Window) -> int:
    if window != "MONTH":
        return start + _LENGTHS[window]
    first = events.moment(start)
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return events.milliseconds(following)
