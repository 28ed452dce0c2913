"""Usage after it was invoiced: what it was billed for, and how a refund gives that back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
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
    for line, quantity in _lines(invoice, usage, {}):
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
    given_back: Counter[str] = Counter(invoice.get("refunded", {}))
    owed = []
    for line, quantity in _lines(invoice, usage, given_back):
        metric, price = line["eventSourceId"], {"model": "standard", "properties": {"unitPrice": line["unitPrice"]}}
        owed.append({"term": terms[metric], "quantity": str(quantity), "price": price})
        given_back[metric] += quantity
    store.put({**invoice, "refunded": given_back})
    [(waiting,)] = store.sql("SELECT credits FROM billing WHERE subscription = ?", (usage.subscription,))
    store.sql(
        "UPDATE billing SET credits = ? WHERE subscription = ?",
        (json.dumps([*json.loads(waiting), *owed]), usage.subscription),
    )


def _lines(invoice: Record, usage: Usage, given_back: Mapping[str, int]) -> list[tuple[Record, int]]:
    """The invoice's lines that billed the usage's metrics, with the quantities reported.

    What credits took off was not paid for, and what was given back before is not owed any more: the rest is the most.
    """
    charges: dict[str, Record] = {}
    most = Counter({metric: -quantity for metric, quantity in given_back.items()})
    for line in invoice["lines"]:
        if line["lineItemType"] == "charge" and line["eventType"] in {"usage", "discount"}:
            most[line["eventSourceId"]] += line["quantity"]  # a discount's is negative
            if line["eventType"] == "usage":
                charges[line["eventSourceId"]] = line
    reported = json.loads(usage.body)["properties"]
    quantities = ((entry["billableMetricId"], entry["quantity"]) for entry in reported)
    return [
        (charges[metric], min(n, most[metric])) for metric, n in quantities if metric in charges and most[metric] > 0
    ]
