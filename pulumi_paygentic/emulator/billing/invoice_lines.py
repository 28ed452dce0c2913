"""The lines of an invoice: usage of a period, fees as they fall due, and refunds of usage taken back since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pulumi_paygentic.emulator.billing import discount_lines, price_snapshots, rating
from pulumi_paygentic.emulator.billing.adjustments import Adjustments
from pulumi_paygentic.emulator.billing.balances import CreditTimelines
from pulumi_paygentic.emulator.billing.discount_lines import number, percent_of, written
from pulumi_paygentic.emulator.billing.discounts import Credits
from pulumi_paygentic.emulator.billing.price_snapshots import PriceSnapshot
from pulumi_paygentic.emulator.billing.rating import Amount, Period, Window
from pulumi_paygentic.emulator.metering import measurement
from pulumi_paygentic.emulator.metering.measurement import UsageQuery
from pulumi_paygentic.emulator.storage import clock, durations, kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp
from pulumi_paygentic.emulator.storage.store import Record, Store

_ALL = Fraction(1)


@dataclass(slots=True)
class Bill:
    """The lines gathered so far, and the time up to which each fee is charged, so that none is charged twice."""

    store: Store
    subscription: Record
    timelines: CreditTimelines
    charged: dict[str, int] = field(default_factory=dict)
    lines: list[Record] = field(default_factory=list)
    adjustments: Adjustments = field(init=False)

    def __post_init__(self) -> None:
        self.adjustments = Adjustments.of(self.store, self.subscription)

    def usage(self, period: Period, agreed: list[PriceSnapshot]) -> None:
        """Add the usage measured in the period at the period's prices, and the discounts of credits."""
        covers = Credits(self.store, self.subscription, period, self.timelines)
        for term in filter(price_snapshots.is_metered, agreed):
            share = covers.share(term, used(self.store, self.subscription, term, period))
            charged = self.adjustments.quantity(term, period, share.charged)
            discounted = min(share.discounted, charged)
            if charged:
                self._add(term, period, charged, "in_arrears")
            if discounted:
                self._add(term, period, -discounted, "in_arrears", discount=True)

    def fees(self, period: Period, agreed: list[PriceSnapshot], payment_term: str, *, last: bool = False) -> None:
        """Add fees: in advance those whose time begins in the period, in arrears those whose time ends in it.

        The last invoice also has those in arrears whose time has only begun.
        """
        for term in agreed:
            price = term["price"]
            if price_snapshots.is_metered(term) or price["paymentTerm"] != payment_term:
                continue
            for window in self._occurrences(term, period):
                if window.is_stub and price["isObligation"]:
                    continue  # an obligation is charged whole, first at the next boundary
                occurrence = window.billed
                begins = period.start <= occurrence.start < period.end
                ends = last or occurrence.end <= period.end
                if begins if payment_term == "in_advance" else ends:
                    self.charged[term["key"]] = clock.milliseconds(occurrence.start)
                    quantity = self.adjustments.quantity(term, occurrence, Decimal(price["quantity"]))
                    if quantity or not price["quantity"]:
                        self._add(term, occurrence, quantity, payment_term, part=window.share)

    def refunds(self, period: Period, owed: list[dict[str, Any]]) -> None:
        """Add refunds of usage that an earlier invoice charged, at its prices and its tax."""
        for credit in owed:
            quantity, line = -Decimal(credit["quantity"]), credit["line"]
            identity = f"{line['eventId']}:refund:{len(self.lines)}"
            amount = Amount(-Decimal(credit["price"]), -Decimal(credit["tax"]), Decimal(line["unitPrice"]))
            self.lines.append(
                {
                    **line,
                    **written(amount),
                    "eventId": identity,
                    "meterEventId": identity,
                    "lineItemType": "refund",
                    "quantity": number(quantity),
                    "periodStart": timestamp(period.start),
                    "periodEnd": timestamp(period.end),
                }
            )

    def limit_rebates(self) -> None:
        """Cut rebates short, the last first, where they exceed the rest of the invoice."""
        missing = -totals(self.lines)["grandTotal"]
        for line in reversed(self.lines):
            amount = Decimal(line["totalAmount"])
            if missing > 0 and line["eventType"] == "usage" and amount < 0:
                left = min(amount + missing, Decimal(0))
                line.update(written(rating.split(left, Decimal(line["unitPrice"]), percent_of(line))))
                missing -= left - amount

    def _occurrences(self, term: PriceSnapshot, period: Period) -> Iterator[Window]:
        """Yield the fee's own periods that touch the period and are not charged yet."""
        key, every = term["key"], durations.parse(term["price"]["billingCadence"])
        if not every.recurs:
            if key not in self.charged:
                yield Window(*[Period(period.start, period.start)] * 2)
            return
        anchor = parse_date_time(self.subscription["billingAnchor"])
        begins = parse_date_time(self.subscription["billingStartsAt"])
        for window in rating.windows(anchor, durations.at_least_daily(every), begins, period.start):
            if window.billed.start >= period.end:
                return
            if clock.milliseconds(window.billed.start) > self.charged.get(key, -1):
                yield window

    def _add(
        self,
        term: PriceSnapshot,
        window: Period,
        quantity: Decimal,
        payment_term: str,
        *,
        discount: bool = False,
        part: Fraction = _ALL,
    ) -> None:
        plan = self.store.get(kinds.PLAN, self.subscription["planId"]) or {}
        percent = price_snapshots.tax_percent(self.store, self.subscription, term)
        inclusive = plan.get("taxBehavior") == "inclusive"
        price = term["price"]
        amount = rating.rate(price, quantity, tax_percent=percent, inclusive=inclusive, part=part)
        identity = f"{term['key']}:{clock.milliseconds(window.start)}:{len(self.lines)}"
        self.lines.append(
            {
                "eventType": "discount" if discount else "usage" if price_snapshots.is_metered(term) else "fee",
                "eventId": identity,
                "eventSourceId": term["sourceId"],
                "billableMetricId": term["sourceId"],
                "itemId": term["itemId"],
                "priceId": price["id"],
                "invoiceDisplayName": price["invoiceDisplayName"],
                "lineItemType": "charge",
                "meterEventId": identity if price_snapshots.is_metered(term) else "",
                "metricDescription": term["description"],
                "metricName": term["name"],
                "metricUnit": term["unit"],
                "quantity": number(quantity),
                "taxRate": float(percent / 100),
                **written(amount),
                "periodStart": timestamp(window.start),
                "periodEnd": timestamp(window.end),
                "paymentTerm": payment_term,
            }
        )
        if amount.total > 0:
            self.lines += discount_lines.of(self.adjustments, self.lines[-1], window, inclusive=inclusive)


def used(store: Store, subscription: Record, term: PriceSnapshot, period: Period) -> Decimal:
    """Measure the usage of a metric by the subscription's customer in a period."""
    metric = store.get(kinds.BILLABLE_METRIC, term["sourceId"])
    if metric is None:
        return Decimal(0)
    asked = UsageQuery(
        clock.milliseconds(period.start),
        clock.milliseconds(period.end),
        str(subscription["customerId"]),
        subscription=str(subscription["id"]),
    )
    return measurement.measure(store, metric, asked).whole.result(metric["aggregation"])


def totals(lines: list[Record]) -> dict[str, Decimal]:
    return {
        name: rating.total([Decimal(line[part]) for line in lines])
        for name, part in (("subtotal", "totalPrice"), ("totalTax", "totalTax"), ("grandTotal", "totalAmount"))
    }
