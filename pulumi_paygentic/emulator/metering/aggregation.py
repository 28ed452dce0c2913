"""Exact sums of measured values.

A value is a number, or a string that is a decimal number; an event that has none counts only where nothing needs one.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Any

LARGEST = Decimal(10) ** 30
EXACT = Context(prec=100)
"""Enough digits for any sum of values that are counted: nothing is ever rounded but an average."""
_NEVER = 2**62
_DECIMAL = re.compile(r"-?\d{1,31}(\.\d{1,31})?", re.ASCII)


@dataclass(slots=True)
class Aggregate:
    """Everything the aggregations need of a set of events, gathered in one pass."""

    events: int = 0
    reports: int = 0
    reported: int = 0
    """Quantities reported by the older paths: their number, and their sum."""
    valued: int = 0
    total: Decimal = Decimal(0)
    least: Decimal | None = None
    most: Decimal | None = None
    latest: tuple[int, int, Decimal] | None = None
    """Time, number and value of the latest event that has one."""
    first: int = _NEVER
    last: int = -1
    """The times of the first and the last event."""
    distinct: set[Any] = field(default_factory=set)

    def add(self, time: int, seq: int, value: Any, *, distinct: bool) -> None:
        """Add an event and its value. For distinct values it need not be a number."""
        self.events += 1
        self.first = min(self.first, time)
        self.last = max(self.last, time)
        if value is None:
            return
        if distinct:
            self.distinct.add(identity(value))
            return
        number = numeric(value)
        if number is None:
            return
        self.valued += 1
        self.total = EXACT.add(number, self.total)
        if self.least is None or number < self.least:
            self.least = number
        if self.most is None or number > self.most:
            self.most = number
        if self.latest is None or (time, seq) > self.latest:
            self.latest = (time, seq, number)

    def report(self, quantity: int, count: int) -> None:
        self.events += count
        self.reports += count
        self.reported += quantity

    def merge(self, other: Aggregate) -> None:
        self.events += other.events
        self.reports += other.reports
        self.reported += other.reported
        self.valued += other.valued
        self.total = EXACT.add(self.total, other.total)
        self.distinct |= other.distinct
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        if other.least is None or other.most is None or other.latest is None:
            return
        self.least = other.least if self.least is None else min(self.least, other.least)
        self.most = other.most if self.most is None else max(self.most, other.most)
        self.latest = other.latest if self.latest is None else max(self.latest, other.latest)

    def result(self, aggregation: str) -> Decimal:
        """The aggregated value plus reported quantities; 0 without events."""
        return EXACT.add(self._aggregated(aggregation), Decimal(self.reported))

    def _aggregated(self, aggregation: str) -> Decimal:
        if aggregation == "COUNT":
            return Decimal(self.events - self.reports)
        if aggregation == "UNIQUE_COUNT":
            return Decimal(len(self.distinct))
        if aggregation == "AVG":
            return EXACT.divide(self.total, self.valued) if self.valued else Decimal(0)
        latest = None if self.latest is None else self.latest[2]
        found = {"SUM": self.total, "MIN": self.least, "MAX": self.most, "LATEST": latest}[aggregation]
        return Decimal(0) if found is None else found


def numeric(value: Any) -> Decimal | None:
    """The value as a number, if it can be counted exactly."""
    match value:
        case bool():
            return None
        case str():
            number = Decimal(value) if _DECIMAL.fullmatch(value) else None
        case int() | Decimal():
            number = Decimal(value)
        case float():
            number = Decimal(repr(value))
        case _:
            return None
    return number if number is not None and -LARGEST <= number <= LARGEST else None


def identity(value: Any) -> Hashable:
    """The identity of a value: numbers by their worth, everything else by its text."""
    return value if isinstance(value, str | int | float | Decimal) and not isinstance(value, bool) else repr([value])
