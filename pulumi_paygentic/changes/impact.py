"""The impact of a change in money and in customers, as a value: past usage at the old prices and at the new ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from pulumi_paygentic.changes.plan_change import Moment

CAVEAT = "Past usage at the new prices: customers who would use more or less at them are not foreseen. Without tax."
"""The sentence to print once with every impact."""

Reason = Literal["price", "refund", "credit", "sum", "other"]
"""The reason for which a period was invoiced otherwise than the old prices say.

`price`: at another price, which was edited, agreed with the customer, or of an earlier version. `refund`: it holds a
refund. `credit`: a discount or a credit that the prices do not explain. `sum`: the invoice's subtotal is not the sum of
its lines. `other`: a quantity or a share that the prices do not explain.
"""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is not known: a sentence without a number, and how many subscriptions it is about."""

    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Amounts:
    """An amount before and after, exact, in one currency."""

    old: Decimal = Decimal(0)
    new: Decimal = Decimal(0)

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(self.old + other.old, self.new + other.new)

    @property
    def delta(self) -> Decimal:
        """Return the difference: positive if more is paid."""
        return self.new - self.old

    @property
    def percent(self) -> Decimal | None:
        """Return the difference in per cent of the old amount; None if that is zero."""
        return None if self.old == 0 else self.delta * 100 / abs(self.old)


@dataclass(frozen=True, slots=True, kw_only=True)
class BandImpact:
    """The subscriptions whose quantity lies in one band: above `over`, up to and including `up_to` (None: no end).

    The bands are cut at the bounds of the old and of the new tiers, so that each has one price before and one after.
    """

    over: Decimal
    up_to: Decimal | None
    subscriptions: int
    quantity: Decimal
    amounts: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class LineImpact:
    """One line of a plan, over all its subscribers: `bands` only where there are tiers."""

    key: str
    name: str
    subscriptions: int
    amounts: Amounts
    bands: tuple[BandImpact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanImpact:
    """One plan, over the last complete periods of its subscriptions."""

    urn: str
    name: str
    currency: str
    subscriptions: int
    amounts: Amounts
    lines: tuple[LineImpact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveImpact:
    """The money that moves at one moment: `now`, `period_end` (from `first` to `last`) or `never` (no difference)."""

    moment: Moment
    subscriptions: int
    amounts: Amounts
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerImpact:
    """One customer, over all subscriptions in one currency; `plans` has the names of their plans."""

    customer_id: str
    plans: tuple[str, ...]
    subscriptions: int
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Movers:
    """The numbers of customers who would pay more, and less, by over so many per cent."""

    percent: int
    more: int
    less: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyImpact:
    """Everything in one currency.

    Args:
        currency: The ISO code.
        customers: The number of customers with a complete period.
        subscriptions: The number of their subscriptions.
        amounts: The total, old and new.
        moves: The total by the moment at which subscriptions move.
        movers: Customers who move by over 5, 10 and 25 per cent.
        increases: The five customers who would pay the most more.
        decreases: The five who would pay the most less.
        from_nothing: The customers who paid nothing and would pay something: no per cent says that.
        from_nothing_amount: The sum that they would pay.
        unchanged: The number of customers for whom nothing changes.

    """

    currency: str
    customers: int
    subscriptions: int
    amounts: Amounts
    moves: tuple[MoveImpact, ...] = ()
    movers: tuple[Movers, ...] = ()
    increases: tuple[CustomerImpact, ...] = ()
    decreases: tuple[CustomerImpact, ...] = ()
    from_nothing: int = 0
    from_nothing_amount: Decimal = Decimal(0)
    unchanged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Periods that were invoiced otherwise than the old prices say, for one reason.

    `amount` is what was invoiced less what the old prices say, summed up; `example` is the id of one of the invoices,
    or of the subscription of one.
    """

    reason: Reason
    line: str
    invoices: int
    amount: Decimal
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The same rating under the old prices, against what was really invoiced, in one currency."""

    currency: str
    invoices: int
    equal: int
    rated: Decimal
    invoiced: Decimal
    differences: tuple[Difference, ...] = ()

    @property
    def holds(self) -> bool:
        """Return whether every invoice is equal to the digit."""
        return self.equal == self.invoices


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """The money that the last complete period of every subscription concerned would have earned at the new prices.

    Args:
        source: The source of the usage: `invoices`, `meters` or `file`.
        first: The day on which the earliest of the periods begins; None if there is none.
        last: The last day of the latest.
        currencies: The money by currency, sorted by code; empty if nothing could be rated.
        plans: The plans that change and have subscribers with a complete period.
        proofs: The proof lines by currency; empty if the source knows no invoices.
        gaps: The things that are not known, and of how many subscriptions. None of them counts as zero.
        notes: Sentences to say once.

    """

    source: Literal["invoices", "meters", "file"]
    first: date | None = None
    last: date | None = None
    currencies: tuple[CurrencyImpact, ...] = ()
    plans: tuple[PlanImpact, ...] = ()
    proofs: tuple[Proof, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = field(default=(CAVEAT,))

    @property
    def customers(self) -> int:
        """Return the number of customers, one in two currencies counted twice."""
        return sum(one.customers for one in self.currencies)
