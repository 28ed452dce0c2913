"""The lines of a plan before and after, matched: by key, then by price, then by metric or fee."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pulumi_paygentic.changes.plan_change import LineChange
from pulumi_paygentic.changes.preview.charges import Charge, Side, charge
from pulumi_paygentic.changes.preview.index import Entry, Index
from pulumi_paygentic.changes.preview.slots import Slot, slots_after, slots_before, unique
from pulumi_paygentic.changes.values import UNKNOWN

_FORMER = "__former"
"""The hidden output of a price with the ids that its resource had before."""


def line_changes(index: Index, plan: Entry) -> tuple[LineChange, ...]:
    """Every line of a plan: first in the order of the plan after, then the removed ones.

    A plan that is only deleted stays in the account with all of its lines.
    """
    old = [] if plan.before is None else slots_before(index, plan.before)
    if plan.after is None:
        lines = [_line(index, slot, None) for slot in old]
        return tuple(replace(line, after=line.before, price_id_after=line.price_id) for line in lines)
    new = slots_after(index, plan.after, old)
    if new is None:
        lines = [replace(_line(index, slot, None), after=UNKNOWN) for slot in old]
        return tuple(lines or [LineChange(key="", name="", after=UNKNOWN)])
    found = _matched(index, old, new)
    matched = {id(slot) for slot in found.values()}
    return (
        *(_line(index, found.get(id(slot)), slot) for slot in new),
        *(_line(index, slot, None) for slot in old if id(slot) not in matched),
    )


def _matched(index: Index, old: list[Slot], new: list[Slot]) -> dict[int, Slot]:
    """The line before of each line after, by the identity of the latter."""
    rules: tuple[Callable[[Slot], Any], ...] = (
        lambda slot: slot.key or None,
        lambda slot: None if slot.entry is None else slot.entry.urn,
        lambda slot: slot.id if isinstance(slot.id, str) else None,
        lambda slot: _metered(index, slot),
    )
    found: dict[int, Slot] = {}
    for rule in rules:
        matched = {id(slot) for slot in found.values()}
        by_value = unique([slot for slot in old if id(slot) not in matched], rule)
        for value, slot in unique([slot for slot in new if id(slot) not in found], rule).items():
            if value in by_value:
                found[id(slot)] = by_value[value]
    return found


def _metered(index: Index, slot: Slot) -> tuple[str, str] | None:
    """The kind and the name of the metric or fee."""
    if slot.entry is None:
        return None
    found = charge(index, slot.entry, "before" if slot.entry.after is None else "after")
    kind = "" if found.pricing is UNKNOWN else found.pricing.source.kind
    return (kind, found.metered) if found.metered else None


def _line(index: Index, before: Slot | None, after: Slot | None) -> LineChange:
    """A line of which at least one side is there."""
    old, new = _charge(index, before, "before"), _charge(index, after, "after")
    entry = None if after is None else after.entry
    return LineChange(
        key=_key(after) or _key(before),
        name=new.name or old.name,
        name_before=None if before is None else old.name,
        before=None if before is None else old.pricing,
        after=None if after is None else new.pricing,
        price_id=_known(before),
        price_id_after=_known(after),
        price_urn=None if entry is None else entry.urn,
        former_ids=() if entry is None or entry.before is None else tuple(entry.before.outputs.get(_FORMER, ())),
        metered=new.metered or old.metered,
        unit=new.unit or old.unit,
        position=None if entry is None else entry.either.position,
    )


def _charge(index: Index, slot: Slot | None, side: Side) -> Charge:
    return Charge(UNKNOWN) if slot is None or slot.entry is None else charge(index, slot.entry, side)


def _key(slot: Slot | None) -> str:
    return "" if slot is None else slot.key


def _known(slot: Slot | None) -> str | None:
    return slot.id if slot is not None and isinstance(slot.id, str) else None
