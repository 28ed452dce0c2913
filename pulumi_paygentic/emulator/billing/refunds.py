"""Usage after it was invoiced: what it was billed for, and how a refund gives that back."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from pulumi_paygentic.emulator import events, kinds, rating
from pulumi_paygentic.emulator.billing import invoices, wallets
from pulumi_paygentic.emulator.billing.wallets import Wallet
from pulumi_paygentic.emulator.store import Record, Store
from pulumi_paygentic.emulator.usage import Usage

_ISSUED = frozenset({"ISSUED", "PAID"})


def invoice_of(store: Store, usage: Usage) -> Record | None:
    """The issued invoice that billed the usage."""
    moment = events.moment(usage.time)
    for invoice in store.find(kinds.INVOICE, {"subscriptionId": usage.subscription}):
        period = invoices.period_of(invoice)
        if invoice["status"] in _ISSUED and invoice["sequenceNumber"] and period.start <= moment < period.end:
            return invoice
    return None


def billing_of(store: Store, usage: Usage) -> dict[str, Any] | None:
    """What the usage was billed for, in billionths of the currency; nothing before its invoice is issued."""
    invoice = invoice_of(store, usage)
    if invoice is None:
        return None
    amounts = [rating.from_atoms(0)]
    taxes = [rating.from_atoms(0)]
    for line, quantity in _lines(invoice, usage):
        price = rating.rounded(Decimal(line["unitPrice"]) * quantity)
        amounts.append(price)
        taxes.append(rating.rounded(price * Decimal(str(line["taxRate"]))))
    price, tax = rating.total(amounts), rating.total(taxes)
    return {
        "billingEventId": f"{invoice['id']}:{usage.id}",
        "invoiceId": invoice["id"],
        "currency": invoice["currency"],
        "price": rating.atoms(price),
        "totalTax": rating.atoms(tax),
        "totalAmount": rating.atoms(rating.total([price, tax])),
    }


def credit(store: Store, usage: Usage, now: datetime) -> None:
    """Give back what an issued invoice charged: on the next invoice, or, where none will come, in the wallet."""
    invoice = invoice_of(store, usage)
    if invoice is None:
        return
    subscription = store.get(kinds.SUBSCRIPTION, usage.subscription) or {}
    if subscription.get("status") == "terminated":
        billed = billing_of(store, usage)
        if billed is not None and invoice["status"] == "PAID":
            wallet = Wallet(usage.merchant, usage.customer, invoice["currency"])
            wallets.enter(store, wallet, rating.from_atoms(billed["totalAmount"]), now, usage.id)
        return
    terms = {term["sourceId"]: term for term in invoice["terms"]}
    owed = [
        {
            "term": terms[line["eventSourceId"]],
            "quantity": str(quantity),
            "price": {"model": "standard", "properties": {"unitPrice": line["unitPrice"]}},
        }
        for line, quantity in _lines(invoice, usage)
    ]
    [(waiting,)] = store.sql("SELECT credits FROM billing WHERE subscription = ?", (usage.subscription,))
    store.sql(
        "UPDATE billing SET credits = ? WHERE subscription = ?",
        (json.dumps([*json.loads(waiting), *owed]), usage.subscription),
    )


def _lines(invoice: Record, usage: Usage) -> list[tuple[Record, int]]:
    """The invoice's lines that billed the usage's metrics, with the quantities reported."""
    charges = {
        line["eventSourceId"]: line
        for line in invoice["lines"]
        if line["eventType"] == "usage" and line["lineItemType"] == "charge"
    }
    reported = json.loads(usage.body)["properties"]
    return [
        (charges[entry["billableMetricId"]], entry["quantity"])
        for entry in reported
        if entry["billableMetricId"] in charges
    ]
