"""Reports for the pages: usage, revenue by plan, customers and their money.

Read-only, typed, and independent of the API's shapes: for the pages a person opens. Amounts are exact, in the currency
named beside them; moments are in UTC.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pulumi_paygentic.emulator.billing import invoice_lines, invoices, rating, reservations, wallets
from pulumi_paygentic.emulator.metering import event_counts, measurement
from pulumi_paygentic.emulator.metering.measurement import UsageQuery, Window
from pulumi_paygentic.emulator.storage import clock, durations, kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time
from pulumi_paygentic.emulator.storage.store import Record, Store


@dataclass(frozen=True, slots=True)
class Point:
    """One window of a series. Windows in which nothing was measured are left out."""

    start: datetime
    end: datetime
    value: Decimal


@dataclass(frozen=True, slots=True)
class MetricUsage:
    """The usage of one metric: over the whole range, and window by window."""

    metric_id: str
    product_id: str
    name: str
    unit: str
    aggregation: str
    total: Decimal
    events: int
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class PlanRevenue:
    """A plan's revenue in a calendar month: invoiced, and accruing on invoices not issued yet.

    A period counts in the month it begins in. Without tax.
    """

    plan_id: str
    plan_name: str
    currency: str
    period_start: datetime
    period_end: datetime
    invoiced: Decimal
    accruing: Decimal


@dataclass(frozen=True, slots=True)
class Wallet:
    """Test money in one currency: put in, charged, held by reservations, and free once what is owed is taken off."""

    currency: str
    funded: Decimal
    charged: Decimal
    reserved: Decimal
    available: Decimal


@dataclass(frozen=True, slots=True)
class SubscriptionSummary:
    id: str
    name: str
    plan_id: str
    plan_name: str
    status: str
    version_policy: str
    version_number: int | None
    started_at: datetime


@dataclass(frozen=True, slots=True)
class CustomerSummary:
    id: str
    name: str
    email: str
    subscriptions: tuple[SubscriptionSummary, ...]
    wallets: tuple[Wallet, ...]


def usage(
    store: Store,
    merchant: str,
    *,
    start: datetime,
    end: datetime,
    window: Window = "HOUR",
    product_id: str | None = None,
    customer_id: str | None = None,
) -> list[MetricUsage]:
    """Measure each metric of the merchant, or of one product, from `start` to `end`, for all customers or one."""
    where = {} if product_id is None else {"productId": product_id}
    asked = UsageQuery(clock.milliseconds(start), clock.milliseconds(end), customer_id, window)
    return [
        _usage(store, metric, asked, window) for metric in store.find(kinds.BILLABLE_METRIC, where, merchant=merchant)
    ]


def unmatched(store: Store, merchant: str) -> list[tuple[str, int]]:
    """Types of events that no metric measures, most frequent first: as a rule, a misspelt type."""
    known = {metric["eventType"] for metric in store.find(kinds.BILLABLE_METRIC, merchant=merchant)}
    counted = event_counts.of(store).counts(merchant).items()
    return sorted(((kind, count) for kind, count in counted if kind not in known), key=lambda row: (-row[1], row[0]))


def event_count(store: Store, merchant: str) -> int:
    """Count the events received, including usage reported by the older paths."""
    [(older,)] = store.sql("SELECT count(*) FROM usage WHERE merchant = ?", (merchant,))
    return int(older) + sum(event_counts.of(store).counts(merchant).values())


def revenue(store: Store, merchant: str) -> list[PlanRevenue]:
    """Sum revenue by plan, currency and calendar month, the newest month first; without tax."""
    sums: defaultdict[tuple[datetime, str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for invoice in store.find(kinds.INVOICE, merchant=merchant):
        if invoice["status"] == "CANCELLED":
            continue
        month = parse_date_time(invoice["periodStart"]).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        accruing = invoice["status"] == "ACTIVE"
        subtotal = invoice_lines.totals(invoices.lines_of(store, invoice))["subtotal"]
        sums[month, invoice["planId"], invoice["currency"]][accruing] += subtotal
    return [
        PlanRevenue(
            plan_id=plan_id,
            plan_name=(store.get(kinds.PLAN, plan_id) or {"name": ""})["name"],
            currency=currency,
            period_start=month,
            period_end=rating.boundary(month, durations.parse("P1M"), 1),
            invoiced=invoiced,
            accruing=accruing,
        )
        for (month, plan_id, currency), (invoiced, accruing) in sorted(sums.items(), reverse=True)
    ]


def customers(
    store: Store, merchant: str, *, now: datetime, limit: int = 100, offset: int = 0
) -> list[CustomerSummary]:
    """Customers, newest first, with their subscriptions and wallets; `now` is when reservations expire by."""
    found = store.find(kinds.CUSTOMER, merchant=merchant, limit=limit, offset=offset, newest_first=True)
    return [_customer(store, customer, now) for customer in found]


def customer_count(store: Store, merchant: str) -> int:
    return store.count(kinds.CUSTOMER, merchant=merchant)


def _usage(store: Store, metric: Record, asked: UsageQuery, window: Window) -> MetricUsage:
    measured = measurement.measure(store, metric, asked)
    points = [
        Point(
            clock.moment(start),
            clock.moment(measurement.window_end(start, window)),
            aggregate.result(metric["aggregation"]),
        )
        for (start, _), aggregate in sorted(measured.windows.items(), key=lambda entry: entry[0][0])
    ]
    return MetricUsage(
        metric_id=metric["id"],
        product_id=metric["productId"],
        name=metric["name"],
        unit=metric["unit"],
        aggregation=metric["aggregation"],
        total=measured.whole.result(metric["aggregation"]),
        events=measured.whole.events,
        points=tuple(points),
    )


def _customer(store: Store, customer: Record, now: datetime) -> CustomerSummary:
    consumer = store.get(kinds.CONSUMER, customer["consumerId"]) or {"name": "", "email": ""}
    subscriptions = store.find(kinds.SUBSCRIPTION, {"customerId": customer["id"]}, newest_first=True)
    return CustomerSummary(
        id=customer["id"],
        name=consumer["name"],
        email=consumer["email"],
        subscriptions=tuple(_subscription(store, subscription) for subscription in subscriptions),
        wallets=tuple(wallets_of(store, customer, now)),
    )


def wallets_of(store: Store, customer: Record, now: datetime) -> Iterator[Wallet]:
    for currency, (funded, charged) in wallets.movements(store, customer["id"]).items():
        wallet = wallets.Wallet(customer["merchantId"], customer["id"], currency)
        yield Wallet(
            currency=currency,
            funded=funded,
            charged=charged,
            reserved=reservations.held(store, wallet, now),
            available=reservations.available(store, wallet, now),
        )


def _subscription(store: Store, subscription: Record) -> SubscriptionSummary:
    plan = store.get(kinds.PLAN, subscription["planId"]) or {"name": ""}
    return SubscriptionSummary(
        id=subscription["id"],
        name=subscription["name"],
        plan_id=subscription["planId"],
        plan_name=plan["name"],
        status=subscription["status"],
        version_policy=subscription["versionPolicy"],
        version_number=subscription.get("versionNumber"),
        started_at=parse_date_time(subscription["startedAt"]),
    )
