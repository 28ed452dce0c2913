"""Events added up by day, hour and minute. Pure: rows in, tallies out.

A stretch of time that a question covers whole answers by its tallies. Only a minute that it covers in part, with events
on both sides of the line, has to be read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pulumi_paygentic.emulator.metering.aggregation import Tally

SUBJECT = "subject"
LENGTHS = (86_400_000, 3_600_000, 60_000)
"""Of the stretches within a timeline, and within each other, in milliseconds."""
_TALLY = 10
"""How much a tally weighs, where a distinct value weighs 1."""
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
        """Take in a tally here and in the stretches within that start so; answers how much more it weighs by that."""
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

    def between(
        self, start: int, end: int, depth: int, level: int = 0, at: int = 0
    ) -> Iterator[tuple[int, Groups | None]]:
        """The tallies from start to end, no coarser than `depth`; None stands for a minute that has to be read."""
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
        """The starts of the stretches within that a span touches: found by their starts, where these are the fewer."""
        starts = range(start - start % length, end, length)
        return [at for at in starts if at in self.within] if len(starts) < len(self.within) else list(self.within)


@dataclass(slots=True)
class Series:
    """The timelines of a reading: everybody's, and where it is by customer, each one's besides."""

    seen: int = 0
    weight: int = 0
    timelines: dict[str | None, Stretch] = field(default_factory=dict)
    given_up: bool = False
    """It has more than there is room for: nothing is kept, and every question is answered from the table."""

    def add(self, rows: Iterable[Row], *, distinct: bool) -> None:
        for (customer, minute, group), tally in _tallied(rows, distinct=distinct).items():
            time = minute * LENGTHS[-1]
            starts = [time - time % length for length in LENGTHS]
            for whose in {None, customer}:
                timeline = self.timelines.setdefault(whose, Stretch())
                # Distinct values would be as many again in each hour and day, which are no quicker to add up.
                self.weight += timeline.add(group, tally, starts, only_minutes=distinct)

    def give_up(self) -> None:
        self.timelines, self.weight, self.given_up = {}, 0, True


def tallied(rows: Iterable[Row], length: int, *, distinct: bool) -> dict[int, Groups]:
    """Groups by the start of the stretch of that length that they lie in; without a length there is one."""
    found: dict[int, Groups] = {}
    for row in rows:
        groups = found.setdefault(row.time - row.time % length if length else 0, {})
        groups.setdefault(row.group, Tally()).add(row.time, row.seq, row.value, distinct=distinct)
    return found


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
