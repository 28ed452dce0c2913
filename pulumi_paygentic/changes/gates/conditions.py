"""The conditions of gates: each returns its findings in a scope, the whole change or one plan of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pulumi_paygentic.changes.changeset import Changeset, LineChange, ObjectChange, PlanChange
from pulumi_paygentic.changes.comparison import Comparison, TermChange, compare
from pulumi_paygentic.changes.gates.grammar import Condition, Name
from pulumi_paygentic.changes.pricing import Pricing

_HELD: Final = frozenset({"Product", "BillableMetric", "Plan", "Fee", "Feature"})
"""Kinds whose replacement leaves something behind; that of a price is how a price changes."""
_ABOUT_SUBSCRIBERS: Final = frozenset({"update", "drift"})
_NOT_ASKED = "the number of subscribers is not known (the account was not asked, or did not say)"


@dataclass(frozen=True, slots=True)
class Hit:
    """One reason for which a condition holds: the URN and names of the plan or object, and what is wrong with it."""

    urn: str
    names: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of a change that conditions are asked about together."""

    changeset: Changeset
    plans: tuple[PlanChange, ...]
    objects: tuple[ObjectChange, ...]
    whole: bool = True

    def plan_hit(self, plan: PlanChange, text: str) -> Hit:
        """Return a hit about a plan."""
        return Hit(plan.urn, (plan.resource, plan.name), f"{plan.name}: {text}")


def hits(condition: Condition, scope: Scope) -> list[Hit]:
    """Return the reasons for which `condition` holds in `scope`; none if it does not."""
    return list(_CONDITIONS[condition.name](scope, condition.threshold))


def _price_increase(scope: Scope, threshold: Decimal) -> Iterator[Hit]:
    for plan in scope.plans:
        for line in plan.changed_lines:
            text = _increase(line, threshold)
            if text:
                yield scope.plan_hit(plan, text)


def _increase_for_existing(scope: Scope, threshold: Decimal) -> Iterator[Hit]:
    for plan in scope.plans:
        if plan.op not in _ABOUT_SUBSCRIBERS:
            continue
        texts = [text for line in plan.changed_lines if (text := _increase(line, threshold) or _new_charge(line))]
        count = _customers(scope, plan)
        if texts and count is None:
            yield scope.plan_hit(plan, f"{'; '.join(texts)}; {_NOT_ASKED}")
        elif texts and count:
            yield scope.plan_hit(plan, f"{'; '.join(texts)}; {_subscribers(count)}")


def _revenue_drop(scope: Scope, threshold: Decimal) -> Iterator[Hit]:
    impact = scope.changeset.impact
    if impact is None or (impact.gaps and not impact.currencies):
        why = "the account was not asked" if impact is None else "; ".join(gap.reason for gap in impact.gaps)
        for plan in scope.plans:
            if plan.op in _ABOUT_SUBSCRIBERS and any(_may_fall(line) for line in plan.changed_lines):
                yield scope.plan_hit(plan, f"charges fall, and the money is not known ({why})")
        return
    urns = {plan.urn for plan in scope.plans}
    rows = (
        [(one.currency, one.currency, one.currency, one.amounts) for one in impact.currencies]
        if scope.whole
        else [(one.urn, one.name, one.currency, one.amounts) for one in impact.plans if one.urn in urns]
    )
    for urn, name, currency, amounts in rows:
        share = amounts.percent
        if amounts.delta < 0 and (share is None or -share > threshold):
            drop = f"{currency} {-amounts.delta:f} less" + ("" if share is None else f" ({_percent(share)})")
            yield Hit(urn, (name,), f"{name}: the last complete periods would have earned {drop}")


def _more_than(scope: Scope, threshold: Decimal) -> Iterator[Hit]:
    charged = [plan for plan in scope.plans if plan.op in _ABOUT_SUBSCRIBERS and not plan.is_presentation]
    counts = {plan.urn: _customers(scope, plan) for plan in charged}
    if any(count is None for count in counts.values()):
        yield from (scope.plan_hit(plan, _NOT_ASKED) for plan in charged if counts[plan.urn] is None)
        return
    if sum(count or 0 for count in counts.values()) > threshold:
        for plan in charged:
            if count := counts[plan.urn]:
                yield scope.plan_hit(plan, _subscribers(count))


def _replace(scope: Scope, _: Decimal) -> Iterator[Hit]:
    for change in scope.objects:
        if change.op == "replace" and change.kind in _HELD:
            yield _object_hit(change, "is replaced: the old one and what hangs on it stay behind")


