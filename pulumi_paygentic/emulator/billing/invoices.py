"""Invoices: one is open for each period of a subscription; when the period's grace ends it is issued, and paid."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pulumi_paygentic.emulator.billing import clocks, currencies, invoice_lines, rating
from pulumi_paygentic.emulator.billing.balances import CreditTimelines
from pulumi_paygentic.emulator.billing.invoice_lines import Bill
from pulumi_paygentic.emulator.billing.price_snapshots import PriceSnapshot
from pulumi_paygentic.emulator.billing.rating import Period
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp
from pulumi_paygentic.emulator.storage.store import Record, Store

GRACE = timedelta(hours=1)
"""The time after a period in which its usage is still accepted."""
NOTHING = dict.fromkeys(("subtotal", "totalTax", "grandTotal", "paidAmount", "unpaidAmount"), "0.00")
PRIVATE = ("terms", "lines", "planId", "last", "refunded", "refundedAmount", "purchase", "adjusted")
_NOTHING = Decimal(0)
_CENTS = 2
"""Of a currency that has left the list since a data file was made."""


def open_invoice(
    store: Store, subscription: Record, number: int, period: Period, agreed: list[PriceSnapshot]
) -> Record:
    plan = store.get(kinds.PLAN, subscription["planId"]) or {}
    record = {
        "id": kinds.INVOICE.new_id(),
        "object": kinds.INVOICE.name,
        "merchantId": subscription["merchantId"],
        "subscriptionId": subscription["id"],
        "customerId": subscription["customerId"],
        "planId": subscription["planId"],
        "sequenceNumber": number,
        "status": "ACTIVE",
        "autoApprove": True,
        "currency": plan["currency"],
        "billingAnchor": subscription["billingAnchor"],
        "billingCadence": subscription["billingCadence"],
        "periodStart": timestamp(period.start),
        "periodEnd": timestamp(period.end),
        "gracePeriodEnd": timestamp(period.end + GRACE),
        "createdAt": timestamp(period.start),
        "updatedAt": timestamp(period.start),
        "terms": agreed,
    }
    store.insert(kinds.INVOICE, subscription["merchantId"], record)
    return record


def find_open(store: Store, subscription_id: str) -> list[Record]:
    """The invoices not issued yet, in the order of their periods."""
    return store.find(kinds.INVOICE, {"subscriptionId": subscription_id, "status": "ACTIVE"})


def bill(store: Store, invoice: Record, timelines: CreditTimelines | None = None) -> Bill:
    """Compute the invoice's lines from everything known now."""
    subscription = store.get(kinds.SUBSCRIPTION, invoice["subscriptionId"])
    assert subscription is not None  # noqa: S101 - subscriptions and invoices are purged together
    [(charged, owed)] = store.sql(
        "SELECT charged, credits FROM billing WHERE subscription = ?", (invoice["subscriptionId"],)
    )
    result = Bill(store, subscription, timelines or CreditTimelines(store), json.loads(charged))
    period = period_of(invoice)
    if invoice["sequenceNumber"] == 0:
        result.fees(period, invoice["terms"], "in_advance")
        return result
    result.usage(period, invoice["terms"])
    result.fees(period, invoice["terms"], "in_arrears", last=bool(invoice.get("last")))
    result.fees(period, invoice["terms"], "in_advance")
    upcoming = find_open(store, invoice["subscriptionId"])
    for ahead in (one for one in upcoming if one["sequenceNumber"] == invoice["sequenceNumber"] + 1):
        result.fees(period_of(ahead), ahead["terms"], "in_advance")
    result.limit_rebates()
    result.refunds(period, json.loads(owed))
    return result


def upfront_of(store: Store, subscription_id: str) -> Record | None:
    """The subscription's invoice 0."""
    found = store.find(kinds.INVOICE, {"subscriptionId": subscription_id, "sequenceNumber": 0})
    return found[0] if found else None


def period_of(invoice: Record) -> Period:
    return Period(parse_date_time(invoice["periodStart"]), parse_date_time(invoice["periodEnd"]))


def lines_of(store: Store, invoice: Record) -> list[Record]:
    """The invoice's lines: fixed once issued, until then computed anew."""
    fixed: list[Record] | None = invoice.get("lines")
    return bill(store, invoice).lines if fixed is None else fixed


def time_of(store: Store, invoice: Record, now: datetime) -> datetime:
    """The present time of the invoice's subscription: that of its test clock, if it has one."""
    subscription = store.get(kinds.SUBSCRIPTION, invoice["subscriptionId"]) or {}
    return clocks.time_of(store, subscription, now)


def status_of(store: Store, invoice: Record, now: datetime) -> str:
    """The status: an open invoice is closing once its period is over, and an unpaid purchase ends with its session."""
    if invoice["status"] == "ACTIVE" and parse_date_time(invoice["periodEnd"]) <= time_of(store, invoice, now):
        return "CLOSING"
    bought = invoice.get("purchase")
    if (
        bought
        and invoice["status"] == "ISSUED"
        and parse_date_time(bought["expiresAt"]) <= time_of(store, invoice, now)
    ):
        return "CANCELLED"
    return str(invoice["status"])


def present(store: Store, invoice: Record, now: datetime) -> dict[str, Any]:
    shown = {name: value for name, value in invoice.items() if name not in PRIVATE}
    found = lines_of(store, invoice)
    if invoice["status"] == "ACTIVE":
        sums = invoice_lines.totals(found)
        shown |= amounts(sums, _NOTHING, sums["grandTotal"])
        shown |= {"invoiceNumber": None, "issuedAt": None, "dueAt": None, "paidAt": None}
        shown["nextActionAt"] = invoice["gracePeriodEnd"]
    return {**shown, "status": status_of(store, invoice, now), "itemCount": len(found)}


def amount_due(total: Decimal, currency: str) -> Decimal:
    """Round an invoice's total to the amount to pay: whole smallest units of its currency, half to even.

    This is the only place that rounds more than a line is: lines and totals keep their nine decimals.
    """
    return rating.to_units(total, currencies.DECIMALS.get(currency, _CENTS))


def due(invoice: Record) -> Decimal:
    """The amount to pay of an invoice that is issued, or as it is shown."""
    return amount_due(Decimal(invoice["grandTotal"]), invoice["currency"])


def amounts(sums: dict[str, Decimal], paid: Decimal, unpaid: Decimal) -> dict[str, str]:
    """The amounts of an invoice, as they are answered."""
    found = {**sums, "paidAmount": paid, "unpaidAmount": unpaid}
    return {name: rating.plain(amount) for name, amount in found.items()}
