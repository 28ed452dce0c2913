"""The use of a subscription in its last complete period, and the invoice for it: values of plain facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pulumi_paygentic.changes.cadence import Cadence
from pulumi_paygentic.changes.impact import Gap

LineKind = Literal["usage", "fee", "discount", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription that is billed, or waits for its first payment.

    Args:
        id: Its id.
        customer_id: The id of its customer.
        plan_id: The id of its plan.
        is_pinned: True if it keeps a plan version of its own; else it follows the plan's default version.
        anchor: The moment that its periods are counted from.
        cadence: The time from one period to the next.
        started_at: The moment at which it began.
        created_at: The moment at which it was made; earlier than `started_at`, or later if it was backdated.

    """

    id: str
    customer_id: str
    plan_id: str
    is_pinned: bool
    anchor: datetime
    cadence: Cadence
    started_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledLine:
    """One line of a bill: a quantity, and the amount that was invoiced for it.

    Args:
        kind: `usage`, `fee`, `discount` (units that grants pay for, with a negative quantity, or an amount that an
            agreed rate takes off), or `other`: a line that no price made.
        price_id: The price that it was made from.
        source_id: The metric or fee.
        name: Its name on the invoice.
        quantity: The units; negative of a discount and of a refund.
        amount: The invoiced amount before tax; None where the source does not know it.
        unit_price: The invoiced price of a unit; None where the source does not know it.
        tax_rate: The rate of tax that the unit price includes, such as 0.19; 0 where tax is added on top.
        is_refund: True if it takes back an earlier charge.
        start: The start of the window that it bills; None if unknown.
        end: The end of that window, exclusive.

    """

    kind: LineKind
    price_id: str | None = None
    source_id: str | None = None
    name: str = ""
    quantity: Decimal = Decimal(0)
    amount: Decimal | None = None
    unit_price: Decimal | None = None
    tax_rate: Decimal = Decimal(0)
    is_refund: bool = False
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A subscription's last complete period.

    Args:
        subscription: The subscription.
        start: The start of the period.
        end: The end of the period, exclusive.
        currency: The ISO code of the currency.
        lines: The charges and uses; with `invoice_id` None, only the used metrics.
        subtotal: The subtotal before tax that was invoiced; None if the source does not know it.
        invoice_id: The id of the invoice that the lines are of; None if the usage comes from elsewhere.
        included_tax: The rate of tax that the prices include, such as 0.19; 0 where tax is added on top.
        added_tax: The rate of tax that is added on top; 0 where the prices include it.

    """

    subscription: Subscription
    start: datetime
    end: datetime
    currency: str
    lines: tuple[BilledLine, ...] = ()
    subtotal: Decimal | None = None
    invoice_id: str | None = None
    included_tax: Decimal = Decimal(0)
    added_tax: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The knowledge of one source about the subscriptions of some plans.

    Args:
        source: `invoices`, `meters` or `file`.
        subscriptions: All of them, by the id of their plan.
        bills: The last complete period of those that have one.
        gaps: The things that the source could not read, counted.
        notes: Sentences to say once about figures that come from this source.

    """

    source: Literal["invoices", "meters", "file"]
    subscriptions: Mapping[str, tuple[Subscription, ...]] = field(default_factory=dict)
    bills: tuple[Bill, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