def _delete(scope: Scope, _: Decimal) -> Iterator[Hit]:
    for change in scope.objects:
        if change.op == "delete":
            yield _object_hit(change, "is deleted")
        elif change.op == "retain":
            yield _object_hit(change, "is no longer declared, and stays in the account")


def _unknown(scope: Scope, _: Decimal) -> Iterator[Hit]:
    for plan in scope.plans:
        for line in plan.lines:
            if line.op == "unknown":
                yield scope.plan_hit(plan, f"the price of {line.name or line.key} is not known before `up`")
    if scope.whole:
        yield from (Hit("", ("preview",), gap) for gap in scope.changeset.gaps)


_CONDITIONS: Final[Mapping[Name, Callable[[Scope, Decimal], Iterator[Hit]]]] = {
    "price-increase": _price_increase,
    "increase-for-existing-subscribers": _increase_for_existing,
    "revenue-drop": _revenue_drop,
    "more-than": _more_than,
    "replace": _replace,
    "delete": _delete,
    "unknown": _unknown,
}


def _object_hit(change: ObjectChange, text: str) -> Hit:
    return Hit(change.urn, (change.name, change.title), f"{change.kind} {change.title} {text}")


def _increase(line: LineChange, threshold: Decimal) -> str:
    """Say by how much a line rises, empty if by no more than the threshold in per cent."""
    if line.op == "unknown":
        return f"{line.name or line.key} has a price that is not known before `up`"
    if not isinstance(line.before, Pricing) or not isinstance(line.after, Pricing):
        return ""
    comparison = compare(line.before, line.after)
    if worse := [term for term in comparison.terms if not _is_better(term)]:
        return f"{line.name} changes its terms ({'; '.join(f'{t.name}: {t.before} → {t.after}' for t in worse)})"
    rise = _rise(comparison)
    if rise is None:
        return ""
    return f"{line.name} rises by {_percent(rise)}" if rise > threshold else ""


def _rise(comparison: Comparison) -> Decimal | None:
    """Return the largest rise of a band in per cent, infinite from nothing; None if none rises."""
    rises = [
        band.percent if band.percent is not None else Decimal("Infinity")
        for band in comparison.bands
        if (band.after or 0) > (band.before or 0)
    ]
    return max(rises, default=None)


def _is_better(term: TermChange) -> bool:
    """Return whether a changed term can only lower what is charged: a larger allowance."""
    if term.name != "included" or term.after == "nothing":
        return False
    return term.before == "nothing" or Decimal(term.after) > Decimal(term.before)


def _may_fall(line: LineChange) -> bool:
    """Return whether a changed line can lower what is charged."""
    if line.op in {"added", "removed"}:
        sign = -1 if line.op == "added" else 1
        pricing = line.after if line.op == "added" else line.before
        return isinstance(pricing, Pricing) and _charges(pricing, sign)
    if not isinstance(line.before, Pricing) or not isinstance(line.after, Pricing):
        return line.op == "unknown"
    comparison = compare(line.before, line.after)
    return bool(comparison.terms) or any((band.after or 0) < (band.before or 0) for band in comparison.bands)


def _new_charge(line: LineChange) -> str:
    """Say that a line is added that charges, or one is removed that gave a rebate."""
    if line.op == "added" and isinstance(line.after, Pricing) and _charges(line.after, 1):
        return f"{line.name} is a new charge"
    if line.op == "removed" and isinstance(line.before, Pricing) and _charges(line.before, -1):
        return f"{line.name}, a rebate, goes"
    return ""


def _charges(pricing: Pricing, sign: int) -> bool:
    """Return whether a band charges (or rebates, by `sign`), or nothing is known of what is charged."""
    return any(band.unit_price * sign > 0 for band in pricing.bands) or (not pricing.bands and sign > 0)


def _customers(scope: Scope, plan: PlanChange) -> int | None:
    """Return how many subscribers of a plan the change reaches; None if nobody asked."""
    if plan.subscribers is not None:
        reaches_all = any(line.is_in_place for line in plan.lines)
        return plan.subscribers.total if reaches_all else plan.subscribers.floating
    impact = scope.changeset.impact
    return next((one.subscriptions for one in impact.plans if one.urn == plan.urn), None) if impact else None


def _subscribers(count: int) -> str:
    return f"{count:,} subscriber{'' if count == 1 else 's'}"


def _percent(value: Decimal) -> str:
    """A share with one decimal place; from nothing there is none."""
    return f"{value:.1f} %" if value.is_finite() else "any per cent: it was free"
