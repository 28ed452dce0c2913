"""The sums over all rated bills: by plan and line, by moment, by customer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from pulumi_paygentic.changes.impact import (
    Amounts,
    BandImpact,
    CurrencyImpact,
    CustomerImpact,
    LineImpact,
    MoveImpact,
    Movers,
    PlanImpact,
)
from pulumi_paygentic.changes.plan_change import LineChange, Moment, PlanChange
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.rated_line import RatedLine
from pulumi_paygentic.changes.rerating import RatedBill

PERCENTS: Final = (5, 10, 25)
MOST_NAMED: Final = 5
_MOMENTS: Final[tuple[Moment, ...]] = ("now", "period_end", "never")


@dataclass(slots=True)
class _Sum:
    amounts: Amounts = field(default_factory=Amounts)
    count: int = 0
    quantity: Decimal = Decimal(0)

    def add(self, amounts: Amounts, quantity: Decimal = Decimal(0)) -> None:
        self.amounts += amounts
        self.quantity += quantity
        self.count += 1


class PlanTally:
    """The sums over the bills of one plan."""

    def __init__(self, plan: PlanChange, currency: str) -> None:
        self._plan = plan
        self._currency = currency
        self._total = _Sum()
        self._lines = {index: _Sum() for index in range(len(plan.lines))}
        self._bounds = [_bounds(line) for line in plan.lines]
        self._bands: dict[tuple[int, int], _Sum] = {}

    def add(self, rated: RatedBill) -> None:
        """Add one bill."""
        self._total.add(rated.total)
        for index, line in rated.lines.items():
            if line.is_used:
                self._lines[index].add(line.amounts, line.quantity)
                self._add_band(index, line)

    def _add_band(self, index: int, line: RatedLine) -> None:
        bounds = self._bounds[index]
        if bounds:
            band = sum(line.quantity > bound for bound in bounds)
            self._bands.setdefault((index, band), _Sum()).add(line.amounts, line.quantity)

    @property
    def impact(self) -> PlanImpact:
        """Return the sums as a value."""
        return PlanImpact(
            urn=self._plan.urn,
            name=self._plan.name,
            currency=self._currency,
            subscriptions=self._total.count,
            amounts=self._total.amounts,
            lines=tuple(self._line(index, line) for index, line in enumerate(self._plan.lines)),
        )

    def _line(self, index: int, line: LineChange) -> LineImpact:
        found = self._lines[index]
        ends = [Decimal(0), *self._bounds[index]]
        bands = tuple(
            BandImpact(
                over=over,
                up_to=ends[band + 1] if band + 1 < len(ends) else None,
                subscriptions=summed.count,
                quantity=summed.quantity,
                amounts=summed.amounts,
            )
            for band, over in enumerate(ends)
            for summed in [self._bands.get((index, band), _Sum())]
        )
        return LineImpact(
            key=line.key,
            name=line.name,
            subscriptions=found.count,
            amounts=found.amounts,
            bands=bands if self._bounds[index] else (),
        )


def _bounds(line: LineChange) -> list[Decimal]:
    """The bounds of the tiers before and after, ascending."""
    sides = [one for one in (line.before, line.after) if isinstance(one, Pricing)]
    return sorted({band.up_to for one in sides for band in one.bands if band.up_to is not None})


@dataclass(slots=True)
class _Customer:
    amounts: Amounts = field(default_factory=Amounts)
    plans: dict[str, None] = field(default_factory=dict)
    subscriptions: int = 0


@dataclass(slots=True)
class _Moved:
    amounts: Amounts = field(default_factory=Amounts)
    subscriptions: int = 0
    days: list[date] = field(default_factory=list)


class CurrencyTally:
    """The sums over all bills in one currency."""

    def __init__(self, currency: str) -> None:
        self._currency = currency
        self._total = _Sum()
        self._customers: dict[str, _Customer] = {}
        self._moves: dict[Moment, _Moved] = {}

    def add(
        self, customer_id: str, plan: str, total: Amounts, moves: Iterable[tuple[Moment, Amounts]], end: date
    ) -> None:
        """Add one bill; `moves` splits its total by moment, and `end` is the end of the running period."""
        self._total.add(total)
        customer = self._customers.setdefault(customer_id, _Customer())
        customer.amounts += total
        customer.plans[plan] = None
        customer.subscriptions += 1
        for moment, amounts in moves:
            moved = self._moves.setdefault(moment, _Moved())
            moved.amounts += amounts
            moved.subscriptions += 1
            if moment == "period_end":
                moved.days = [min([*moved.days, end]), max([*moved.days, end])]

    @property
    def impact(self) -> CurrencyImpact:
        """Return the sums as a value."""
        everyone = [
            CustomerImpact(
                customer_id=name, plans=tuple(one.plans), subscriptions=one.subscriptions, amounts=one.amounts
            )
            for name, one in self._customers.items()
        ]
        new = [one for one in everyone if one.amounts.old == 0 and one.amounts.new != 0]
        by_delta = sorted(everyone, key=lambda one: (-one.amounts.delta, one.customer_id))
        decreases = sorted(everyone, key=lambda one: (one.amounts.delta, one.customer_id))
        return CurrencyImpact(
            currency=self._currency,
            customers=len(everyone),
            subscriptions=self._total.count,
            amounts=self._total.amounts,
            moves=tuple(_move(moment, self._moves[moment]) for moment in _MOMENTS if moment in self._moves),
            movers=_movers(everyone),
            increases=tuple(one for one in by_delta[:MOST_NAMED] if one.amounts.delta > 0),
            decreases=tuple(one for one in decreases[:MOST_NAMED] if one.amounts.delta < 0),
            from_nothing=len(new),
            from_nothing_amount=sum((one.amounts.new for one in new), Decimal(0)),
            unchanged=sum(one.amounts.delta == 0 for one in everyone),
        )


def _move(moment: Moment, moved: _Moved) -> MoveImpact:
    first, last = (moved.days[0], moved.days[-1]) if moved.days else (None, None)
    return MoveImpact(moment=moment, subscriptions=moved.subscriptions, amounts=moved.amounts, first=first, last=last)


def _movers(everyone: Sequence[CustomerImpact]) -> tuple[Movers, ...]:
    more: Counter[int] = Counter()
    less: Counter[int] = Counter()
    for one in everyone:
        percent = one.amounts.percent
        for least in PERCENTS:
            if percent is not None and percent > least:
                more[least] += 1
            elif percent is not None and percent < -least:
                less[least] += 1
    return tuple(Movers(percent, more[percent], less[percent]) for percent in PERCENTS)
