"""The table of usage that the older paths report: quantities of metrics, one report for each key."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from pulumi_paygentic.emulator.storage.store import Store

_COLUMNS = "id, merchant, customer, subscription, time, key, body"


class Usage(NamedTuple):
    id: str
    merchant: str
    customer: str
    subscription: str
    time: int
    key: str
    body: str
    """The rest of what the API shows of it, as JSON."""


def find(store: Store, merchant: str, *, usage_id: str | None = None, key: str | None = None) -> Usage | None:
    rows = store.sql(
        f"SELECT {_COLUMNS} FROM usage WHERE merchant = ? AND (id = ? OR key = ?)",  # noqa: S608
        (merchant, usage_id, key),
    )
    return Usage(*rows[0]) if rows else None


def owner(store: Store, usage_id: str) -> str | None:
    rows = store.sql("SELECT merchant FROM usage WHERE id = ?", (usage_id,))
    return rows[0][0] if rows else None


def insert(store: Store, usage: Usage) -> None:
    store.sql(f"INSERT INTO usage ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", usage)  # noqa: S608
    for entry in json.loads(usage.body)["properties"]:
        store.sql(
            "INSERT INTO usage_lines (usage, merchant, customer, subscription, metric, time, quantity)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*usage[:4], entry["billableMetricId"], usage.time, entry["quantity"]),
        )


def refund(store: Store, usage: Usage, refund: dict[str, Any]) -> Usage:
    """Refund usage: it is measured no more, and stays readable with the reason."""
    refunded = usage._replace(body=json.dumps({**json.loads(usage.body), "refund": refund}))
    store.sql("UPDATE usage SET body = ? WHERE id = ?", (refunded.body, usage.id))
    store.sql("DELETE FROM usage_lines WHERE usage = ?", (usage.id,))
    return refunded


def page(
    store: Store, merchant: str, where: dict[str, Any], between: tuple[int, int], window: tuple[int, int]
) -> tuple[list[Usage], int]:
    """A page of usage between two moments, both included, the latest first; and how much there is in all."""
    clauses = ["merchant = ?", "time BETWEEN ? AND ?", *(f"{column} = ?" for column in where)]
    condition, parameters = " AND ".join(clauses), [merchant, *between, *where.values()]
    rows = store.sql(
        f"SELECT {_COLUMNS} FROM usage WHERE {condition} ORDER BY time DESC, seq DESC LIMIT ? OFFSET ?",  # noqa: S608
        [*parameters, *window],
    )
    [(total,)] = store.sql(f"SELECT count(*) FROM usage WHERE {condition}", parameters)  # noqa: S608
    return [Usage(*row) for row in rows], total
