"""Issue of invoices: their lines are fixed, and they are paid from the wallet, or wait for their payment."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal

from pulumi_paygentic.emulator.billing import invoice_lines, invoices, rating, wallets
from pulumi_paygentic.emulator.billing.balances import CreditTimelines
from pulumi_paygentic.emulator.billing.rating import Period
from pulumi_paygentic.emulator.billing.wallets import Wallet
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import timestamp
from pulumi_paygentic.emulator.storage.store import Record, Store

_NOTHING = Decimal(0)


def issue(store: Store, invoice: Record, now: datetime, timelines: CreditTimelines | None = None) -> Record:
    """Fix the lines, and pay from the wallet if it holds enough; otherwise the invoice waits for its payment.

    Invoice 0 is paid by the customer, never from the wallet.
    """
    final = invoices.bill(store, invoice, timelines)
    subscription = final.subscription
    sums = invoice_lines.totals(final.lines)
    owed = invoices.amount_due(sums["grandTotal"], invoice["currency"])
    wallet = Wallet(invoice["merchantId"], invoice["customerId"], invoice["currency"])
    paid = owed <= (wallets.balance(store, wallet) if invoice["sequenceNumber"] else _NOTHING)
    if paid and owed:
        wallets.enter(store, wallet, -owed, now, invoice["id"])
    store.sql(
        "UPDATE billing SET charged = ?, credits = coalesce(?, credits) WHERE subscription = ?",
        (json.dumps(final.charged), "[]" if invoice["sequenceNumber"] else None, subscription["id"]),
    )
    issued = {
        **_issued(store, invoice, subscription, final.lines, now),
        "adjusted": final.adjustments.used,
        "status": "PAID" if paid else "ISSUED",
        "paidAt": timestamp(now) if paid else None,
        **invoices.amounts(sums, *((owed, _NOTHING) if paid else (_NOTHING, owed))),
    }
    store.put(issued)
    return issued


def issue_alone(store: Store, subscription: Record, lines: list[Record], now: datetime, fields: Record) -> Record:
    """Issue an invoice beside those of the periods, which its customer pays; its number is that of the latest."""
    found = store.find(kinds.INVOICE, {"subscriptionId": subscription["id"]}, newest_first=True, limit=1)
    number = found[0]["sequenceNumber"] if found else 0
    opened = invoices.open_invoice(store, subscription, number, Period(now, now), [])
    sums = invoice_lines.totals(lines)
    owed = invoices.amount_due(sums["grandTotal"], opened["currency"])
    issued = {
        **_issued(store, opened, subscription, lines, now),
        **fields,
        "status": "ISSUED",
        "paidAt": None,
        **invoices.amounts(sums, _NOTHING, owed),
    }
    store.put(issued)
    return issued


def _issued(store: Store, invoice: Record, subscription: Record, lines: list[Record], now: datetime) -> Record:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        **invoice,
        "lines": lines,
        "invoiceNumber": f"INV-{_next_number(store, invoice['merchantId']):06}-{invoice['id'][-4:]}",
        "issuedAt": timestamp(now),
        "dueAt": timestamp(midnight + timedelta(days=subscription["paymentTermDays"])),
        "updatedAt": timestamp(now),
    }


def settle(store: Store, invoice: Record, moment: datetime) -> Record:
    """Mark the unpaid rest of an issued invoice as paid."""
    stamp = timestamp(moment)
    paid = rating.total([Decimal(invoice["paidAmount"]), Decimal(invoice["unpaidAmount"])])
    amounts = {"paidAmount": rating.plain(paid), "unpaidAmount": "0.00"}
    settled = {**invoice, **amounts, "status": "PAID", "paidAt": stamp, "updatedAt": stamp}
    store.put(settled)
    return settled


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
