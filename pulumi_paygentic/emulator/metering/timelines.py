"""Timelines of aggregates by day, hour and minute.

A bucket that lies within a query whole answers by its aggregates. Only a minute that lies in it in part, with events on
both sides of the line, is read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pulumi_paygentic.emulator.metering.aggregation import Aggregate

SUBJECT = "subject"
LENGTHS = (86_400_000, 3_600_000, 60_000)
"""The lengths of the buckets, each within the one before, in milliseconds."""
_AGGREGATE_WEIGHT = 10
"""The weight of an aggregate; a distinct value weighs 1."""
_NEVER = 2**62
Group = tuple[str, ...]
Groups = dict[Group, Aggregate]


class SeriesKey(NamedTuple):
    """The identity of a series: event type, path of the value, dimensions, and whether it is split by customer."""

    merchant: str
    type: str
    value: str | None
    distinct: bool
    dimensions: tuple[str, ...] = ()
    """Paths, and `SUBJECT`."""
    by_customer: bool = False


class Row(NamedTuple):
    """An event as a row of a series; `customer` only if the series is split by it."""

    seq: int
    time: int
    customer: str | None
    group: Group
    value: Any


@dataclass(slots=True)
class TimeBucket:
    """A span of time: the aggregates of its groups, its first and last event, and the smaller buckets in it."""

    first: int = _NEVER
    last: int = -1
    groups: Groups = field(default_factory=dict)
    within: dict[int, TimeBucket] = field(default_factory=dict)

    def add(self, group: Group, aggregate: Aggregate, starts: Sequence[int], *, only_minutes: bool) -> int:
        """Add an aggregate here and to the smaller buckets with these starts; return the added weight."""
        self.first, self.last = min(self.first, aggregate.first), max(self.last, aggregate.last)
        more = 0
        if not (starts and only_minutes):
            more = 0 if group in self.groups else _AGGREGATE_WEIGHT
            stored = self.groups.setdefault(group, Aggregate())
            more -= len(stored.distinct)
            stored.merge(aggregate)
            more += len(stored.distinct)
        if starts:
            within = self.within.setdefault(starts[0], TimeBucket())
            more += within.add(group, aggregate, starts[1:], only_minutes=only_minutes)
        return more

    def between(
        self, start: int, end: int, depth: int, level: int = 0, at: int = 0
    ) -> Iterator[tuple[int, Groups | None]]:
        """Yield the aggregates from start to end, no coarser than `depth`; None stands for a minute to be read."""
        if self.last < start or end <= self.first:
            return
        if depth <= level and start <= self.first and self.last < end:
            yield at, self.groups
        elif self.within:
            for at_within in self._touched(max(start, self.first), min(end, self.last + 1), LENGTHS[level]):
                yield from self.within[at_within].between(start, end, depth, level + 1, at_within)
        else:
            yield at, None

    def _touched(self, start: int, end: int, length: int) -> Iterable[int]:
        """The starts of the smaller buckets that a span touches."""
        starts = range(start - start % length, end, length)
        return [at for at in starts if at in self.within] if len(starts) < len(self.within) else list(self.within)


@dataclass(slots=True)
class Series:
    """The timelines of a key: one of all customers and, if it is split by customer, one of each."""

    seen: int = 0
    weight: int = 0
    timelines: dict[str | None, TimeBucket] = field(default_factory=dict)
    given_up: bool = False
    """The series does not fit into memory: every query is answered from the table."""

    def add(self, rows: Iterable[Row], *, distinct: bool) -> None:
        for (customer, minute, group), aggregate in _by_minute(rows, distinct=distinct).items():
            time = minute * LENGTHS[-1]
            starts = [time - time % length for length in LENGTHS]
            for whose in {None, customer}:
                timeline = self.timelines.setdefault(whose, TimeBucket())
                # Hours and days would hold all distinct values again, and are no quicker to add up.
                self.weight += timeline.add(group, aggregate, starts, only_minutes=distinct)

    def give_up(self) -> None:
        self.timelines, self.weight, self.given_up = {}, 0, True


def aggregated(rows: Iterable[Row], length: int, *, distinct: bool) -> dict[int, Groups]:
    """Aggregate rows by group and by the start of their bucket of that length; length 0 means one bucket."""
    found: dict[int, Groups] = {}
    for row in rows:
        groups = found.setdefault(row.time - row.time % length if length else 0, {})
        groups.setdefault(row.group, Aggregate()).add(row.time, row.seq, row.value, distinct=distinct)
    return found


def _by_minute(rows: Iterable[Row], *, distinct: bool) -> dict[tuple[str | None, int, Group], Aggregate]:
    """Aggregate rows by customer, minute and group."""
    found: dict[tuple[str | None, int, Group], Aggregate] = {}
    for row in rows:
        key = (row.customer, row.time // LENGTHS[-1], row.group)
        aggregate = found.get(key)
        if aggregate is None:
            aggregate = found[key] = Aggregate()
        aggregate.add(row.time, row.seq, row.value, distinct=distinct)
    return found
