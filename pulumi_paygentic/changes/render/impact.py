"""The impact of a change in sections of sentences and tables: plain text, which a renderer escapes as it needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from pulumi_paygentic.changes.impact import Amounts, CurrencyImpact, CustomerImpact, Impact, PlanImpact, Proof
from pulumi_paygentic.changes.render.money import bar, number, percent, total
from pulumi_paygentic.changes.render.words import count, span

_SOURCES: Final = {
    "invoices": "the account's invoices",
    "meters": "the account's meters",
    "file": "a file of usage",
}
_MOMENTS: Final = {"now": "at once", "period_end": "at the end of their period", "never": "never, so nothing changes"}
_REASONS: Final = {
    "price": "another price (edited, agreed, or of an earlier version)",
    "refund": "a refund",
    "credit": "a discount or credit",
    "sum": "lines that don't add up to the invoice",
    "other": "a quantity that the prices don't explain",
}


class Cells(NamedTuple):
    """A table: the first column is text, the others are numbers."""

    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(slots=True)
class Section:
    """A part of the impact; `details` are to be folded away where a format can."""

    title: str
    sentences: list[str] = field(default_factory=list)
    table: Cells | None = None
    details: bool = False


def sections(impact: Impact, old: str = "the old prices", new: str = "the new ones") -> Iterator[Section]:
    """Yield the sections, the most important first; `old` and `new` name the prices in sentences.

    When subscriptions move is left out if the two sides are no change that somebody is about to make.
    """
    announces = (old, new) == ("the old prices", "the new ones")
    first = Section(f"In money: the last complete periods{span(impact.first, impact.last)}")
    first.sentences += [_total(one, old, new) for one in impact.currencies] or ["Nothing could be rated."]
    first.sentences += [sentence for one in impact.currencies for sentence in _people(one, announces=announces)]
    first.sentences += [_proof(proof, old) for proof in impact.proofs]
    first.sentences += [f"Not known: {gap.reason}{_of(gap.count)}." for gap in impact.gaps]
    first.sentences.append(" ".join((f"Usage is from {_SOURCES[impact.source]}.", *impact.notes)))
    if len(impact.plans) > 1:
        first.table = _plans(impact.plans)
    yield first
    if any(plan.lines for plan in impact.plans):
        yield Section("By line", table=_lines(impact.plans), details=True)
    if any(line.bands for plan in impact.plans for line in plan.lines):
        yield Section("By quantity", table=_bands(impact.plans), details=True)
    for one in impact.currencies:
        if one.increases or one.decreases:
            yield Section(f"Customers who move most, {one.currency}", table=_movers(one), details=True)
    differences = [(proof, found) for proof in impact.proofs for found in proof.differences]
    if differences:
        rows = [
            (
                f"{found.line}: {_REASONS[found.reason]}",
                f"{found.invoices:,}",
                total(found.amount, proof.currency),
                found.example,
            )
            for proof, found in differences
        ]
        yield Section(
            "Where invoices differ", table=Cells(("Line", "Invoices", "Amount", "Example"), rows), details=True
        )


def headline_of(impact: Impact) -> Iterator[str]:
    """Yield the sentence for the headline, for each currency."""
    for one in impact.currencies:
        yield f"On the last complete periods that is {_change(one.amounts, one.currency)}."


def _total(one: CurrencyImpact, old_name: str, new_name: str) -> str:
    who = f"{count(one.customers, 'customer')}, {count(one.subscriptions, 'subscription')}"
    old, new = total(one.amounts.old, one.currency), total(one.amounts.new, one.currency)
    return f"{who}: {old} at {old_name}, {new} at {new_name}: {_change(one.amounts, one.currency)}."


def _people(one: CurrencyImpact, *, announces: bool) -> Iterator[str]:
    moves = [
        f"{count(move.subscriptions, 'subscription')} {_MOMENTS[move.moment]}{span(move.first, move.last)}:"
        f" {_change(move.amounts, one.currency)}"
        for move in one.moves
    ]
    if moves and announces:
        yield f"Move: {'; '.join(moves)}."
    movers = [
        f"by over {mover.percent} % {mover.more:,} pay more and {mover.less:,} less"
        for mover in one.movers
        if mover.more or mover.less
    ]
    if movers:
        yield f"Customers: {'; '.join(movers)}."
    if one.from_nothing:
        paid = total(one.from_nothing_amount, one.currency)
        yield f"{count(one.from_nothing, 'customer')} paid nothing before and would pay {paid} in all."


def _proof(proof: Proof, old_name: str) -> str:
    same = f"The same rating at {old_name} equals {proof.equal:,} of {count(proof.invoices, 'invoice')} to the digit"
    amounts = f"rated {total(proof.rated, proof.currency)}, invoiced {total(proof.invoiced, proof.currency)}"
    return f"Proof: {same} ({amounts})."


def _plans(plans: tuple[PlanImpact, ...]) -> Cells:
    most = max((abs(plan.amounts.delta) for plan in plans), default=Decimal(0))
    rows = [
        (
            plan.name,
            f"{plan.subscriptions:,}",
            total(plan.amounts.old, plan.currency),
            total(plan.amounts.new, plan.currency),
            f"{_change(plan.amounts, plan.currency)} {_bar(plan.amounts, most)}".rstrip(),
        )
        for plan in plans
    ]
    return Cells(("Plan", "Subscriptions", "Old", "New", "Change"), rows)


def _lines(plans: tuple[PlanImpact, ...]) -> Cells:
    rows = [
        (
            f"{plan.name}: {line.name}",
            f"{line.subscriptions:,}",
            total(line.amounts.old, plan.currency),
            total(line.amounts.new, plan.currency),
            _change(line.amounts, plan.currency),
        )
        for plan in plans
        for line in plan.lines
    ]
    return Cells(("Line", "Subscriptions", "Old", "New", "Change"), rows)


def _bands(plans: tuple[PlanImpact, ...]) -> Cells:
    rows = [
        (
            f"{plan.name}: {line.name}, {_range(band.over, band.up_to)}",
            f"{band.subscriptions:,}",
            number(band.quantity),
            _change(band.amounts, plan.currency),
        )
        for plan in plans
        for line in plan.lines
        for band in line.bands
    ]
    return Cells(("Quantity", "Subscriptions", "Units", "Change"), rows)


def _movers(one: CurrencyImpact) -> Cells:
    customers = (*one.increases, *one.decreases)
    most = max((abs(customer.amounts.delta) for customer in customers), default=Decimal(0))
    return Cells(("Customer", "Old", "New", "Change"), [_customer(each, one.currency, most) for each in customers])


def _customer(customer: CustomerImpact, currency: str, most: Decimal) -> tuple[str, ...]:
    amounts = customer.amounts
    change = f"{_change(amounts, currency)} {_bar(amounts, most)}".rstrip()
    title = f"{customer.customer_id} ({', '.join(customer.plans)})"
    return title, total(amounts.old, currency), total(amounts.new, currency), change


def _change(amounts: Amounts, currency: str) -> str:
    """`+1,204.10 USD (+10 %)`."""
    relative = percent(amounts.percent)
    changed = total(amounts.delta, currency, signed=True)
    return f"{changed} ({relative})" if relative and amounts.delta else changed


def _bar(amounts: Amounts, most: Decimal) -> str:
    return bar(abs(amounts.delta) / most) if most else ""


def _range(over: Decimal, up_to: Decimal | None) -> str:
    return f"above {number(over)}" if up_to is None else f"{number(over)} to {number(up_to)}"


def _of(subscriptions: int) -> str:
    return f" ({count(subscriptions, 'subscription')})" if subscriptions else ""
