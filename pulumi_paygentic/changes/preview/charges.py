"""The charge of a price resource on either side of the change, with the metric or fee that it charges for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from pulumi_paygentic.changes.preview.index import Entry, Index
from pulumi_paygentic.changes.preview.resource import Resource
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.values import UNKNOWN, Unknown

Side = Literal["before", "after"]


class Charge(NamedTuple):
    """A price's charge, the name of what it charges for, and that metric's unit."""

    pricing: Pricing | Unknown
    name: str = ""
    metered: str = ""
    unit: str = ""


def on(entry: Entry, side: Side) -> Resource | None:
    """The resource on one side."""
    return entry.before if side == "before" else entry.after


def referred(index: Index, owner: Resource, field: str, kinds: set[str]) -> Entry | None:
    """The object that an argument names by its id; None if it is none of the stack's, or not known for certain."""
    value = owner.inputs.get(field)
    if isinstance(value, str):
        return index.by_id.get(value)
    urns = [urn for urn in owner.dependencies.get(field, ()) if urn in index.entries]
    found = [index.entries[urn] for urn in urns if index.entries[urn].either.kind.__name__ in kinds]
    return found[0] if value is UNKNOWN and len(found) == 1 else None


def charge(index: Index, entry: Entry, side: Side) -> Charge:
    """The charge of a price; `UNKNOWN` where a value that decides it is not known or is secret."""
    price = on(entry, side)
    if price is None:
        return Charge(UNKNOWN, entry.either.title)
    values = _values(entry, price, side)
    is_fee = values.get("fee_id") is not None
    field, kind = ("fee_id", "Fee") if is_fee else ("billable_metric_id", "BillableMetric")
    source = referred(index, price, field, {kind})
    declared: Mapping[str, Any] = {}
    if source is not None:
        declared = (on(source, side) or source.either).inputs
    source_id = source.before.id if source is not None and source.before is not None and source.stays else None
    try:
        pricing: Pricing | Unknown = Pricing.of(values, declared, source_id=source_id)
    except ValueError:
        pricing = UNKNOWN
    return Charge(pricing, price.title, _text(declared.get("name")), "" if is_fee else _text(declared.get("unit")))


def _values(entry: Entry, price: Resource, side: Side) -> Mapping[str, Any]:
    """The price's arguments; those that the program never declares are as the account has them."""
    fields = price.kind.inputs()
    if side == "before":
        return {**{name: value for name, value in price.outputs.items() if name in fields}, **price.inputs}
    if not entry.stays or entry.before is None:
        return price.inputs
    unmanaged = {
        name: value
        for name, value in entry.before.outputs.items()
        if name in fields and name not in entry.before.inputs and name not in price.inputs
    }
    return {**unmanaged, **price.inputs}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
