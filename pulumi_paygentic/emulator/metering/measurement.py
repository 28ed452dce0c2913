"""What a metric measures: its events, read by its path, and aggregated exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from pulumi_paygentic.emulator.metering import events, rollups
from pulumi_paygentic.emulator.metering.aggregation import Tally
from pulumi_paygentic.emulator.metering.timelines import SUBJECT, Group, Reading
from pulumi_paygentic.emulator.storage import clock
from pulumi_paygentic.emulator.storage.clock import parse_date_time
from pulumi_paygentic.emulator.storage.store import Record, Store

Window = Literal["MINUTE", "HOUR", "DAY", "MONTH"]
_LENGTHS: dict[str, int] = {"MINUTE": 60_000, "HOUR": 3_600_000, "DAY": 86_400_000}
_DEPTHS: dict[str, int] = {"MINUTE": 3, "HOUR": 2, "DAY": 1, "MONTH": 1}


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
    whole = Tally()
    for start, group, tally in _counted(store, metric, question):
        windows[start, group].merge(tally)
    for start, *named, quantity, count in _reported(store, metric, question):
        windows[start, tuple(named)].report(quantity, count)
    for (_, group), tally in windows.items():
        groups[group].merge(tally)
    for tally in groups.values():
        whole.merge(tally)
    return Measurement(whole, groups, windows)


def event_filter(metric: Record, question: Question) -> events.Filter:
    """The metric's events; those before its `eventFrom` are none of its."""
    since = metric.get("eventFrom")
    start = question.start if since is None else max(question.start, clock.milliseconds(parse_date_time(since)))
    return events.Filter(metric["eventType"], start, question.end, question.customer)


def _counted(store: Store, metric: Record, question: Question) -> Iterator[tuple[int, Group, Tally]]:
    """Window, group and tally of the events; the dimensions of the filter are looked at, and left out of the group."""
    wanted = event_filter(metric, question)
    named = list(dict.fromkeys((*question.dimensions, *question.only)))
    reading = Reading(
        merchant=metric["merchantId"],
        type=wanted.type,
        value=metric.get("valueProperty"),
        distinct=metric["aggregation"] == "UNIQUE_COUNT",
        dimensions=tuple(SUBJECT if name == SUBJECT else metric["groupBy"][name] for name in named),
        by_customer=wanted.customer is not None,
    )
    only = [(named.index(name), text) for name, text in question.only.items()]
    depth = 0 if question.window is None else _DEPTHS[question.window]
    for at, groups in rollups.between(store, reading, wanted.customer, wanted.start, wanted.end, depth=depth):
        start = _window_start(at, question.window)
        for group, tally in groups.items():
            if all(group[place] == text for place, text in only):
                yield start, group[: len(question.dimensions)], tally


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


def _window_start(at: int, window: Window | None) -> int:
    """Of the window that a day, an hour or a minute lies in."""
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
