"""The emulator's clock, and the two forms of time: RFC 3339 in the API, milliseconds since 1970 in the store."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_DATE_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,30}))?(?:[Zz]|([+-]\d{2}:\d{2}))", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Clock:
    """The real clock plus an offset. Every timestamp and every expiry reads it, so one move reaches all of them."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(timezone.utc) + self._offset

    def stamp(self) -> str:
        return timestamp(self.now())

    def set(self, moment: datetime) -> None:
        self._offset = moment - datetime.now(timezone.utc)

    def reset(self) -> None:
        self._offset = timedelta()


def timestamp(moment: datetime) -> str:
    """Write a moment as the API does: UTC, milliseconds, `Z`."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_date_time(value: str) -> datetime:
    """Read RFC 3339 with an offset, as the description's `date-time` asks."""
    match = _DATE_TIME.fullmatch(value)
    if match is None:
        raise ValueError("must be an ISO 8601 date-time with an offset")
    date, time, fraction, offset = match.groups(default="")
    try:
        moment = datetime.fromisoformat(f"{date}T{time}.{fraction:0<6.6}{offset or '+00:00'}")
        return moment.astimezone(timezone.utc)
    except OverflowError as error:
        raise ValueError("is out of range") from error


def milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def moment(time: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=time)
