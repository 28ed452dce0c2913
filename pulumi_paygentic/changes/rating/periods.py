"""The periods of a subscription: every boundary is its anchor plus a whole number of cadences."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from fractions import Fraction

from pulumi_paygentic.changes.cadence import Cadence

_DAY = 86_400


def step(moment: datetime, cadence: Cadence, count: int) -> datetime:
    """Return the moment plus so many cadences; a day that the month lacks becomes its last."""
    months = moment.month - 1 + cadence.months * count
    year, month = moment.year + months // 12, months % 12 + 1
    day = min(moment.day, monthrange(year, month)[1])
    fixed = timedelta(days=cadence.days, seconds=cadence.seconds)
    return moment.replace(year=year, month=month, day=day) + fixed * count


def boundary_after(anchor: datetime, cadence: Cadence, moment: datetime) -> datetime:
    """Return the first boundary that is later than the moment. Raises ValueError if nothing recurs."""
    if cadence.is_once:
        raise ValueError("nothing recurs")
    count = _count(anchor, cadence, moment)
    while step(anchor, cadence, count) > moment:
        count -= 1
    while step(anchor, cadence, count) <= moment:
        count += 1
    return step(anchor, cadence, count)


def whole_window(anchor: datetime, cadence: Cadence, end: datetime) -> tuple[datetime, datetime]:
    """Return the full period that ends at a boundary, or that holds the moment if it is none."""
    last = boundary_after(anchor, cadence, end - timedelta(microseconds=1))
    count = _count(anchor, cadence, last)
    while step(anchor, cadence, count) < last:
        count += 1
    while step(anchor, cadence, count) >= last:
        count -= 1
    return step(anchor, cadence, count), last


def share_of_period(start: datetime, end: datetime, anchor: datetime, cadence: Cadence) -> Fraction:
    """Return the billed part of the full period: 1 but for a partial one, by time."""
    if cadence.is_once or end <= start:
        return Fraction(1)
    whole_start, whole_end = whole_window(anchor, cadence, end)
    full = whole_end - whole_start
    billed = end - max(start, whole_start)
    return min(Fraction(1), Fraction(billed // timedelta(microseconds=1), full // timedelta(microseconds=1)))


def _count(anchor: datetime, cadence: Cadence, moment: datetime) -> int:
    """A number of cadences that is near the right one, so that a few steps find it."""
    about = cadence.months * 30.436875 * _DAY + cadence.days * _DAY + cadence.seconds
    return int((moment - anchor).total_seconds() // about)
