"""The snapshot: a whole account, a stack's state or an exported file, as one value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

from pulumi_paygentic.catalog import BillableMetric, CatalogObject, Feature, Fee, Plan, Price, Product, all_kinds
from pulumi_paygentic.snapshot.objects import Ref, SnapshotObject, known_kind, map_references, references

_BEFORE_ALL_OTHERS = (Product, BillableMetric, Fee, Feature, Price, Plan)


def kind_order() -> tuple[type[CatalogObject], ...]:
    """Every kind, each after those that it refers to."""
    return (*_BEFORE_ALL_OTHERS, *(kind for kind in all_kinds() if kind not in _BEFORE_ALL_OTHERS))


def position(one: SnapshotObject) -> tuple[int, str, str]:
    """The place of an object in its snapshot."""
    names = _names_in_order()
    return names.get(one.kind, len(names)), one.kind, one.key


@cache
def _names_in_order() -> dict[str, int]:
    return {kind.__name__: number for number, kind in enumerate(kind_order())}


class Problem(NamedTuple):
    """Something that the snapshot lacks or that this version does not understand: one sentence for a person.

    `code` is `forbidden` (a list that the key may not read), `unknown-kind`, `unknown-field`, `dangling` (a reference
    to an object that the snapshot lacks), `twins` (objects with one natural key) or `unreadable` (an object that could
    not be understood). `subject` is the kind, or the key of the object.
    """

    code: str
    subject: str
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Snapshot:
    """The objects of one source, in one order: by kind, each after those it refers to, and by key.

    `source` says to a person where they come from. `unread` are the kinds that could not be read whole: nothing follows
    from the absence of such an object. `whole` is False for a source that has only some of an account's objects, such
    as one stack.
    """

    source: str
    objects: tuple[SnapshotObject, ...]
    problems: tuple[Problem, ...] = ()
    merchant_id: str | None = None
    environment: str | None = None
    unread: frozenset[str] = frozenset()
    whole: bool = True

    def __iter__(self) -> Iterator[SnapshotObject]:
        return iter(self.objects)

    def __len__(self) -> int:
        return len(self.objects)

    def of(self, kind: type[CatalogObject]) -> tuple[SnapshotObject, ...]:
        """The objects of a kind, by key."""
        return self._by_kind.get(kind.__name__, ())

    def __getitem__(self, ref: Ref) -> SnapshotObject:
        return self._by_ref[ref]

    def find(self, ref: Any) -> SnapshotObject | None:
        """The object that a value refers to; None for anything that is no reference into this snapshot."""
        return self._by_ref.get(ref) if isinstance(ref, Ref) else None

    def by_id(self, object_id: str | None) -> SnapshotObject | None:
        """The object of this id, None if the snapshot has none."""
        return self._by_id.get(object_id) if object_id else None

    def plans_of(self, price: Ref) -> tuple[SnapshotObject, ...]:
        """The plans that bill from the price now."""
        return self._plans.get(price, ())

    def product_of(self, one: SnapshotObject) -> SnapshotObject | None:
        """The product that the object belongs to; a price belongs to that of its metric or fee."""
        if one.kind == Product.__name__:
            return one
        for name in ("product_id", "billable_metric_id", "fee_id", "plan_id"):
            parent = self.find(one.values.get(name))
            if parent is not None:
                return self.product_of(parent)
        return None

    def outputs(self, one: SnapshotObject) -> dict[str, Any]:
        """The object's values as the provider's state has them after a read: with ids, dates and the merchant."""

        def to_id(reference: Any) -> str | None:
            target = self.find(reference)
            return target.id if target else str(reference)

        values = {name: map_references(value, to_id) for name, value in one.values.items()}
        if isinstance(values.get("prices"), Mapping):
            values["prices"] = list(values["prices"].values())
        merchant = {"merchant_id": self.merchant_id} if self.merchant_id and known_kind(one.kind) else {}
        return {**merchant, **values, **one.computed}

    @cached_property
    def _by_kind(self) -> dict[str, tuple[SnapshotObject, ...]]:
        grouped: dict[str, list[SnapshotObject]] = {}
        for one in self.objects:
            grouped.setdefault(one.kind, []).append(one)
        return {kind: tuple(objects) for kind, objects in grouped.items()}

    @cached_property
    def _by_ref(self) -> dict[Ref, SnapshotObject]:
        return {one.ref: one for one in self.objects}

    @cached_property
    def _by_id(self) -> dict[str, SnapshotObject]:
        return {one.id: one for one in self.objects if one.id is not None}

    @cached_property
    def _plans(self) -> dict[Ref, tuple[SnapshotObject, ...]]:
        found: dict[Ref, dict[Ref, SnapshotObject]] = {}
        for plan in self.of(Plan):
            if not plan.is_archived:
                for price in references(plan.values.get("prices")):
                    found.setdefault(price, {})[plan.ref] = plan
        return {price: tuple(plans.values()) for price, plans in found.items()}
