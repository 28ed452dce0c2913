"""The differences of two snapshots, object by object and field by field, as far as they mean something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pulumi_paygentic.catalog import MISSING, Field, Plan, with_default
from pulumi_paygentic.snapshot.matching import Pairs
from pulumi_paygentic.snapshot.objects import SnapshotObject, kind_of_prefix
from pulumi_paygentic.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field that differs, such as `unit_price` or `prices.base`; None stands for no value.

    References in `before` are into the left snapshot, those in `after` into the right one.
    """

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """An object that differs: `before` in the left snapshot, `after` in the right one, None where it is missing."""

    before: SnapshotObject | None
    after: SnapshotObject | None
    fields: tuple[FieldDifference, ...] = ()

    @property
    def op(self) -> Literal["added", "removed", "changed"]:
        """The kind of difference, from left to right."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def subject(self) -> SnapshotObject:
        """The object itself: as it was, or else as it is."""
        one = self.before or self.after
        assert one is not None  # noqa: S101  a difference has one side at least
        return one


def differences(pairs: Pairs, *, only_declared: bool = False) -> list[Difference]:
    """Every difference, in the order of the pairs.

    With `only_declared`, only the fields count that the program declares, of objects that one does. Of a declared map
    that the API extends only the declared keys count. Of a kind that one side could not read, no absence counts.
    """
    unread = pairs.left.unread | pairs.right.unread
    found: list[Difference] = []
    for before, after in pairs:
        if before is None or after is None:
            one = before or after
            if one is not None and one.kind not in unread:
                found.append(Difference(before, after))
        elif fields := tuple(_fields(pairs, before, after, only_declared=only_declared)):
            found.append(Difference(before, after, fields))
    return found


def _fields(
    pairs: Pairs, before: SnapshotObject, after: SnapshotObject, *, only_declared: bool
) -> Iterator[FieldDifference]:
    known = before.type.inputs() if before.type else {}
    for name in dict.fromkeys([*known, *before.values, *after.values]):
        counts = all(_counts(one, name, only_declared=only_declared) for one in (before, after))
        if not counts or _refers_to_unread(pairs, known.get(name)):
            continue
        one, other = before.values.get(name), after.values.get(name)
        if before.kind == Plan.__name__ and name == "prices":
            yield from _lines(pairs, one, other)
        elif not _is_same(known.get(name), pairs.translated(one), other, before, after):
            yield FieldDifference(name, one, other)
    if before.declared is None and after.declared is None:  # a state holds no field that its package did not know
        for name in sorted(before.unknown.keys() | after.unknown.keys()):
            if before.unknown.get(name) != after.unknown.get(name):
                yield FieldDifference(name, before.unknown.get(name), after.unknown.get(name))


def _counts(one: SnapshotObject, name: str, *, only_declared: bool) -> bool:
    """Return whether a field of an object is compared; a state that lacks an undeclared one may just not know it."""
    if one.declared is None or name in one.declared:
        return True
    return not only_declared and name in one.values


def _refers_to_unread(pairs: Pairs, field: Field | None) -> bool:
    target = kind_of_prefix(field.refers_to) if field and not pairs.by_id else None
    return target is not None and target.__name__ in pairs.left.unread | pairs.right.unread


def _is_same(field: Field | None, one: Any, other: Any, before: SnapshotObject, after: SnapshotObject) -> bool:
    if one == other:
        return True
    if field is None:
        return False
    if field.behaviour.default is not MISSING:
        one, other = with_default(field, one), with_default(field, other)
    if before.declared is not None and field.behaviour.allows_extra_keys:
        other = field.as_declared(one, other)
    if after.declared is not None and field.behaviour.allows_extra_keys:
        one = field.as_declared(other, one)
    return field.is_same(one, other)


def _lines(pairs: Pairs, one: Any, other: Any) -> Iterator[FieldDifference]:
    """The lines of a plan that differ, by key if both sides know the keys, else as sets of prices."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted(one.keys() | other.keys()):
            if pairs.translated(one.get(key)) != other.get(key):
                yield FieldDifference(f"prices.{key}", one.get(key), other.get(key))
        return
    ours, theirs = _priced(one), _priced(other)
    translated = {str(pairs.translated(price)): price for price in ours}
    for text, price in translated.items():
        if text not in {str(twin) for twin in theirs}:
            yield FieldDifference("prices", price, None)
    for price in theirs:
        if str(price) not in translated:
            yield FieldDifference("prices", None, price)


def _priced(prices: Any) -> list[Any]:
    return list(prices.values()) if isinstance(prices, Mapping) else list(prices or ())


def is_unlisted_price(snapshot: Snapshot, one: SnapshotObject) -> bool:
    """Return whether it is a price that no plan bills from: the usual end of a price that was changed."""
    return one.kind == "Price" and not snapshot.plans_of(one.ref)
