"""The lines of a plan on one side of the change, each with the price resource that fills it.

A new or replaced price has no id yet, so a plan's line is `[unknown]` in the preview. It is resolved from resource to
resource: by the id where it is known, by the price that filled the line before, by the name of the resource, by the
metric or fee, and last by elimination.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pulumi_paygentic.changes.preview.charges import referred
from pulumi_paygentic.changes.preview.index import Entry, Index
from pulumi_paygentic.changes.preview.resource import Resource
from pulumi_paygentic.changes.values import UNKNOWN, Unknown

T = TypeVar("T")


@dataclass(slots=True)
class Slot:
    """One line: its key, its price's id or `UNKNOWN`, and its price resource if that is known.

    A list has no keys: those that the API makes up for it say nothing.
    """

    key: str
    id: str | Unknown
    entry: Entry | None = None


def slots_before(index: Index, plan: Resource) -> list[Slot]:
    """The lines that the plan has now."""
    return _slots(index, plan.inputs.get("prices", plan.outputs.get("prices")))


def slots_after(index: Index, plan: Resource, before: list[Slot]) -> list[Slot] | None:
    """The lines that the plan will have; None if not even their number is known."""
    declared = plan.inputs.get("prices")
    if declared is UNKNOWN:
        return None
    if declared is None:
        return before
    slots = _slots(index, declared)
    _resolve(index, plan, slots, before)
    return slots


def _resolve(index: Index, plan: Resource, slots: list[Slot], before: list[Slot]) -> None:
    """Find the price resource of every line of unknown id."""
    named = [index.entries[urn] for urn in plan.dependencies.get("prices", ()) if urn in index.entries]
    # The id of a price that stays would be known.
    free = {entry.urn: entry for entry in named if entry.either.kind.__name__ == "Price" and not entry.stays}
    old = {slot.key: slot.entry for slot in before if slot.key and slot.entry is not None}
    open_slots = [slot for slot in slots if slot.id is UNKNOWN]
    rules: tuple[tuple[Callable[[Slot], Any], Callable[[Entry], Any]], ...] = (
        (lambda slot: old[slot.key].urn if slot.key in old else None, lambda entry: entry.urn),
        (lambda slot: slot.key or None, lambda entry: entry.either.name),
        (lambda slot: _source_urn(index, old.get(slot.key)), lambda entry: _source_urn(index, entry)),
    )
    for of_slot, of_entry in rules:
        by_value = unique(free.values(), of_entry)
        for value, slot in unique([slot for slot in open_slots if slot.entry is None], of_slot).items():
            if value in by_value:
                slot.entry = free.pop(by_value[value].urn)
    rest = [slot for slot in open_slots if slot.entry is None]
    if len(rest) == len(free):
        for slot, urn in zip(rest, sorted(free), strict=True):
            slot.key = slot.key if len(rest) == 1 else ""  # the lines are these, under which keys nobody knows
            slot.entry = free[urn]


def unique(items: Iterable[T], rule: Callable[[T], Any]) -> dict[Any, T]:
    """Return the items by a value of theirs, without values that several have, and without None."""
    by_value: dict[Any, list[T]] = {}
    for item in items:
        if (value := rule(item)) is not None:
            by_value.setdefault(value, []).append(item)
    return {value: found[0] for value, found in by_value.items() if len(found) == 1}


def _source_urn(index: Index, entry: Entry | None) -> str | None:
    """The URN of the metric or fee that a price charges for."""
    if entry is None:
        return None
    fields = {"billable_metric_id": {"BillableMetric"}, "fee_id": {"Fee"}}
    found = (referred(index, entry.either, field, kinds) for field, kinds in fields.items())
    return next((source.urn for source in found if source is not None), None)


def _slots(index: Index, prices: Any) -> list[Slot]:
    """The lines of a mapping, or of a list without keys."""
    pairs = prices.items() if isinstance(prices, Mapping) else [("", price) for price in prices or ()]
    return [Slot(key, price, index.by_id.get(price) if isinstance(price, str) else None) for key, price in pairs]
