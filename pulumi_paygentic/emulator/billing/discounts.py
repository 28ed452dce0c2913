"""Effects of credits on an invoice: discounts, and hard limits.

A discount takes covered usage off again if the price says so. Usage beyond a hard limit is not charged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from pulumi_paygentic.emulator.billing import rating
from pulumi_paygentic.emulator.billing.balances import CreditTimelines
from pulumi_paygentic.emulator.billing.price_snapshots import PriceSnapshot
from pulumi_paygentic.emulator.billing.rating import Period
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.store import Record, Store


class Share(NamedTuple):
    """The quantity of a line that is charged, and the part of it that a discount takes off."""

    charged: Decimal
    discounted: Decimal


@dataclass(slots=True)
class _Cover:
    """The credits of a feature left for the period. Lines draw on them in their order, each metric once."""

    left: Decimal
    hard: bool
    taken: dict[str, Decimal]

    def take(self, metric_id: str, quantity: Decimal) -> Decimal:
        if metric_id not in self.taken:
            self.taken[metric_id] = max(min(self.left, quantity), Decimal(0))
            self.left = rating.total([self.left, -self.taken[metric_id]])
        return self.taken[metric_id]


class Credits:
    """The credits of a subscription's metered features in one period."""

    def __init__(self, store: Store, subscription: Record, period: Period, timelines: CreditTimelines) -> None:
        self._covers = dict(_covers(store, subscription, period, timelines))

    def share(self, term: PriceSnapshot, quantity: Decimal) -> Share:
        for attached in term["price"]["features"]:
            cover = self._covers.get(attached["featureId"])
            if cover is not None:
                covered = cover.take(term["sourceId"], quantity)
                discounted = covered if term["price"]["grantDiscountEnabled"] else Decimal(0)
                return Share(covered if cover.hard else quantity, discounted)
        return Share(quantity, Decimal(0))


def _covers(
    store: Store, subscription: Record, period: Period, timelines: CreditTimelines
) -> Iterator[tuple[str, _Cover]]:
    for entitlement in store.find(kinds.ENTITLEMENT, {"subscriptionId": subscription["id"]}):
        template = entitlement["template"]
        if template["type"] == "metered" and "canceledAt" not in entitlement:
            hard = not template.get("isSoftLimit", True)
            yield entitlement["featureId"], _Cover(timelines.covered_within(entitlement, period), hard, {})
