"""Tables: many objects of one kind that differ in a few values are a table and a loop, not many blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pulumi_paygentic.catalog import BillableMetric, Feature, Fee, Price
from pulumi_paygentic.snapshot.program.declaration import Declaration

LEAST: Final = 8
"""The number of similar objects from which on a table reads better."""
MOST_COLUMNS: Final = 5
_VARYING: Final[Mapping[str, frozenset[str]]] = {
    BillableMetric.__name__: frozenset({"name", "description", "event_type", "value_property"}),
    Feature.__name__: frozenset({"key", "name"}),
    Fee.__name__: frozenset({"name", "description"}),
    Price.__name__: frozenset({"billable_metric_id", "fee_id", "unit_price", "invoice_display_name"}),
}
"""The arguments that may differ from row to row; all others must be equal in all rows."""
COLUMNS: Final = frozenset({"adopt_id"}).union(*_VARYING.values())
"""Every name that a column can have."""


def grouped(declarations: Iterable[Declaration]) -> list[list[Declaration]]:
    """The declarations in groups of those that a table can hold; a declaration with no like is a group of its own.

    Each group stands where its first member stood.
    """
    groups: dict[Any, list[Declaration]] = {}
    for one in declarations:
        groups.setdefault(_shape(one), []).append(one)
    split: list[list[Declaration]] = []
    for shape, members in groups.items():
        is_table = shape[0] is not None and len(members) >= LEAST and len(columns_of(members)) <= MOST_COLUMNS
        split += [members] if is_table else [[member] for member in members]
    return split


def columns_of(rows: list[Declaration]) -> tuple[str, ...]:
    """The arguments in which the rows differ."""
    first = rows[0].arguments
    return tuple(name for name in first if any(row.arguments[name] != first[name] for row in rows))


def _shape(one: Declaration) -> tuple[Any, ...]:
    """The content that all rows of a table share; unlike anything for a declaration that can't be in one."""
    if one.one.kind not in _VARYING or one.notes:
        return (None, one.one.kind, one.name)
    varying = _VARYING[one.one.kind] | {"adopt_id"}
    fixed = tuple((name, repr(value)) for name, value in one.arguments.items() if name not in varying)
    return (one.one.kind, tuple(one.arguments), fixed)
