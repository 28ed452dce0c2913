"""The changes of single objects, with what stays in the account although Pulumi says delete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pulumi_paygentic.changes.object_change import ObjectChange, Op
from pulumi_paygentic.changes.preview.fields import drift_of, field_changes
from pulumi_paygentic.changes.preview.index import Entry, Index
from pulumi_paygentic.changes.preview.resource import Resource
from pulumi_paygentic.changes.preview.slots import slots_before

_QUIET = frozenset({"same", "read", "refresh"})


class Holders:
    """The plans and prices that hold an object now, and that keep the API from deleting it."""

    def __init__(self, index: Index) -> None:
        self._plans: dict[str, set[str]] = {}
        for plan in index.of_kind("Plan"):
            for slot in slots_before(index, plan.before) if plan.before is not None else ():
                self._add(slot.id, self._plans, plan.before)
        self._prices: dict[str, set[str]] = {}
        for price in index.of_kind("Price"):
            if price.before is not None and price.before.id in self._plans:
                for field in ("fee_id", "feature_id"):
                    self._add(price.before.inputs.get(field), self._prices, price.before)

    def reason(self, resource: Resource) -> str:
        """The reason for which the object stays in the account; empty if nothing known keeps it."""
        if resource.retain_on_delete:
            return "retain_on_delete is set"
        if not resource.kind.deletable:
            return f"the API can't delete {_article(resource.kind.title)}"
        plans, prices = self._plans.get(resource.id or "", set()), self._prices.get(resource.id or "", set())
        if plans:
            return f"versions of {_listed('plan', plans)} hold it"
        return f"{_listed('price', prices)} of a plan's version uses it" if prices else ""

    @staticmethod
    def _add(held: object, holders: dict[str, set[str]], holder: Resource | None) -> None:
        if isinstance(held, str) and holder is not None:
            holders.setdefault(held, set()).add(holder.title)


def object_changes(index: Index) -> Iterator[ObjectChange]:
    """Every object that does not stay as it is."""
    holders = Holders(index)
    for entry in index.entries.values():
        if entry.op not in _QUIET:
            yield _change(index, entry, holders)
    for leftover in index.leftovers:
        entry = Entry(leftover.urn, "delete", before=leftover)
        yield _change(index, entry, holders)


def operation(entry: Entry) -> Op:
    """The operation, in a changeset's words."""
    if entry.drifted:
        if entry.op == "create":
            return "gone"
        if entry.op == "update" and entry.recorded is not None and entry.after is not None:
            return "drift" if entry.recorded.inputs == entry.after.inputs else "update"
    return entry.op


def _change(index: Index, entry: Entry, holders: Holders) -> ObjectChange:
    op = operation(entry)
    goes = entry.before if op in {"delete", "replace"} else None
    retained = "" if goes is None else holders.reason(goes)
    either = entry.either
    return ObjectChange(
        urn=entry.urn,
        kind=either.kind.__name__,
        name=either.name,
        title=either.title,
        op="retain" if op == "delete" and retained else op,
        fields=field_changes(index, entry),
        drift=drift_of(index, entry),
        id=entry.before.id if entry.before is not None else entry.recorded.id if entry.recorded is not None else None,
        merchant_id=either.merchant_id,
        position=None if entry.after is None else entry.after.position,
        retained=retained,
    )


def _article(title: str) -> str:
    return f"an {title}" if title[0] in "aeiou" else f"a {title}"


def _listed(noun: str, names: Iterable[str]) -> str:
    """The first names, and the number of the others."""
    found = sorted(names)
    shown = ", ".join(f"'{name}'" for name in found[:3])
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return f"{noun}{'s' if len(found) > 1 else ''} {shown}{more}"
