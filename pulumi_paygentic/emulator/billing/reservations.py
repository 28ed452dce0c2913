"""Reservations of funds for work to come, and the part of a wallet that is free."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from pulumi_paygentic.emulator.billing import invoice_lines, invoices, price_snapshots, rating, schedule, wallets
from pulumi_paygentic.emulator.billing.price_snapshots import PriceSnapshot
from pulumi_paygentic.emulator.billing.wallets import Wallet
from pulumi_paygentic.emulator.storage import clock, kinds
from pulumi_paygentic.emulator.storage.clock import timestamp
from pulumi_paygentic.emulator.storage.store import Record, Store

LIFETIME = timedelta(hours=1)
_COLUMNS = "id, merchant, customer, currency, created, expires, remaining, used, max_uses, region, metrics"


class Reservation(NamedTuple):
    id: str
    merchant: str
    customer: str
    currency: str
    created: int
    expires: int
    remaining: int
    """In billionths of the currency."""
    used: int
    max_uses: int
    region: str
    metrics: str
    """The metrics and quantities reserved, as JSON."""


def hold(store: Store, wallet: Wallet, amount: Decimal, now: datetime, terms_of_use: dict[str, Any]) -> Reservation:
    """Hold an amount. The caller has checked that it is free."""
    made = Reservation(
        id=kinds.RESERVATION.new_id(),
        merchant=wallet.merchant,
        customer=wallet.customer,
        currency=wallet.currency,
        created=clock.milliseconds(now),
        expires=clock.milliseconds(now + LIFETIME),
        remaining=rating.atoms(amount),
        used=0,
        max_uses=terms_of_use["maxUses"],
        region=terms_of_use["region"],
        metrics=json.dumps(terms_of_use["billableMetrics"]),
    )
    store.sql(f"INSERT INTO reservations ({_COLUMNS}) VALUES ({', '.join('?' * 11)})", made)  # noqa: S608
    return made


def find(store: Store, reservation_id: str) -> Reservation | None:
    rows = store.sql(f"SELECT {_COLUMNS} FROM reservations WHERE id = ?", (reservation_id,))  # noqa: S608
    return Reservation(*rows[0]) if rows else None


def draw(store: Store, reservation: Reservation, cost: Decimal, now: datetime) -> None:
    """Use a reservation once. An expired or used-up one stays as it is."""
    if reservation.expires > clock.milliseconds(now) and reservation.used < reservation.max_uses:
        drawn = min(max(rating.atoms(cost), 0), reservation.remaining)  # a rebate raises no reservation
        store.sql(
            "UPDATE reservations SET remaining = ?, used = used + 1 WHERE id = ?",
            (reservation.remaining - drawn, reservation.id),
        )


def held(store: Store, wallet: Wallet, now: datetime) -> Decimal:
    """Sum the reservations that have neither expired nor been used up."""
    rows = store.sql(
        "SELECT coalesce(sum(remaining), 0) FROM reservations"
        " WHERE customer = ? AND expires > ? AND currency = ? AND used < max_uses",
        (wallet.customer, clock.milliseconds(now), wallet.currency),
    )
    return rating.from_atoms(rows[0][0])


def owed(store: Store, wallet: Wallet) -> Decimal:
    """Sum the usage that is not paid yet, invoiced or not."""
    found = store.find(kinds.INVOICE, {"customerId": wallet.customer})
    unpaid = [
        invoice
        for invoice in found
        if invoice["currency"] == wallet.currency
        and invoice["status"] in {"ACTIVE", "ISSUED"}
        and "purchase" not in invoice  # nobody has to pay it
    ]
    return rating.total([_unpaid(store, invoice) for invoice in unpaid])


def _unpaid(store: Store, invoice: Record) -> Decimal:
    if invoice["status"] == "ISSUED":
        return Decimal(invoice["unpaidAmount"])
    return invoice_lines.totals(invoices.lines_of(store, invoice))["grandTotal"]


def available(store: Store, wallet: Wallet, now: datetime) -> Decimal:
    """The part of the balance that can still be reserved: neither owed nor held."""
    return wallets.balance(store, wallet) - owed(store, wallet) - held(store, wallet, now)


def cost(store: Store, subscription: Record, quantities: dict[str, Decimal]) -> Decimal:
    """The present cost of quantities of metrics, tax included; volume prices count at the tier they reach."""
    invoice = schedule.current(store, subscription["id"])
    agreed: list[PriceSnapshot] = invoice["terms"] if invoice else price_snapshots.snapshot(store, subscription)
    plan = store.get(kinds.PLAN, subscription["planId"]) or {}
    amounts = []
    for term in agreed:
        quantity = quantities.get(term["sourceId"])
        if quantity is None or not price_snapshots.is_metered(term):
            continue
        price = term["price"]
        if price["model"] == "volume" and invoice is not None:
            reached = invoice_lines.used(store, subscription, term, invoices.period_of(invoice)) + quantity
            rate = rating.unit_rate(price, reached)
            price = {"model": "standard", "properties": {"unitPrice": f"{rate:f}"}}
        percent = price_snapshots.tax_percent(store, subscription, term)
        inclusive = plan.get("taxBehavior") == "inclusive"
        amounts.append(rating.rate(price, quantity, tax_percent=percent, inclusive=inclusive).total)
    return rating.total(amounts)


def present(reservation: Reservation) -> dict[str, Any]:
    return {
        "id": reservation.id,
        "object": kinds.RESERVATION.name,
        "merchantId": reservation.merchant,
        "customerId": reservation.customer,
        "billableMetrics": json.loads(reservation.metrics),
        "createdAt": timestamp(clock.moment(reservation.created)),
        "expiresAt": timestamp(clock.moment(reservation.expires)),
        "maxUses": reservation.max_uses,
        "usedCount": reservation.used,
        "remainingBalance": str(reservation.remaining),
        "region": reservation.region,
    }
