"""Durations of ISO 8601, for fields, billing periods and the clock."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import NamedTuple

_DURATION = re.compile(
    r"P(?=[\dT])(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?"
    r"(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?",
    re.ASCII,
)
_MONTH = timedelta(seconds=2_629_746)
"""A month of the Gregorian calendar on average."""


class Duration(NamedTuple):
    """A calendar length and an exact one. Both zero means once."""

    months: int
    exact: timedelta

    @property
    def recurs(self) -> bool:
        return bool(self.months or self.exact)

    @property
    def average(self) -> timedelta:
        """The length with average months: for estimates, never for billing."""
        return self.months * _MONTH + self.exact


DAILY = Duration(0, timedelta(days=1))


def parse(text: str) -> Duration:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError("must be an ISO 8601 duration")
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    exact = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return Duration(years * 12 + months, exact)


def parse_exact(text: str) -> timedelta:
    """Read an exact length of time; years and months have none and are refused."""
    duration = parse(text)
    if duration.months:
        raise ValueError("must be a duration in weeks, days, hours, minutes or seconds")
    return duration.exact


def at_least_daily(duration: Duration) -> Duration:
    """The duration, or a day where it is shorter: nothing is billed more often."""
    return DAILY if not duration.months and duration.exact < DAILY.exact else duration
