"""The lines of plan versions: a key and a price each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pulumi_paygentic.emulator.storage.store import Record, Store, read_record


class VersionLine(NamedTuple):
    key: str
    price_id: str


def write(store: Store, plan_id: str, version_id: str, lines: Sequence[VersionLine]) -> None:
    """Replace the version's lines by these, in this order."""
    store.sql("DELETE FROM slots WHERE version = ?", (version_id,))
    for position, line in enumerate(lines):
        store.sql("INSERT INTO slots VALUES (?, ?, ?, ?, ?)", (version_id, plan_id, position, *line))


def lines_of(store: Store, version_id: str) -> list[VersionLine]:
    rows = store.sql("SELECT key, price FROM slots WHERE version = ? ORDER BY position", (version_id,))
    return [VersionLine(*row) for row in rows]


def prices_of(store: Store, version_id: str) -> list[tuple[str, bool, Record]]:
    """Each line's key, whether its price is deleted, and the price."""
    rows = store.sql(
        "SELECT slots.key, objects.deleted, objects.body FROM slots JOIN objects ON objects.id = slots.price"
        " WHERE slots.version = ? ORDER BY slots.position",
        (version_id,),
    )
    return [(key, bool(deleted), read_record(body)) for key, deleted, body in rows]


def keys_of_plan(store: Store, plan_id: str) -> set[str]:
    """Every key that any version of the plan has held."""
    return {key for (key,) in store.sql("SELECT DISTINCT key FROM slots WHERE plan = ?", (plan_id,))}


def plans_with(store: Store, price_id: str) -> list[str]:
    return [plan for (plan,) in store.sql("SELECT DISTINCT plan FROM slots WHERE price = ? ORDER BY plan", (price_id,))]


def versions_with(store: Store, price_id: str) -> list[str]:
    return [version for (version,) in store.sql("SELECT version FROM slots WHERE price = ?", (price_id,))]


def exchange(store: Store, plan_id: str, one: str, other: str) -> None:
    """Rename `one` to `other`, and back, in every version of the plan."""
    store.sql(
        "UPDATE slots SET price = CASE price WHEN ? THEN ? ELSE ? END WHERE plan = ? AND price IN (?, ?)",
        (one, other, one, plan_id, one, other),
    )
