"""What has been worked out of events and is kept in memory, so that nothing that was read is read again.

Events are only ever added, so with every further one it is taken on. Whatever else happens to events drops all of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pulumi_paygentic.emulator.timelines import Reading, Series

_ROOM = 2_000_000
"""A distinct value takes 1 of it, a tally 10; at 85 to 125 bytes each these are 250 MB."""


@dataclass(slots=True)
class Arrivals:
    """How many events of each type have come, and which was the newest, as far as they have been seen."""

    seen: int = 0
    by_merchant: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    """Count and newest of each type."""

    def add(self, merchant: str, kind: str, count: int, newest: int) -> None:
        counts = self.by_merchant.setdefault(merchant, {})
        counts[kind] = (counts.get(kind, (0, 0))[0] + count, newest)
        self.seen = max(self.seen, newest)

    def counts(self, merchant: str) -> dict[str, int]:
        """How many there are of each type."""
        return {kind: count for kind, (count, _) in self.by_merchant.get(merchant, {}).items()}

    def newest(self, merchant: str, kind: str) -> int:
        """The number of the newest one of a type; 0 where there is none."""
        return self.by_merchant.get(merchant, {}).get(kind, (0, 0))[1]


@dataclass(slots=True)
class Aggregates:
    """The counts of arrivals, and the timelines of each reading, the one that was asked for last at the end."""

    room: int = _ROOM
    arrivals: Arrivals = field(default_factory=Arrivals)
    series: dict[Reading, Series] = field(default_factory=dict)

    def drop(self) -> None:
        self.arrivals = Arrivals()
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
