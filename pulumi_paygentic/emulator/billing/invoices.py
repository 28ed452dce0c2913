"""Invoices: one is open for each period of a subscription; when the period's grace ends it is issued, and paid."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pulumi_paygentic.emulator.billing import clocks, currencies, invoice_lines, rating, wallets
from pulumi_paygentic.emulator.billing.balances import CreditTimelines
from pulumi_paygentic.emulator.billing.invoice_lines import Bill
from pulumi_paygentic.emulator.billing.price_snapshots import PriceSnapshot
from pulumi_paygentic.emulator.billing.rating import Period
from pulumi_paygentic.emulator.billing.wallets import Wallet
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp
from pulumi_paygentic.emulator.storage.store import Record, Store

GRACE = timedelta(hours=1)
"""The time after a period in which its usage is still accepted."""
NOTHING = dict.fromkeys(("subtotal", "totalTax", "grandTotal", "paidAmount", "unpaidAmount"), "0.00")
_PRIVATE = ("terms", "lines", "planId", "last", "refunded", "refundedAmount")
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


def issue(store: Store, invoice: Record, now: datetime, timelines: CreditTimelines | None = None) -> Record:
    """Fix the lines, and pay from the wallet if it holds enough; otherwise the invoice waits for its payment.

    Invoice 0 is paid by the customer, never from the wallet.
    """
    final = bill(store, invoice, timelines)
    subscription = final.subscription
    sums = invoice_lines.totals(final.lines)
    owed = amount_due(sums["grandTotal"], invoice["currency"])
    wallet = Wallet(invoice["merchantId"], invoice["customerId"], invoice["currency"])
    paid = owed <= (wallets.balance(store, wallet) if invoice["sequenceNumber"] else _NOTHING)
    if paid and owed:
        wallets.enter(store, wallet, -owed, now, invoice["id"])
    store.sql(
        "UPDATE billing SET charged = ?, credits = coalesce(?, credits) WHERE subscription = ?",
        (json.dumps(final.charged), "[]" if invoice["sequenceNumber"] else None, subscription["id"]),
    )
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    issued = {
        **invoice,
        "status": "PAID" if paid else "ISSUED",
        "lines": final.lines,
        "invoiceNumber": f"INV-{_next_number(store, invoice['merchantId']):06}-{invoice['id'][-4:]}",
        "issuedAt": timestamp(now),
        "dueAt": timestamp(midnight + timedelta(days=subscription["paymentTermDays"])),
        "paidAt": timestamp(now) if paid else None,
        "updatedAt": timestamp(now),
        **_amounts(sums, *((owed, _NOTHING) if paid else (_NOTHING, owed))),
    }
    store.put(issued)
    return issued


def settle(store: Store, invoice: Record, moment: datetime) -> Record:
    """Mark the unpaid rest of an issued invoice as paid."""
    stamp = timestamp(moment)
    paid = rating.total([Decimal(invoice["paidAmount"]), Decimal(invoice["unpaidAmount"])])
    amounts = {"paidAmount": rating.plain(paid), "unpaidAmount": "0.00"}
    settled = {**invoice, **amounts, "status": "PAID", "paidAt": stamp, "updatedAt": stamp}
    store.put(settled)
    return settled


def upfront_of(store: Store, subscription_id: str) -> Record | None:
    """The subscription's invoice 0."""
    found = store.find(kinds.INVOICE, {"subscriptionId": subscription_id, "sequenceNumber": 0})
    return found[0] if found else None


def _next_number(store: Store, merchant: str) -> int:
    """Take the merchant's next invoice number; invoices of an older data file are counted once."""
    found = store.sql("UPDATE invoice_numbers SET last = last + 1 WHERE merchant = ? RETURNING last", (merchant,))
    if not found:
        found = store.sql(
            "INSERT INTO invoice_numbers SELECT ?, count(json_extract(body, '$.invoiceNumber')) + 1 FROM objects"
            " WHERE kind = ? AND merchant = ? RETURNING last",
            (merchant, kinds.INVOICE.name, merchant),
        )
    return int(found[0][0])


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
    """The status; an open invoice whose period is over is closing until its grace ends."""
    if invoice["status"] == "ACTIVE" and parse_date_time(invoice["periodEnd"]) <= time_of(store, invoice, now):
        return "CLOSING"
    return str(invoice["status"])


def present(store: Store, invoice: Record, now: datetime) -> dict[str, Any]:
    shown = {name: value for name, value in invoice.items() if name not in _PRIVATE}
    found = lines_of(store, invoice)
    if invoice["status"] == "ACTIVE":
        sums = invoice_lines.totals(found)
        shown |= _amounts(sums, _NOTHING, sums["grandTotal"])
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


def _amounts(sums: dict[str, Decimal], paid: Decimal, unpaid: Decimal) -> dict[str, str]:
    amounts = {**sums, "paidAmount": paid, "unpaidAmount": unpaid}
    return {name: rating.plain(amount) for name, amount in amounts.items()}
