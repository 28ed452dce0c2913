"""A changeset of two snapshots: what differs from the left one to the right one, in money where prices differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic.alias_generators import to_snake

from pulumi_paygentic.catalog import Plan
from pulumi_paygentic.changes.changeset import Changeset, FieldChange, LineChange, ObjectChange, Op, PlanChange
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.values import ABSENT, UNKNOWN, Unknown
from pulumi_paygentic.snapshot import Ref, Snapshot, SnapshotObject
from pulumi_paygentic.snapshot.comparison import Difference, FieldDifference, differences, is_unlisted_price
from pulumi_paygentic.snapshot.matching import Pairs
from pulumi_paygentic.snapshot.objects import Dangling, map_references

_OPS: Mapping[str, Op] = {"added": "create", "removed": "delete", "changed": "update"}


def changeset_of(pairs: Pairs, *, every: bool = False) -> Changeset:
    """The changeset that would make the left snapshot the right one; its `stack` names both.

    Prices that no plan bills from count only with `every`: each account has its own, left behind by price changes.
    """
    all_found = differences(pairs)
    found = [one for one in all_found if every or not _is_unlisted(pairs, one)]
    left_out = len(all_found) - len(found)
    unlisted = [f"{left_out} prices that no plan bills from differ, and are left out"] if left_out else []
    return Changeset(
        project="",
        stack=f"{pairs.left.source} → {pairs.right.source}",
        merchants=tuple(sorted({one.merchant_id for one in (pairs.left, pairs.right) if one.merchant_id})),
        objects=tuple(object_change(one) for one in found),
        plans=plan_changes(pairs, found),
        unchanged=sum(1 for one, other in pairs if one and other) - sum(one.op == "changed" for one in all_found),
        gaps=(*(str(problem) for problem in (*pairs.left.problems, *pairs.right.problems)), *unlisted),
    )


def _is_unlisted(pairs: Pairs, difference: Difference) -> bool:
    sides = ((pairs.left, difference.before), (pairs.right, difference.after))
    return all(one is None or is_unlisted_price(snapshot, one) for snapshot, one in sides)


def object_change(difference: Difference, op: Op | None = None) -> ObjectChange:
    """The change of one object."""
    one = difference.subject
    model = one.type
    known = model.inputs() if model else {}
    return ObjectChange(
        urn=one.resource or f"{one.kind}::{one.key}",
        kind=one.kind,
        name=one.resource.split("::", 3)[-1] if one.resource else one.key,
        title=one.name,
        op=op or _OPS[difference.op],
        fields=tuple(
            FieldChange(
                path=field.path,
                before=plain(field.before),
                after=plain(field.after),
                presentation=field.path in known and known[field.path].behaviour.presentation,
            )
            for field in difference.fields or _all_fields(difference)
        ),
        id=one.id,
        merchant_id=one.merchant_id,
    )


def plan_changes(pairs: Pairs, found: Iterable[Difference]) -> tuple[PlanChange, ...]:
    """The plans that differ: by themselves, by a line, or by a price that they list."""
    own = {one.subject.ref: one for one in found if one.subject.kind == Plan.__name__}
    changes = []
    for left, right in pairs:
        one = left or right
        if one is None or one.kind != Plan.__name__ or one.is_archived:
            continue
        missing = left is None or right is None
        if missing and one.ref not in own:  # its absence says nothing, or it is no matter of the program
            continue
        change = _plan_change(pairs, left, right, one, own.get(one.ref))
        if missing or change.changed_lines or change.fields:
            changes.append(change)
    return tuple(changes)


def pricing_of(snapshot: Snapshot, price: Ref | Dangling | None) -> Pricing | Unknown | None:
    """The pricing of a line; `UNKNOWN` for a price that the snapshot lacks, or that this version can't read."""
    one = snapshot.find(price)
    if one is None:
        return None if price is None else UNKNOWN
    source = snapshot.find(one.values.get("billable_metric_id") or one.values.get("fee_id"))
    older = {to_snake(name): value for name, value in dict(one.unknown.get("properties") or {}).items()}
    try:
        return Pricing.of({**older, **one.values}, {} if source is None else source.values)
    except ValueError:
        return UNKNOWN


