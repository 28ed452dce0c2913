"""Adjustments of a subscription: discounts, and bounds of quantities, each for a window of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from pulumi_paygentic.emulator.billing import rating
from pulumi_paygentic.emulator.billing.price_snapshots import PriceSnapshot
from pulumi_paygentic.emulator.billing.rating import Period
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp
from pulumi_paygentic.emulator.storage.kinds import Scope
from pulumi_paygentic.emulator.storage.store import Record, Store

KIND = kinds.define("subscriptionAdjustment", "adj_", "subscriptions", Scope.CUSTOMER)


class Discount(NamedTuple):
    """A share that an adjustment takes off a charge, and the name of it on the invoice."""

    adjustment: str
    name: str | None
    share: Fraction


@dataclass(slots=True)
class Adjustments:
    """The adjustments of one subscription, and until when each of them was used for the lines of one bill."""

    found: list[Record]
    used: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, store: Store, subscription: Record) -> Adjustments:
        return cls(store.find(KIND, {"subscriptionId": subscription["id"]}))

    def quantity(self, term: PriceSnapshot, window: Period, quantity: Decimal) -> Decimal:
        """The quantity of a line once units are waived and its bounds are kept. The maximum has the last word."""
        mine = [one for one in self.found if one["_key"] == term["key"] and _ends_within(one, window.end)]
        for one in mine:
            self._use(one, window)
        waived = rating.total([Decimal(one["usageDiscount"]) for one in mine if one["usageDiscount"] is not None])
        quantity = max(rating.total([quantity, -waived]), Decimal(0)) if waived else quantity
        least = [Decimal(one["minimumQuantity"]) for one in mine if one["minimumQuantity"] is not None]
        most = [Decimal(one["maximumQuantity"]) for one in mine if one["maximumQuantity"] is not None]
        return min([max([quantity, *least]), *most])

    def discounts(self, window: Period) -> Iterator[Discount]:
        """Yield the shares that the discounts of a rate take off a charge for a window, each of what is left."""
        for one in self.found:
            part = _overlap(one, window) if one["percentageDiscount"] is not None else Fraction(0)
            if part:
                self._use(one, window)
                yield Discount(one["id"], one["description"], Fraction(one["percentageDiscount"]) * part)

    def _use(self, one: Record, window: Period) -> None:
        self.used[one["id"]] = max(self.used.get(one["id"], ""), timestamp(window.end))


def billed_until(store: Store, adjustment: Record) -> str | None:
    """The end of the last period that an issued invoice billed under an adjustment; None if none did."""
    found = store.find(kinds.INVOICE, {"subscriptionId": adjustment["subscriptionId"]})
    return max(
        (one["adjusted"][adjustment["id"]] for one in found if adjustment["id"] in one.get("adjusted", {})),
        default=None,
    )


def _ends_within(one: Record, end: datetime) -> bool:
    """Check the window of a quantity: its start is not in it, its end is."""
    starts, ends = parse_date_time(one["effectiveFrom"]), one["effectiveTo"]
    return starts < end and (ends is None or end <= parse_date_time(ends))


def _overlap(one: Record, window: Period) -> Fraction:
    """The share of a line's time that is in the window of a rate: its start is in it, its end is not."""
    starts, ends = parse_date_time(one["effectiveFrom"]), one["effectiveTo"]
    until = window.end if ends is None else parse_date_time(ends)
    if window.start == window.end:
        return Fraction(int(starts <= window.start and (ends is None or window.start < until)))
    common = min(until, window.end) - max(starts, window.start)
    return max(Fraction(common / rating.INSTANT) / Fraction((window.end - window.start) / rating.INSTANT), Fraction(0))
