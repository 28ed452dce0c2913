"""The pairs of two snapshots: the objects of one that stand for the same thing as objects of the other.

Two snapshots of one account pair by id. Two accounts pair by what people know objects by: the natural key, and for a
price the line of a plan that it bills on, else its metric or fee and its name on the invoice. Of several that could be
meant, equal ones are paired first, then in the order of their keys.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any

from pulumi_paygentic.catalog import Plan, Price
from pulumi_paygentic.snapshot.objects import Dangling, Ref, SnapshotObject, map_references, references
from pulumi_paygentic.snapshot.snapshot import Snapshot

Key = Callable[[SnapshotObject], Hashable]


class Pairs:
    """The pairs so far, `left` of the one snapshot and `right` of the other."""

    def __init__(self, left: Snapshot, right: Snapshot, *, by_id: bool = False) -> None:
        self.left, self.right = left, right
        self.by_id = by_id
        self.to_right: dict[Ref, Ref] = {}
        self._paired: set[Ref] = set()

    def __iter__(self) -> Iterator[tuple[SnapshotObject | None, SnapshotObject | None]]:
        """Every object once: pairs and what only the left one has in its order, then what only the right one has."""
        for one in self.left:
            yield one, self.right.find(self.to_right.get(one.ref))
        for other in self.right:
            if other.ref not in self._paired:
                yield None, other

    def add(self, left: Ref, right: Ref) -> bool:
        """Pair two objects unless one of them is paired; return whether they are a pair now."""
        if left not in self.to_right and right not in self._paired:
            self.to_right[left] = right
            self._paired.add(right)
        return self.to_right.get(left) == right

    def translated(self, value: Any) -> Any:
        """A value of the left snapshot with references into the right one; one without a partner stays as it is."""
        return map_references(value, self._translated)

    def _translated(self, reference: Ref | Dangling) -> Ref | Dangling:
        if isinstance(reference, Dangling):
            other = self.right.by_id(reference.id)
            return other.ref if other else reference
        if self.by_id and reference not in self.to_right:  # a list that was refused leaves its ids dangling
            return Dangling(str(self.left[reference].id))
        return self.to_right.get(reference, reference)

    def match(self, left: Iterable[SnapshotObject], right: Iterable[SnapshotObject], *keys: Key) -> None:
        """Pair the objects whose first key is equal, in their order; then, of the rest, those by the second, and so on.

        The keys of the left objects are read with their references translated.
        """
        for key in keys:
            waiting: dict[Hashable, list[SnapshotObject]] = {}
            for other in right:
                if other.ref not in self._paired:
                    waiting.setdefault(key(other), []).append(other)
            for one in left:
                partners = waiting.get(key(self.seen_from_right(one))) if one.ref not in self.to_right else None
                if partners:
                    self.add(one.ref, partners.pop(0).ref)

    def seen_from_right(self, one: SnapshotObject) -> SnapshotObject:
        """A left object with its references translated."""
        values = self.translated(one.values)
        return SnapshotObject(one.kind, one.key, one.id, values, one.computed, one.unknown)


def pair_by_id(left: Snapshot, right: Snapshot) -> Pairs:
    """Pair the objects of one id: two snapshots of one account."""
    pairs = Pairs(left, right, by_id=True)
    for one in left:
        other = right.by_id(one.id)
        if other is not None and other.kind == one.kind:
            pairs.add(one.ref, other.ref)
    return pairs


def pair_by_key(left: Snapshot, right: Snapshot) -> Pairs:
    """Pair the objects that people would call the same: snapshots of two accounts."""
    pairs = Pairs(left, right)
    kinds = dict.fromkeys([*(one.kind for one in left), *(one.kind for one in right)])
    for kind in kinds:  # each after those that its natural key refers to
        if kind != Price.__name__:
            ours, theirs = _of(left, kind), _of(right, kind)
            pairs.match(ours, theirs, _whole, _natural)
    _pair_prices(pairs)
    return pairs


def _pair_prices(pairs: Pairs) -> None:
    """Line by line in each plan, then by name in each plan and in the account, then by charge alone in each plan."""
    plans = [(one, other) for one, other in pairs if one and other and one.kind == Plan.__name__]
    for plan, other in plans:
        ours, theirs = plan.values.get("prices"), other.values.get("prices")
        if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
            for key in sorted(ours.keys() & theirs.keys()):
                one, twin = pairs.left.find(ours[key]), pairs.right.find(theirs[key])
                if one and twin and _charge(pairs.seen_from_right(one)) == _charge(twin):
                    pairs.add(one.ref, twin.ref)
    for plan, other in plans:
        pairs.match(_prices(pairs.left, plan), _prices(pairs.right, other), _content, _named_charge)
    pairs.match(_of(pairs.left, Price.__name__), _of(pairs.right, Price.__name__), _content, _named_charge)
    for plan, other in plans:
        pairs.match(_prices(pairs.left, plan), _prices(pairs.right, other), _charge)


def _of(snapshot: Snapshot, kind: str) -> list[SnapshotObject]:
    return [one for one in snapshot if one.kind == kind]


def _prices(snapshot: Snapshot, plan: SnapshotObject) -> list[SnapshotObject]:
    return [price for ref in references(plan.values.get("prices")) if (price := snapshot.find(ref))]


def _natural(one: SnapshotObject) -> Hashable:
    kind = one.type
    names = (kind.natural_key or kind.named_by) if kind else ()
    return tuple(_hashable(one.values.get(name)) for name in names) if names else one.key


def _whole(one: SnapshotObject) -> Hashable:
    return _natural(one), _content(one)


def _content(one: SnapshotObject) -> Hashable:
    """All that the object says about itself: a plan's prices are paired only after the plans."""
    return _hashable({name: value for name, value in one.values.items() if name != "prices"})


def _charge(one: SnapshotObject) -> Hashable:
    return _hashable(one.values.get("billable_metric_id")), _hashable(one.values.get("fee_id"))


def _named_charge(one: SnapshotObject) -> Hashable:
    return _charge(one), one.values.get("invoice_display_name")


def _hashable(value: Any) -> Hashable:
    if isinstance(value, Mapping):
        return tuple(sorted((key, _hashable(item)) for key, item in value.items()))
    if isinstance(value, list | tuple):
        return tuple(_hashable(item) for item in value)
    return (type(value).__name__, str(value)) if isinstance(value, Ref | Dangling) else repr(value)
