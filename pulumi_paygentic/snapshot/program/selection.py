"""The objects that a program declares, and a reason for each that it does not.

Declared is what can be declared without a guess. A price is declared if a plan bills from it now. Objects that share a
natural key are left out, because no two resources may declare one; so are objects that the provider itself would
refuse. Whatever refers to an object that is left out names it by its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pulumi_paygentic.catalog import Mark, Plan, Price, Product
from pulumi_paygentic.snapshot.objects import Ref, SnapshotObject
from pulumi_paygentic.snapshot.program.declaration import arguments_of, literal_ids, problems_of
from pulumi_paygentic.snapshot.snapshot import Snapshot


class Omission(NamedTuple):
    """An object that the program does not declare, with the reason. `expected` marks what needs nobody's attention."""

    kind: str
    key: str
    id: str
    reason: str
    expected: bool = False


class Remark(NamedTuple):
    """Something to know about a declared object: one sentence. `is_note` marks what the program says as well."""

    kind: str
    key: str
    id: str
    text: str
    is_note: bool = False


@dataclass
class Selection:
    """The objects to declare with their arguments, in the order of the snapshot."""

    arguments: dict[Ref, dict[str, Any]] = field(default_factory=dict)
    omissions: list[Omission] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def select(snapshot: Snapshot, *, products: Iterable[str] = (), known: Iterable[str] = ()) -> Selection:
    """The selection from a snapshot. `products` restricts it to these names or ids; ids in `known` are declared.

    Raises LookupError for a product that the snapshot does not have.
    """
    wanted = _products(snapshot, tuple(products))
    selection, declared_already = Selection(), set(known)
    candidates: dict[Ref, SnapshotObject] = {}
    twins = _Twins(snapshot)
    for one in snapshot:
        if wanted is not None and (product := snapshot.product_of(one)) is not None and product.id not in wanted:
            continue
        reason = _reason_against(snapshot, one, twins, declared_already)
        if reason is None:
            candidates[one.ref] = one
        else:
            selection.omissions.append(Omission(one.title, one.key, str(one.id), reason[0], reason[1]))
    _drop_refused(snapshot, candidates, selection)
    for one in candidates.values():
        same_name = {"allow_same_name": True} if one.type is Product and twins.of(one) else {}
        selection.arguments[one.ref] = {**arguments_of(snapshot, one, candidates), **same_name}
        selection.remarks += _remarks(snapshot, one, selection.arguments[one.ref])
    return selection


def _products(snapshot: Snapshot, wanted: tuple[str, ...]) -> set[str | None] | None:
    if not wanted:
        return None
    found: set[str | None] = set()
    for text in wanted:
        matches = [one.id for one in snapshot.of(Product) if text in (one.id, one.name)]
        if not matches:
            names = ", ".join(one.name for one in snapshot.of(Product))
            raise LookupError(f"the account has no product {text!r}: it has {names or 'none'}")
        found.update(matches)
    return found


class _Twins:
    """The objects that share a natural key, of those that are not archived."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._alike: dict[Any, list[SnapshotObject]] = {}
        for one in snapshot:
            if _natural_key(one) is not None and not one.is_archived:
                self._alike.setdefault(_natural_key(one), []).append(one)

    def of(self, one: SnapshotObject) -> list[str]:
        """The ids of the others with the same key."""
        return [str(other.id) for other in self._alike.get(_natural_key(one), ()) if other.id != one.id]


def _natural_key(one: SnapshotObject) -> tuple[Any, ...] | None:
    if one.type is None or not one.type.natural_key:
        return None
    return (one.kind, *(one.values.get(name) for name in one.type.natural_key))


def _reason_against(snapshot: Snapshot, one: SnapshotObject, twins: _Twins, known: set[str]) -> tuple[str, bool] | None:
    """Return the reason for which an object is not declared, and whether that is expected."""
    if one.type is None:
        return "is of a kind that this version does not know", False
    if one.is_archived:
        return "is archived", True
    if one.type is Price and not snapshot.plans_of(one.ref):
        return "no plan bills from it now", True
    if one.type is not Product and snapshot.product_of(one) is None:
        return "its product could not be read, or is deleted", False
    alike = [] if one.type is Product else twins.of(one)  # two products may have one name
    if alike and one.id not in known:
        names = " and ".join(one.type.natural_key)
        return f"has the same {names} as {', '.join(alike)}: give each a name of its own, and import again", False
    return None


def _drop_refused(snapshot: Snapshot, candidates: dict[Ref, SnapshotObject], selection: Selection) -> None:
    """Leave out what the provider would refuse, as it says itself."""
    for ref, one in list(candidates.items()):
        reasons = list(problems_of(snapshot, one, arguments_of(snapshot, one, candidates)))
        if reasons:
            del candidates[ref]
            selection.omissions.append(
                Omission(one.title, one.key, str(one.id), f"can't be declared: {'; '.join(reasons)}")
            )


def _remarks(snapshot: Snapshot, one: SnapshotObject, arguments: Mapping[str, Any]) -> Iterator[Remark]:
    def remark(text: str, *, is_note: bool = False) -> Remark:
        return Remark(one.title, one.key, str(one.id), text, is_note)

    if one.type is None:
        return
    for name, object_id in literal_ids(arguments, one.type):
        other = snapshot.by_id(object_id)
        named = f"the {other.title} {other.key!r} is left out" if other else "it is no object of the catalog"
        yield remark(f"{name} {object_id}: {named}", is_note=True)
    if one.type is Plan and arguments.get("stable_price_ids"):
        yield remark(
            "has stable_price_ids: before one of its prices changes, remove that argument, or set on_change='in_place'"
            " on its prices, else the API moves the ids that the program declares"
        )
    if isinstance(one.mark, Mark):
        yield remark(f"was created by the stack {one.mark.project}/{one.mark.stack}: let only one stack manage it")
    for name in one.unknown:
        yield remark(f"has the field {name}, which this version does not know: it is left as it is")
