"""The changes of plans: direct ones, and those through a price that a plan lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_paygentic.changes.object_change import ObjectChange
from pulumi_paygentic.changes.plan_change import LineChange, Moment, PlanChange
from pulumi_paygentic.changes.preview.charges import referred
from pulumi_paygentic.changes.preview.index import Entry, Index
from pulumi_paygentic.changes.preview.lines import line_changes
from pulumi_paygentic.changes.preview.resource import Resource

_CADENCE = "P1M"


def plan_changes(index: Index, objects: Mapping[str, ObjectChange]) -> Iterator[PlanChange]:
    """Every plan that changes in more than its presentation; `objects` has the changes of objects by URN."""
    for entry in index.of_kind("Plan"):
        change = objects.get(entry.urn)
        lines = line_changes(index, entry)
        fields = () if change is None else change.fields
        renamed = entry.before is not None and entry.either.title != entry.before.title
        whole = change is not None and change.op not in {"update", "drift"}
        mints = _mints(entry)
        if whole or mints or renamed or any(line.op != "same" for line in lines) or _charges(change):
            yield _plan(index, entry, change, lines, mints=mints, fields=fields)


def _plan(
    index: Index,
    entry: Entry,
    change: ObjectChange | None,
    lines: tuple[LineChange, ...],
    *,
    mints: bool,
    fields: tuple[Any, ...],
) -> PlanChange:
    before, after = entry.before, entry.either
    product = referred(index, after, "product_id", {"Product"})
    is_new = before is None or (change is not None and change.op == "replace")
    return PlanChange(
        urn=entry.urn,
        name=after.title,
        name_before=None if before is None else before.title,
        resource=after.name,
        op="update" if change is None else change.op,
        plan_id=None if before is None else before.id,
        product="" if product is None else product.either.title,
        currency=_text(after, "currency"),
        currency_before=_text(before or after, "currency"),
        cadence=_text(after, "billing_cadence") or _CADENCE,
        cadence_before=_text(before or after, "billing_cadence") or _CADENCE,
        version_after=1 if is_new and entry.after is not None else None,
        mints=mints,
        transition=_transition(after),
        lines=lines,
        fields=fields,
        merchant_id=after.merchant_id,
        retained="" if change is None else change.retained,
        position=None if entry.after is None else entry.after.position,
    )


def _mints(entry: Entry) -> bool:
    """Return whether the plan gets another set of prices, or the same one under other keys."""
    if entry.after is None:
        return False
    if not entry.stays or entry.before is None:
        return True
    after = entry.after.inputs.get("prices")
    return after is not None and _comparable(entry.before.inputs.get("prices")) != _comparable(after)


def _comparable(prices: Any) -> Any:
    """A list's order has no meaning."""
    return sorted(prices, key=str) if isinstance(prices, list) else prices


def _charges(change: ObjectChange | None) -> bool:
    return change is not None and any(not field.presentation for field in change.fields)


def _transition(plan: Resource) -> Moment:
    declared = plan.inputs.get("version_transition", plan.outputs.get("version_transition"))
    immediate = isinstance(declared, Mapping) and declared.get("effective_date") == "immediate"
    return "now" if immediate else "period_end"


def _text(plan: Resource, field: str) -> str:
    value = plan.inputs.get(field, plan.outputs.get(field))
    return value if isinstance(value, str) else ""