def plain(value: Any) -> Any:
    """A value for renderers: keys in the place of references, and `ABSENT` for nothing."""
    return ABSENT if value is None else map_references(value, str)


def _all_fields(difference: Difference) -> Iterator[FieldDifference]:
    before, after = difference.before, difference.after
    for name, value in difference.subject.values.items():
        yield FieldDifference(name, value if before else None, value if after else None)


def _plan_change(
    pairs: Pairs, left: SnapshotObject | None, right: SnapshotObject | None, one: SnapshotObject, own: Difference | None
) -> PlanChange:
    last = right or one
    product = (pairs.right if right else pairs.left).product_of(last)
    lines = tuple(_lines(pairs, left, right))
    before, after = (side and side.current_version for side in (left, right))
    fields = object_change(own).fields if own and own.fields else ()
    return PlanChange(
        urn=one.resource or f"{one.kind}::{one.key}",
        name=last.name,
        name_before=left.name if left else None,
        resource=one.resource.split("::", 3)[-1] if one.resource else one.key,
        op="update" if left and right else _OPS["removed" if left else "added"],
        plan_id=left.id if left else None,
        product=product.name if product else "",
        currency=str(last.values.get("currency", "")),
        currency_before=str(one.values.get("currency", "")),
        cadence=str(last.values.get("billing_cadence") or "P1M"),
        cadence_before=str(one.values.get("billing_cadence") or "P1M"),
        version_before=before.number if before else None,
        version_after=after.number if after else None,
        lines=lines,
        fields=tuple(field for field in fields if field.path.partition(".")[0] != "prices"),
        merchant_id=one.merchant_id,
    )


def _lines(pairs: Pairs, left: SnapshotObject | None, right: SnapshotObject | None) -> Iterator[LineChange]:
    """The lines of both sides, paired by key where both know the keys, else by price."""
    ours = left.values.get("prices") if left else None
    theirs = right.values.get("prices") if right else None
    if isinstance(ours or theirs, Mapping) and isinstance(theirs or ours, Mapping):
        ours, theirs = ours or {}, theirs or {}
        for key in [*theirs, *(key for key in ours if key not in theirs)]:
            yield _line(pairs, key, ours.get(key), theirs.get(key))
        return
    mine = {pairs.translated(price): price for price in _priced(ours)}
    keys = {pairs.translated(price): key for key, price in ours.items()} if isinstance(ours, Mapping) else {}
    keys |= {price: key for key, price in theirs.items()} if isinstance(theirs, Mapping) else {}
    for price in _priced(theirs):
        yield _line(pairs, keys.get(price, ""), mine.pop(price, None), price)
    for price, left_price in mine.items():
        yield _line(pairs, keys.get(price, ""), left_price, None)


def _priced(prices: Any) -> list[Any]:
    return list(prices.values()) if isinstance(prices, Mapping) else list(prices or ())


def _line(pairs: Pairs, key: str, left: Ref | Dangling | None, right: Ref | Dangling | None) -> LineChange:
    one, other = pairs.left.find(left), pairs.right.find(right)
    side, last = (pairs.right, other) if other else (pairs.left, one)
    source = side.find(last.values.get("billable_metric_id") or last.values.get("fee_id")) if last else None
    return LineChange(
        key=key,
        name=last.name if last else str(right or left),
        name_before=one.name if one else None,
        before=pricing_of(pairs.left, left),
        after=pricing_of(pairs.right, right),
        price_id=(one.id or str(left)) if one else (str(left) if left else None),
        price_id_after=(other.id or str(right)) if other else (str(right) if right else None),
        price_urn=one.resource if one else None,
        metered=source.name if source else "",
        unit=str(source.values.get("unit", "")) if source else "",
    )
