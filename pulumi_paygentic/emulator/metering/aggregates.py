"""Aggregates of events in memory, so that no event is read twice.

New events are added to them. Any other change of events drops all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pulumi_paygentic.emulator.metering.timelines import Series, SeriesKey

_ROOM = 2_000_000
"""A distinct value weighs 1, an aggregate 10; at 85 to 125 bytes for each unit, this is 250 MB."""


@dataclass(slots=True)
class Aggregates:
    """The series of each key, the one that was asked for last at the end."""

    room: int = _ROOM
    series: dict[SeriesKey, Series] = field(default_factory=dict)

    def drop(self) -> None:
        self.series.clear()

    @property
    def weight(self) -> int:
        return sum(series.weight for series in self.series.values())

    def make_room(self, newest: SeriesKey) -> bool:
        """Drop the least recently used series until the rest fits; False if `newest` alone does not."""
        weight = self.weight
        for key in [key for key, series in self.series.items() if series.weight and key != newest]:
            if weight > self.room:
                weight -= self.series.pop(key).weight
        return weight <= self.room
