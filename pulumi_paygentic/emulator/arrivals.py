"""How many events of each type have come, and which was the newest: kept, and brought up to date when asked."""

from __future__ import annotations

from pulumi_paygentic.emulator.aggregates import Arrivals
from pulumi_paygentic.emulator.store import Store


def of(store: Store) -> Arrivals:
    arrivals = store.aggregates.arrivals
    # An index has the groups in order, but all of them: of the new ones there are few.
    rows = store.sql(
        "SELECT merchant, type, count(*), max(seq) FROM events NOT INDEXED WHERE seq > ? GROUP BY merchant, type",
        (arrivals.seen,),
    )
    for row in rows:
        arrivals.add(*row)
    return arrivals
