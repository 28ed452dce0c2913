"""The emulator's clock: the real one, moved by whatever a test asked for."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


class Clock:
    """Every timestamp and every expiry reads this clock, so a test can move all of them at once."""

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
    """As the API writes dates: UTC, milliseconds, `Z`."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
