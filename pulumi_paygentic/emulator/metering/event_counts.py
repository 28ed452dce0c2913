"""Counts of events by type, and the newest event of each, read when asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from pulumi_paygentic.emulator.storage.store import Store


@dataclass(slots=True)
class EventCounts:
    """Counts of events by merchant and type, as far as they have been read."""

    seen: int = 0
    by_merchant: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    """Count and newest of each type."""

    def drop(self) -> None:
        self.seen = 0
        self.by_merchant.clear()

    def add(self, merchant: str, kind: str, count: int, newest: int) -> None:
        counts = self.by_merchant.setdefault(merchant, {})
        counts[kind] = (counts.get(kind, (0, 0))[0] + count, newest)
        self.seen = max(self.seen, newest)

    def counts(self, merchant: str) -> dict[str, int]:
        """The merchant's number of events by type."""
        return {kind: count for kind, (count, _) in self.by_merchant.get(merchant, {}).items()}

    def newest(self, merchant: str, kind: str) -> int:
        """The number of the newest event of a type; 0 if there is none."""
        return self.by_merchant.get(merchant, {}).get(kind, (0, 0))[1]


def of(store: Store) -> EventCounts:
    """The store's counts, up to date."""
    counts = store.derived(EventCounts)
    # An index would read the groups of all events; new events are few.
    rows = store.sql(
        "SELECT merchant, type, count(*), max(seq) FROM events NOT INDEXED WHERE seq > ? GROUP BY merchant, type",
        (counts.seen,),
    )
    for row in rows:
        counts.add(*row)
    return counts
