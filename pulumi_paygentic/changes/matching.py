"""The lines of a plan, matched with the billed lines of its subscriptions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pulumi_paygentic.changes.plan_change import LineChange
from pulumi_paygentic.changes.pricing import Pricing, Source
from pulumi_paygentic.changes.rebates import is_rebate
from pulumi_paygentic.changes.usage.bill import BilledLine


@dataclass(slots=True)
class Billed:
    """The billed lines of one line of a plan in a period.

    Charges, refunds, units that grants paid for (`discounts`), and amounts that an agreed rate took off (`reductions`).
    """

    charges: list[BilledLine] = field(default_factory=list)
    refunds: list[BilledLine] = field(default_factory=list)
    discounts: list[BilledLine] = field(default_factory=list)
    reductions: list[BilledLine] = field(default_factory=list)

    def add(self, line: BilledLine) -> None:
        """Add a billed line of this line of the plan."""
        if line.kind == "discount":
            (self.discounts if line.quantity < 0 else self.reductions).append(line)
        elif line.is_refund:
            self.refunds.append(line)
        else:
            self.charges.append(line)

    @property
    def lines(self) -> tuple[BilledLine, ...]:
        """Return all of them."""
        return (*self.charges, *self.refunds, *self.discounts, *self.reductions)


class Matcher:
    """Finds the line of a plan that a billed line belongs to.

    By its price, old or new; else by its metric or fee: a line that was billed at a price of an earlier version has
    that in common. Of several lines that charge for one metric, the name decides, then the sign of the unit price (a
    charge and its rebate).
    """

    def __init__(self, lines: Sequence[LineChange]) -> None:
        self._lines = lines
        self._by_price: dict[str, int] = {}
        self._by_source: dict[str, list[int]] = {}
        for index, line in enumerate(lines):
            for price in (line.price_id, line.price_id_after):
                if price is not None:
                    self._by_price.setdefault(price, index)
            for name in sorted(_names(line)):
                self._by_source.setdefault(name, []).append(index)

    def match(self, lines: Iterable[BilledLine]) -> tuple[dict[int, Billed], list[BilledLine]]:
        """Return the billed lines by the index of the plan's line, and those that belong to none.

        A line without a price is mere usage: it belongs to every line that charges for its metric.
        """
        matched: dict[int, Billed] = {}
        others: list[BilledLine] = []
        for line in lines:
            found = self._indexes(line)
            for index in found:
                matched.setdefault(index, Billed()).add(line)
            if not found:
                others.append(line)
        return matched, others

    def _indexes(self, line: BilledLine) -> list[int]:
        if line.kind == "other":
            return []
        if line.price_id in self._by_price:
            return [self._by_price[line.price_id]]
        some = self._by_source.get(line.source_id or "", [])
        if len(some) > 1 and line.unit_price is not None:
            named = [index for index in some if line.name in {self._lines[index].name, self._lines[index].name_before}]
            signed = [index for index in some if is_rebate(self._lines[index].before) == (line.unit_price < 0)]
            some = next((choice for choice in (named, signed) if len(choice) == 1), [])
        return some


def meters_same(one: Source, other: Source) -> bool:
    """Return whether two lines charge for the same metric: by id where both are known, else by what it measures."""
    if one.kind != "metric" or other.kind != "metric":
        return False
    if one.id is not None and other.id is not None:
        return one.id == other.id
    return one == other and one.name == other.name and one.event_type is not None


def _names(line: LineChange) -> set[str]:
    """The names by which a source of usage may call the metric or fee of a line that exists already."""
    priced = line.before if isinstance(line.before, Pricing) else None
    return {name for name in (priced.source.id, priced.source.name) if name} if priced else set()
