"""Refunds of usage after it was invoiced.

Each unit of a billed line has its share of it, tax and discounts included; all shares together are the line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from pulumi_paygentic.emulator.billing import invoices, rating, wallets
from pulumi_paygentic.emulator.billing.discount_lines import ADJUSTMENT
from pulumi_paygentic.emulator.billing.wallets import Wallet
from pulumi_paygentic.emulator.metering.older_usage import Usage
from pulumi_paygentic.emulator.storage import clock, kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp
from pulumi_paygentic.emulator.storage.store import Record, Store

_ISSUED = frozenset({"ISSUED", "PAID"})


class Share(NamedTuple):
    """A number of units of an invoice line, with their price and tax."""

    line: Record
    quantity: Decimal
    price: Decimal
    tax: Decimal


def invoice_of(store: Store, usage: Usage) -> Record | None:
    """The issued invoice of the usage's period; None if the usage was reported after the invoice."""
    moment, reported = clock.moment(usage.time), parse_date_time(json.loads(usage.body)["_reportedAt"])
    for invoice in store.find(kinds.INVOICE, {"subscriptionId": usage.subscription}):
        period = invoices.period_of(invoice)
        if invoice["status"] in _ISSUED and invoice["sequenceNumber"] and period.start <= moment < period.end:
            return invoice if reported < parse_date_time(invoice["issuedAt"]) else None
    return None


def billing_of(store: Store, usage: Usage) -> dict[str, Any] | None:
    """The amounts billed for usage, in billionths of the currency; None before its invoice is issued."""
    invoice = invoice_of(store, usage)
    if invoice is None:
        return None
    shares = list(_shares(invoice, usage, {}))
    price, tax = rating.total([share.price for share in shares]), rating.total([share.tax for share in shares])
    return {
        "billingEventId": f"{invoice['id']}:{usage.id}",
        "invoiceId": invoice["id"],
        "currency": invoice["currency"],
        "price": rating.atoms(price),
        "totalTax": rating.atoms(tax),
        "totalAmount": rating.atoms(rating.total([price, tax])),
    }


def credit(store: Store, usage: Usage, now: datetime) -> None:
    """Return a charge: on the next invoice, in the wallet if none will come, or by lowering an unpaid invoice."""
    invoice = invoice_of(store, usage)
    if invoice is None:
        return
    given_back: dict[str, str] = invoice.get("refunded", {})
    shares = list(_shares(invoice, usage, given_back))
    for share in shares:
        line = share.line["eventId"]
        given_back = {**given_back, line: str(Decimal(given_back.get(line, "0")) + share.quantity)}
    amount = rating.total([part for share in shares for part in (share.price, share.tax)])
    before = rating.total([Decimal(invoice["grandTotal"]), -Decimal(invoice.get("refundedAmount", "0"))])
    after = rating.total([before, -amount])
    refunded = str(rating.total([Decimal(invoice["grandTotal"]), -after]))
    invoice = {**invoice, "refunded": given_back, "refundedAmount": refunded}
    store.put(invoice)
    # The differences of rounded amounts add up to the rounded amount, so refunds return neither more nor less.
    less = invoices.amount_due(before, invoice["currency"]) - invoices.amount_due(after, invoice["currency"])
    subscription = store.get(kinds.SUBSCRIPTION, usage.subscription) or {}
    if invoice["status"] != "PAID":
        _forgive(store, invoice, less, now)
    elif subscription.get("status") != "terminated":
        _owe(store, usage, shares)
    else:
        wallets.enter(store, Wallet(usage.merchant, usage.customer, invoice["currency"]), less, now, usage.id)


def _forgive(store: Store, invoice: Record, amount: Decimal, now: datetime) -> None:
    """Lower the amount due of an invoice that was never paid."""
    unpaid = max(rating.total([Decimal(invoice["unpaidAmount"]), -amount]), Decimal(0))
    settled = {"status": "PAID", "paidAt": timestamp(now)} if not unpaid else {}
    store.put({**invoice, "unpaidAmount": rating.plain(unpaid), "updatedAt": timestamp(now), **settled})


def _owe(store: Store, usage: Usage, shares: list[Share]) -> None:
    """Store the shares for the next invoice."""
    owed = [{"line": s.line, "quantity": str(s.quantity), "price": str(s.price), "tax": str(s.tax)} for s in shares]
    [(waiting,)] = store.sql("SELECT credits FROM billing WHERE subscription = ?", (usage.subscription,))
    store.sql(
        "UPDATE billing SET credits = ? WHERE subscription = ?",
        (json.dumps([*json.loads(waiting), *owed]), usage.subscription),
    )


def _shares(invoice: Record, usage: Usage, given_back: Mapping[str, str]) -> Iterator[Share]:
    """Yield the usage's share of each line that billed its metrics, after earlier refunds of the line."""
    charged = [line for line in invoice["lines"] if line["lineItemType"] == "charge"]
    for entry in json.loads(usage.body)["properties"]:
        for line in charged:
            if line["eventType"] != "usage" or line["eventSourceId"] != entry["billableMetricId"]:
                continue
            parts = [line, *(other for other in charged if _discounts(other, line))]
            units = rating.total(
                [Decimal(str(part["quantity"])) for part in parts if ADJUSTMENT not in part["eventId"]]
            )
            before = Decimal(given_back.get(line["eventId"], "0"))
            after = min(before + entry["quantity"], units)
            if after > before:
                price, tax = (
                    rating.total([rating.share(whole, after, units), -rating.share(whole, before, units)])
                    for whole in (rating.total([Decimal(p[n]) for p in parts]) for n in ("totalPrice", "totalTax"))
                )
                yield Share(line, after - before, price, tax)


def _discounts(other: Record, line: Record) -> bool:
    return bool(other["eventType"] == "discount" and other["priceId"] == line["priceId"])
