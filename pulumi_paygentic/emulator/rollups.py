"""Events added up by day, hour and minute, in memory, so that nothing that was read is read again.

Events are only ever added, so what is kept needs no more than those that are new; whatever else happens to them drops
all of it (`Store.derived`). A stretch of time that a question covers whole answers by its tallies. Only a minute that
it covers in part, with events on both sides of the line, is read from the table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from pulumi_paygentic.emulator import arrivals
from pulumi_paygentic.emulator.store import Store
from pulumi_paygentic.emulator.tallies import Tally

SUBJECT = "subject"
LENGTHS = (86_400_000, 3_600_000, 60_000)
"""Of the stretches within a timeline, and within each other, in milliseconds."""
_MOST_KEPT = 5_000_000
_TALLY = 10
"""How much is kept in all, where a distinct value is 1; what was asked for least recently goes first."""
_NEVER = 2**62
Group = tuple[str, ...]
Groups = dict[Group, Tally]


class Reading(NamedTuple):
    """How events are read: those of which type, by which path, apart by which dimensions and by customer or not."""

    merchant: str
    type: str
    value: str | None
    distinct: bool
    dimensions: tuple[str, ...] = ()
    """Paths, and `SUBJECT`."""
    by_customer: bool = False


class Row(NamedTuple):
    """An event as a reading wants it; `customer` only where that is a part of it."""

    seq: int
    time: int
    customer: str | None
    group: Group
    value: Any


@dataclass(slots=True)
class Stretch:
    """A stretch of time: the tallies of its groups, from its first event to its last, and the stretches within it."""

    first: int = _NEVER
    last: int = -1
    groups: Groups = field(default_factory=dict)
    within: dict[int, Stretch] = field(default_factory=dict)

    def add(self, group: Group, tally: Tally, starts: Sequence[int], *, only_minutes: bool) -> int:
        """Take in a tally here and in the stretches within that start so; how much more is kept by that."""
        self.first, self.last = min(self.first, tally.first), max(self.last, tally.last)
        more = 0
        if not (starts and only_minutes):
            more = 0 if group in self.groups else _TALLY
            kept = self.groups.setdefault(group, Tally())
            more -= len(kept.distinct)
            kept.merge(tally)
            more += len(kept.distinct)
        if starts:
            within = self.within.setdefault(starts[0], Stretch())
            more += within.add(group, tally, starts[1:], only_minutes=only_minutes)
        return more

    def between(self, start: int, end: int, depth: int, at: int = 0) -> Iterator[tuple[int, Groups | None]]:
        """The tallies from start to end, no coarser than `depth`; None stands for a minute that has to be read."""
        if self.last < start or end <= self.first:
            return
        if depth <= 0 and start <= self.first and self.last < end:
            yield at, self.groups
        elif self.within:
            for at_within, stretch in self.within.items():
                yield from stretch.between(start, end, depth - 1, at_within)
        else:
            yield at, None


@dataclass(slots=True)
class Series:
    """The timelines of a reading: everybody's, and where it is by customer, each one's besides."""

    seen: int = 0
    kept: int = 0
    timelines: dict[str | None, Stretch] = field(default_factory=dict)

    def catch_up(self, store: Store, reading: Reading, newest: int) -> None:
        if self.seen == 0:
            rows = _rows(store, reading, "merchant = ? AND type = ?", (reading.merchant, reading.type))
        else:  # without an index, which has those of the type together: of the new ones there are few
            unseen = (self.seen, reading.merchant, reading.type)
            rows = _rows(store, reading, "seq > ? AND +merchant = ? AND +type = ?", unseen)
        for (customer, minute, group), tally in _tallied(rows, distinct=reading.distinct).items():
            time = minute * LENGTHS[-1]
            starts = [time - time % length for length in LENGTHS]
            for whose in {None, customer}:
                timeline = self.timelines.setdefault(whose, Stretch())
                # Distinct values would be as many again in each hour and day, which are no quicker to add up.
                self.kept += timeline.add(group, tally, starts, only_minutes=reading.distinct)
        self.seen = newest


def between(
    store: Store, reading: Reading, customer: str | None, start: int, end: int, *, depth: int
) -> Iterator[tuple[int, Groups]]:
    """Groups of the events from start to end, by the start of the day, hour or minute that `depth` says, or as one."""
    series = _series(store, reading)
    timeline = series.timelines.get(customer, Stretch())
    for at, kept in timeline.between(start, end, len(LENGTHS) if reading.distinct else depth):
        asked = (max(start, at), min(end, at + LENGTHS[-1]))
        yield at, _read(store, reading, customer, *asked) if kept is None else kept


def _series(store: Store, reading: Reading) -> Series:
    """What is kept of the reading, with everything that is new taken in."""
    newest = arrivals.of(store).newest(reading.merchant, reading.type)
    every: dict[Reading, Series] = store.derived.setdefault(Series, {})
    by_customer = reading._replace(by_customer=True)
    if reading == by_customer:
        every.pop(reading._replace(by_customer=False), None)
    elif by_customer in every:
        reading = by_customer  # which has everybody's as well
    series = every[reading] = every.pop(reading, Series())  # the one asked for last stands last
    if series.seen < newest:
        series.catch_up(store, reading, newest)
        _keep_bounds(every)
    return series


def _keep_bounds(every: dict[Reading, Series]) -> None:
    kept = sum(series.kept for series in every.values())
    for reading in list(every)[:-1]:
        if kept > _MOST_KEPT:
            kept -= every.pop(reading).kept


def _read(store: Store, reading: Reading, customer: str | None, start: int, end: int) -> Groups:
    """The same from the table."""
    where = "merchant = ? AND type = ? AND time >= ? AND time < ?"
    parameters: list[Any] = [reading.merchant, reading.type, start, end]
    if customer is not None:
        where, parameters = f"{where} AND customer = ?", [*parameters, customer]
    rows = _rows(store, reading, where, parameters)
    return {group: tally for (_, _, group), tally in _tallied(rows, distinct=reading.distinct).items()}


def _rows(store: Store, reading: Reading, where: str, parameters: Sequence[Any]) -> Iterator[Row]:
    """Events as the reading wants them. Values are read from JSON, as SQLite's own have neither all digits nor NUL."""
    paths = [path for path in reading.dimensions if path != SUBJECT]
    paths += [] if reading.value is None else [reading.value]
    values = f"json_extract(data, {'?, ' * len(paths)}'$[0]')" if paths else "'[]'"  # of several paths it is a list
    rows = store.sql(f"SELECT seq, time, customer, {values} FROM events WHERE {where}", [*paths, *parameters])  # noqa: S608
    for seq, time, customer, text in rows:
        found = iter(json.loads(text, parse_float=Decimal))
        group = tuple((customer or "") if path == SUBJECT else label(next(found)) for path in reading.dimensions)
        value = None if reading.value is None else next(found)
        yield Row(seq, time, customer if reading.by_customer else None, group, value)


def label(value: Any) -> str:
    """What the group of a dimension's value is called: its text, and of an event without one the empty text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), default=float)


def _tallied(rows: Iterable[Row], *, distinct: bool) -> dict[tuple[str | None, int, Group], Tally]:
    """By customer, minute and group."""
    found: dict[tuple[str | None, int, Group], Tally] = {}
    for row in rows:
        key = (row.customer, row.time // LENGTHS[-1], row.group)
        tally = found.get(key)
        if tally is None:
            tally = found[key] = Tally()
        tally.add(row.time, row.seq, row.value, distinct=distinct)
    return found
