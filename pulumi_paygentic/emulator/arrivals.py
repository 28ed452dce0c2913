"""How many events of each type have come, and which was the newest: kept, and brought up to date when asked."""

from __future__ import annotations

from pulumi_paygentic.emulator.store import Store

Count = tuple[int, int]


class Arrivals:
    """By merchant and type, as far as the events have been seen."""

    def __init__(self) -> None:
        self._seen = 0
        self._counts: dict[str, dict[str, Count]] = {}

    def catch_up(self, store: Store) -> None:
        # An index has the groups in order, but all of them: of the new ones there are few.
        rows = store.sql(
            "SELECT merchant, type, count(*), max(seq) FROM events NOT INDEXED WHERE seq > ? GROUP BY merchant, type",
            (self._seen,),
        )
        for merchant, kind, count, newest in rows:
            counts = self._counts.setdefault(merchant, {})
            counts[kind] = (counts.get(kind, (0, 0))[0] + count, newest)
            self._seen = max(self._seen, newest)

    def counts(self, merchant: str) -> dict[str, int]:
        """How many there are of each type."""
        return {kind: count for kind, (count, _) in self._counts.get(merchant, {}).items()}

    def newest(self, merchant: str, kind: str) -> int:
        """The number of the newest one of a type; 0 where there is none."""
        return self._counts.get(merchant, {}).get(kind, (0, 0))[1]


def of(store: Store) -> Arrivals:
    arrivals: Arrivals = store.derived.setdefault(Arrivals, Arrivals())
    arrivals.catch_up(store)
    return arrivals
