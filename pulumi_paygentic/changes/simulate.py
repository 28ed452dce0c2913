"""The simulation of a change: the last complete period of every subscription, at the old prices and at the new ones.

It reads values and makes values. It never writes, and asks the account nothing: a source of usage did that before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

from pulumi_paygentic.changes.cadence import Cadence
from pulumi_paygentic.changes.changeset import Changeset
from pulumi_paygentic.changes.impact import CAVEAT, Amounts, Gap, Impact
from pulumi_paygentic.changes.matching import Matcher
from pulumi_paygentic.changes.plan_change import LineChange, Moment, PlanChange, Subscribers
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.proof import ProofTally
from pulumi_paygentic.changes.rated_line import Unrated
from pulumi_paygentic.changes.rerating import RatedBill, rerate
from pulumi_paygentic.changes.tally import CurrencyTally, PlanTally
from pulumi_paygentic.changes.usage.bill import Bill, Usage
from pulumi_paygentic.changes.usage.subscriptions import current_end, subscribers

_STAYING: Final = ("replace", "delete", "retain", "gone")
"""Operations on a plan after which its subscribers stay where they are."""
_REASONS: Final[dict[Unrated, str]] = {
    "price": "{line}: the price before or after is not known",
    "usage": "{line}: nothing says how much was used of what it charges for",
    "model": "{line}: prices in credits, and of models that can't be made any more, can't be rated",
    "cadence": "{line}: a fee of another cadence can't be placed in a period",
    "allowance": "{line}: the invoices don't show what the changed allowance covers",
}
_CHARGED_ONCE: Final = "A new one-time fee is charged to new subscribers only, and left out."
_LONGER: Final = "A new fee of a longer cadence than its plan's counts with its share of the period."


def simulate(plans: Sequence[PlanChange], usage: Usage, now: datetime | None = None) -> Impact:
    """Return what the change of these plans would have earned in the last complete period of every subscription.

    `now` is the moment from which on subscriptions move, the present by default.
    """
    simulation = _Simulation(usage, now or datetime.now(timezone.utc))
    for plan in plans:
        simulation.add(plan)
    return simulation.impact


def with_usage(changeset: Changeset, usage: Usage, now: datetime | None = None) -> Changeset:
    """Return the changeset with its impact, and its plans with the subscribers that the source knows of.

    A new plan has none; a plan that the source could not ask for keeps them unknown.
    """
    moment = now or datetime.now(timezone.utc)
    ends = {bill.subscription.id: bill.end for bill in usage.bills}
    plans = tuple(
        replace(plan, subscribers=_subscribers(plan, usage, moment, ends))
        if plan.plan_id is None or plan.plan_id in usage.subscriptions
        else plan
        for plan in changeset.plans
    )
    return replace(changeset, plans=plans, impact=simulate(plans, usage, moment))


def _subscribers(plan: PlanChange, usage: Usage, now: datetime, ends: dict[str, datetime]) -> Subscribers:
    some = usage.subscriptions[plan.plan_id] if plan.plan_id is not None else ()
    return subscribers(some, "never" if plan.op in _STAYING else plan.transition, now, ends)


class _Simulation:
    def __init__(self, usage: Usage, now: datetime) -> None:
        self._usage = usage
        self._now = now
        self._bills: dict[str, list[Bill]] = {}
        for bill in usage.bills:
            self._bills.setdefault(bill.subscription.plan_id, []).append(bill)
        self._plans: list[PlanTally] = []
        self._currencies: dict[str, CurrencyTally] = {}
        self._proofs: dict[str, ProofTally] = {}
        self._gaps: Counter[str] = Counter()
        self._notes: dict[str, None] = dict.fromkeys((CAVEAT, *usage.notes))
        self._days: list[datetime] = []

    def add(self, plan: PlanChange) -> None:
        bills = self._bills.get(plan.plan_id or "", [])
        if not bills:
            return
        self._note(plan)
        matcher = Matcher(plan.lines)
        tallies: dict[str, PlanTally] = {}
        for bill in bills:
            tally = tallies.setdefault(bill.currency, PlanTally(plan, bill.currency))
            self._add_bill(bill, plan, matcher, tally)
        self._plans += tallies.values()

    def _note(self, plan: PlanChange) -> None:
        for line in plan.lines:
            cadence = line.after.cadence if isinstance(line.after, Pricing) and line.before is None else None
            if cadence is not None and cadence != Cadence.of(plan.cadence):
                self._notes[_CHARGED_ONCE if cadence.is_once else _LONGER] = None

    def _add_bill(self, bill: Bill, plan: PlanChange, matcher: Matcher, tally: PlanTally) -> None:
        self._days += (bill.start, bill.end - timedelta(microseconds=1))
        staying = bill.subscription.is_pinned or plan.op in _STAYING
        if staying and bill.subtotal is not None and not bill.lines:
            amounts = Amounts(bill.subtotal, bill.subtotal)
            rated = RatedBill({}, {}, [], amounts)
        else:
            rated = rerate(bill, plan, matcher, only=edited_in_place if staying else _any)
            if bill.subtotal is not None:
                self._proofs.setdefault(bill.currency, ProofTally(bill.currency)).add(bill, bill.subtotal, plan, rated)
        tally.add(rated)
        for index, line in rated.lines.items():
            if line.unrated is not None:
                self._gaps[_REASONS[line.unrated].format(line=plan.lines[index].name)] += 1
        self._currencies.setdefault(bill.currency, CurrencyTally(bill.currency)).add(
            bill.subscription.customer_id,
            plan.name,
            rated.total,
            _moves(plan, rated, staying=staying),
            current_end(bill.subscription, max(self._now, bill.end)).date(),
        )

    @property
    def impact(self) -> Impact:
        return Impact(
            source=self._usage.source,
            first=min(self._days).date() if self._days else None,
            last=max(self._days).date() if self._days else None,
            currencies=tuple(self._currencies[code].impact for code in sorted(self._currencies)),
            plans=tuple(tally.impact for tally in self._plans),
            proofs=tuple(self._proofs[code].proof for code in sorted(self._proofs)),
            gaps=(*self._usage.gaps, *(Gap(reason, count) for reason, count in sorted(self._gaps.items()))),
            notes=tuple(self._notes),
        )


def _any(_line: LineChange) -> bool:
    return True


def edited_in_place(line: LineChange) -> bool:
    """Return whether the very price changes that subscribers of old versions have: it changes for them too."""
    return line.price_id is not None and line.price_id == line.price_id_after and line.op == "changed"


def _moves(plan: PlanChange, rated: RatedBill, *, staying: bool) -> list[tuple[Moment, Amounts]]:
    """Split the total of a bill by the moment at which each of its lines takes the new price.

    A plan's transition may be immediate; then prices in arrears are new for the running period, prices in advance from
    the next one on. A price that is edited in place is new from the next period on, for pinned subscribers as well.
    """
    usual: Moment = "never" if staying else plan.transition
    parts: dict[Moment, Amounts] = {usual: Amounts(rated.total.old, rated.total.new)}
    for index, one in rated.lines.items():
        line = plan.lines[index]
        later = edited_in_place(line) or (usual == "now" and _in_advance(line))
        if later and usual != "period_end" and one.amounts.delta:
            parts[usual] += Amounts(-one.amounts.old, -one.amounts.new)
            parts["period_end"] = parts.get("period_end", Amounts()) + one.amounts
    return [(moment, amounts) for moment, amounts in parts.items() if len(parts) == 1 or amounts != _NONE]


def _in_advance(line: LineChange) -> bool:
    price = line.after if isinstance(line.after, Pricing) else line.before
    return isinstance(price, Pricing) and price.payment_term == "in_advance"


_NONE: Final = Amounts(Decimal(0), Decimal(0))
