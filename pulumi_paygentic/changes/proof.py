"""The proof of a simulation: the same rating at the old prices, against what was invoiced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from pulumi_paygentic.changes.impact import Difference, Proof, Reason
from pulumi_paygentic.changes.matching import Billed
from pulumi_paygentic.changes.plan_change import PlanChange
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.rating.charges import band_of
from pulumi_paygentic.changes.rerating import RatedBill
from pulumi_paygentic.changes.usage.bill import Bill

_NOTHING: Final = Decimal(0)


@dataclass(slots=True)
class _Found:
    example: str
    invoices: int = 0
    amount: Decimal = _NOTHING


@dataclass(slots=True)
class ProofTally:
    """The proof in one currency, bill by bill."""

    currency: str
    invoices: int = 0
    equal: int = 0
    rated: Decimal = _NOTHING
    invoiced: Decimal = _NOTHING
    found: dict[tuple[Reason, str], _Found] = field(default_factory=dict)

    def add(self, bill: Bill, invoiced: Decimal, plan: PlanChange, rated: RatedBill) -> None:
        """Compare one invoice's subtotal with its rating at the old prices."""
        self.invoices += 1
        self.rated += rated.total.old
        self.invoiced += invoiced
        if rated.total.old == invoiced:
            self.equal += 1
            return
        for reason, line, amount in _differences(invoiced, plan, rated):
            found = self.found.setdefault((reason, line), _Found(bill.invoice_id or bill.subscription.id))
            found.invoices += 1
            found.amount += amount

    @property
    def proof(self) -> Proof:
        """Return the proof as a value, the largest differences first."""
        differences = [
            Difference(reason=reason, line=line, invoices=one.invoices, amount=one.amount, example=one.example)
            for (reason, line), one in self.found.items()
        ]
        return Proof(
            currency=self.currency,
            invoices=self.invoices,
            equal=self.equal,
            rated=self.rated,
            invoiced=self.invoiced,
            differences=tuple(sorted(differences, key=lambda one: (-abs(one.amount), one.reason, one.line))),
        )


def _differences(subtotal: Decimal, plan: PlanChange, rated: RatedBill) -> Iterator[tuple[Reason, str, Decimal]]:
    explained = _NOTHING
    for index, have in rated.billed.items():
        line = plan.lines[index]
        invoiced = sum((one.amount or _NOTHING for one in have.lines), _NOTHING)
        difference = invoiced - rated.lines[index].amounts.old
        if difference:
            explained += difference
            yield _reason(line.before, have), line.name, difference
    rest = subtotal - rated.total.old - explained
    if rest:
        yield "sum", "", rest


def _reason(price: object, have: Billed) -> Reason:
    if have.refunds:
        return "refund"
    if isinstance(price, Pricing) and price.bands:
        quantity = sum((one.quantity for one in have.charges), _NOTHING)
        wanted = band_of(price, quantity).unit_price
        if any(one.unit_price is not None and one.unit_price != wanted for one in have.charges):
            return "price"
    return "credit" if have.discounts or have.reductions else "other"
