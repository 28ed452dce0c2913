"""What has been worked out of events and is kept in memory, so that nothing that was read is read again.

Events are only ever added, so with every further one it is taken on. Whatever else happens to events drops all of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pulumi_paygentic.emulator.metering.timelines import Reading, Series

_ROOM = 2_000_000
"""A distinct value takes 1 of it, a tally 10; at 85 to 125 bytes each these are 250 MB."""


@dataclass(slots=True)
class Aggregates:
    """The timelines of each reading, the one that was asked for last at the end."""

    room: int = _ROOM
    series: dict[Reading, Series] = field(default_factory=dict)

    def drop(self) -> None:
        self.series.clear()

    @property
    def weight(self) -> int:
        return sum(series.weight for series in self.series.values())

    def make_room(self, newest: Reading) -> bool:
        """Drop what was asked for least recently until the rest has room; False if `newest` alone has not."""
        weight = self.weight
        for reading in [reading for reading, series in self.series.items() if series.weight and reading != newest]:
            if weight > self.room:
                weight -= self.series.pop(reading).weight
        return weight <= self.room
