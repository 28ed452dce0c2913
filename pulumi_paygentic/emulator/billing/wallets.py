"""Wallets of test money: deposits to a customer in a currency, and payments of invoices."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from pulumi_paygentic.emulator.billing import rating
from pulumi_paygentic.emulator.storage import clock
from pulumi_paygentic.emulator.storage.store import Store

TEST_FUNDS = Decimal(100)
"""The deposit that comes with a customer's first subscription in a currency."""


class Wallet(NamedTuple):
    """A customer's money with a merchant in one currency."""

    merchant: str
    customer: str
    currency: str


def ensure(store: Store, wallet: Wallet, now: datetime) -> None:
    """Give the customer test money in a currency, the first time it is needed."""
    if not store.sql("SELECT 1 FROM ledger WHERE customer = ? AND currency = ? LIMIT 1", wallet[1:]):
        enter(store, wallet, TEST_FUNDS, now, "funding")


def enter(store: Store, wallet: Wallet, amount: Decimal, now: datetime, reference: str) -> None:
    """Enter a deposit, or a payment as a negative amount; `reference` names its reason."""
    store.sql(
        "INSERT INTO ledger (merchant, customer, currency, time, amount, reference) VALUES (?, ?, ?, ?, ?, ?)",
        (*wallet, clock.milliseconds(now), rating.atoms(amount), reference),
    )


def balance(store: Store, wallet: Wallet) -> Decimal:
    statement = "SELECT coalesce(sum(amount), 0) FROM ledger WHERE customer = ? AND currency = ?"
    return rating.from_atoms(store.sql(statement, wallet[1:])[0][0])


def movements(store: Store, customer: str) -> dict[str, tuple[Decimal, Decimal]]:
    """Sum the money put in and the money taken out, by currency."""
    rows = store.sql(
        "SELECT currency, sum(max(amount, 0)), sum(max(-amount, 0)) FROM ledger WHERE customer = ?"
        " GROUP BY currency ORDER BY currency",
        (customer,),
    )
    return {currency: (rating.from_atoms(given), rating.from_atoms(taken)) for currency, given, taken in rows}
