"""One bill, rated at the old prices of its plan and at the new ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from pulumi_paygentic.changes.cadence import Cadence
from pulumi_paygentic.changes.impact import Amounts
from pulumi_paygentic.changes.matching import Billed, Matcher, meters_same
from pulumi_paygentic.changes.plan_change import LineChange, PlanChange
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.rated_line import RatedLine, Unrated
from pulumi_paygentic.changes.rating import (
    Use,
    before_tax,
    charge,
    cover,
    covered_after,
    plus,
    share_of_period,
    take_back,
    times,
    to_atomic,
)
from pulumi_paygentic.changes.rebates import cut_rebates, is_rebate
from pulumi_paygentic.changes.usage.bill import Bill, BilledLine

_NOTHING: Final = Decimal(0)


@dataclass(slots=True)
class RatedBill:
    """One bill at the old and at the new prices: its lines by their index in the plan, and lines of no price."""

    lines: dict[int, RatedLine]
    billed: Mapping[int, Billed]
    others: list[BilledLine]
    total: Amounts


def rerate(bill: Bill, plan: PlanChange, matcher: Matcher, *, only: Callable[[LineChange], bool]) -> RatedBill:
    """Rate a bill at the plan's prices before and after; `only` says which lines take the new price.

    Lines that no price of the plan made are left as they were billed. A rebate never brings an invoice below zero.
    """
    billed, others = matcher.match(bill.lines)
    lines = _lines(bill, plan, billed, only)
    rest = sum((line.amount or _NOTHING for line in others), _NOTHING)
    if any(is_rebate(price) for line in plan.lines for price in (line.before, line.after)):
        gross = {index: _with_tax(line.amounts, bill.added_tax) for index, line in lines.items()}
        if bill.included_tax:
            untaxed = tuple(replace(line, tax_rate=_NOTHING) for line in bill.lines)
            taxed = replace(bill, lines=untaxed, included_tax=_NOTHING)
            found = _lines(taxed, plan, matcher.match(untaxed)[0], only)
            gross = {index: line.amounts for index, line in found.items()}
        prices = [(line.before, line.after if only(line) else line.before) for line in plan.lines]
        _cap(lines, gross, prices, rest, bill.included_tax or bill.added_tax)
    total = sum((line.amounts for line in lines.values()), Amounts(rest, rest))
    return RatedBill(lines, billed, others, total)


def _lines(
    bill: Bill, plan: PlanChange, billed: Mapping[int, Billed], only: Callable[[LineChange], bool]
) -> dict[int, RatedLine]:
    return {
        index: _line(bill, plan, line, billed.get(index), moves=only(line)) for index, line in enumerate(plan.lines)
    }


def _with_tax(amounts: Amounts, rate: Decimal) -> Amounts:
    old, new = (plus(amount, to_atomic(times(amount, rate))) for amount in (amounts.old, amounts.new))
    return Amounts(old, new)


def _cap(
    lines: Mapping[int, RatedLine],
    gross: Mapping[int, Amounts],
    prices: Sequence[tuple[object, object]],
    rest: Decimal,
    tax_rate: Decimal,
) -> None:
    """Cut the rebates on a bill whose total would be below zero: tax is part of the total."""
    taxed_rest = _with_tax(Amounts(rest, rest), tax_rate).old
    for side in (0, 1):
        amounts = {index: (one.old, one.new)[side] for index, one in gross.items()}
        rebates = [index for index, pair in enumerate(prices) if is_rebate(pair[side])]
        for index, cut in cut_rebates(amounts, rebates, taxed_rest).items():
            left, have = before_tax(cut, tax_rate), lines[index].amounts
            lines[index].amounts = Amounts(have.old, left) if side else Amounts(left, have.new)


def _line(bill: Bill, plan: PlanChange, line: LineChange, billed: Billed | None, *, moves: bool) -> RatedLine:
    before, after = line.before, line.after if moves else line.before
    have = billed or Billed()
    if isinstance(before, Pricing) and (after is None or isinstance(after, Pricing)):
        if not before.is_rateable or not (after is None or after.is_rateable):
            return _as_billed(have, "model")
        if after is not None and before.source != after.source:
            return _swapped(bill, plan, before, after, have)
        return _known(bill, plan, before, after, have)
    if before is None:
        return (
            _added(bill, plan, after) if isinstance(after, Pricing) else RatedLine(unrated="price" if after else None)
        )
    return _as_billed(have, None if line.op == "same" or not moves else "price")


def _as_billed(have: Billed, reason: Unrated | None) -> RatedLine:
    amount = sum((one.amount or _NOTHING for one in have.lines), _NOTHING)
    return RatedLine(Amounts(amount, amount), is_used=bool(have.lines), unrated=reason)


def _known(bill: Bill, plan: PlanChange, before: Pricing, after: Pricing | None, have: Billed) -> RatedLine:
    if before.basis == "fee":
        return _fee(bill, plan, before, after, have)
    quantity = sum((one.quantity for one in have.charges), _NOTHING)
    old = new = _NOTHING
    unrated: Unrated | None = None
    covered = -sum((one.quantity for one in have.discounts), _NOTHING)
    for one in have.charges:
        use = Use(one.quantity, min(covered, one.quantity), tax_rate=one.tax_rate)
        covered -= use.covered
        old += charge(before, use) + cover(before, use)
        if after is not None:
            moved = use if before == after else _moved(before, after, use)
            new += charge(after, moved) + cover(after, moved)
    for one in have.refunds:
        whole = Use(quantity, tax_rate=one.tax_rate)
        old += take_back(before, one.quantity, whole)
        new += _NOTHING if after is None else take_back(after, one.quantity, whole)
    if after is not None and _hides_allowance(before, after):
        unrated, new = "allowance", old
    amounts = _reduced(Amounts(old, new), have)
    return RatedLine(amounts, quantity, is_used=bool(have.lines), unrated=unrated)


def _moved(before: Pricing, after: Pricing, use: Use) -> Use:
    """The same use under another allowance."""
    if (before.allowance, before.covers_grants) == (after.allowance, after.covers_grants):
        return use
    return Use(use.quantity, covered_after(before, after, use), use.share, use.tax_rate)


def _hides_allowance(before: Pricing, after: Pricing) -> bool:
    """Return whether an allowance changes whose effect no line of an invoice shows."""
    shown = before.covers_grants or after.covers_grants
    return before.allowance != after.allowance and not shown


def _swapped(bill: Bill, plan: PlanChange, before: Pricing, after: Pricing, have: Billed) -> RatedLine:
    """A line that charges for another metric or fee than before."""
    old = _known(bill, plan, before, None, have)
    same_id = before.source.id is not None and before.source.id == after.source.id
    new = RatedLine(unrated="usage") if same_id else _added(bill, plan, after)
    if new.unrated is not None:
        return RatedLine(Amounts(old.amounts.old, old.amounts.old), old.quantity, old.is_used, new.unrated)
    return RatedLine(Amounts(old.amounts.old, new.amounts.new), new.quantity, old.is_used or new.is_used)


def _fee(bill: Bill, plan: PlanChange, before: Pricing, after: Pricing | None, have: Billed) -> RatedLine:
    cadence = before.cadence or Cadence.of(plan.cadence_before)
    if bill.invoice_id is None and not have.charges and cadence == Cadence.of(plan.cadence_before):
        have.charges.append(BilledLine(kind="fee", quantity=Decimal(before.quantity), start=bill.start, end=bill.end))
    ratio = Fraction(1) if after is None else _ratio(cadence, after.cadence or Cadence.of(plan.cadence))
    old = new = quantity = _NOTHING
    for one in (*have.charges, *have.refunds):
        share = _share(bill, one, cadence)
        quantity += one.quantity
        old += charge(before, Use(one.quantity, share=share, tax_rate=one.tax_rate))
        if after is not None:
            # A quantity of its own is agreed with the customer, and stays.
            own = abs(one.quantity) != before.quantity or before.quantity == after.quantity
            units = one.quantity if own else Decimal(after.quantity) * (-1 if one.quantity < 0 else 1)
            new += _times_ratio(charge(after, Use(units, share=share, tax_rate=one.tax_rate)), ratio)
    if ratio is None:
        return RatedLine(Amounts(old, old), quantity, is_used=bool(have.lines), unrated="cadence")
    return RatedLine(_reduced(Amounts(old, new), have), quantity, is_used=bool(have.lines))


def _reduced(amounts: Amounts, have: Billed) -> Amounts:
    """Take off what an agreed rate takes off: the same part of either amount as of what was invoiced."""
    invoiced = sum((one.amount or _NOTHING for one in (*have.charges, *have.refunds, *have.discounts)), _NOTHING)
    if not invoiced:
        return amounts
    old, new = amounts.old, amounts.new
    for one in have.reductions:
        part = Fraction(one.amount or _NOTHING) / Fraction(invoiced)
        old += to_atomic(Fraction(amounts.old) * part)
        new += to_atomic(Fraction(amounts.new) * part)
    return Amounts(old, new)


def _share(bill: Bill, line: BilledLine, cadence: Cadence) -> Fraction:
    if line.start is None or line.end is None or bill.invoice_id is None:
        return Fraction(1)
    return share_of_period(line.start, line.end, bill.subscription.anchor, cadence)


def _ratio(before: Cadence, after: Cadence) -> Fraction | None:
    """The part of the new cadence that one period of the old one is; None if one recurs and the other does not."""
    if before == after:
        return Fraction(1)
    if before.months and after.months and not (before.days or after.days or before.seconds or after.seconds):
        return Fraction(before.months, after.months)
    if not (before.months or after.months or before.is_once or after.is_once):
        return Fraction(before.days * 86_400 + before.seconds, after.days * 86_400 + after.seconds)
    return None


def _times_ratio(amount: Decimal, ratio: Fraction | None) -> Decimal:
    return amount if ratio in {None, 1} else to_atomic(Fraction(amount) * (ratio or 1))


def _added(bill: Bill, plan: PlanChange, after: Pricing) -> RatedLine:
    """A line that the plan did not have: a fee is charged for the period, usage is what another line metered."""
    if not after.is_rateable:
        return RatedLine(unrated="model")
    if after.basis == "fee":
        cadence = Cadence.of(plan.cadence_before)
        ratio = _ratio(cadence, after.cadence or Cadence.of(plan.cadence))
        if ratio is None:
            return RatedLine(unrated="cadence")
        share = share_of_period(bill.start, bill.end, bill.subscription.anchor, cadence)
        if after.is_obligation and share < 1:
            return RatedLine()  # no partial period is billed for it
        use = Use(Decimal(after.quantity), share=share, tax_rate=bill.included_tax)
        amount = _times_ratio(charge(after, use), ratio)
        return RatedLine(Amounts(_NOTHING, amount), use.quantity, is_used=True)
    found = _metered(bill, after)
    if found is None:
        sold = any(
            isinstance(one.before, Pricing) and meters_same(one.before.source, after.source) for one in plan.lines
        )
        return RatedLine() if sold else RatedLine(unrated="usage")
    use = Use(found.quantity, tax_rate=found.tax_rate)
    covered = covered_after(after, after, Use(use.quantity)) if after.covers_grants else _NOTHING
    use = Use(use.quantity, covered, tax_rate=use.tax_rate)
    return RatedLine(Amounts(_NOTHING, charge(after, use) + cover(after, use)), use.quantity, is_used=True)


def _metered(bill: Bill, after: Pricing) -> BilledLine | None:
    """The usage of the metric on the bill: by its id, or by its name where that is all that the source knows."""
    for line in bill.lines:
        if line.kind == "usage" and not line.is_refund and line.source_id is not None:
            if line.source_id == after.source.id:
                return line
            if bill.invoice_id is None and line.source_id == after.source.name:
                return line
    return None
