"""The whole state of an emulator: its accounts, its store, its clock."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pulumi_paygentic.emulator.billing import schedule
from pulumi_paygentic.emulator.errors import Unauthorized
from pulumi_paygentic.emulator.storage.clock import Clock
from pulumi_paygentic.emulator.storage.store import Store


@dataclass(frozen=True, slots=True)
class Account:
    """One merchant and the key that speaks for it."""

    api_key: str
    merchant_id: str
    merchant_name: str = "Emulated Merchant"


class Accounts:
    """All accounts of one emulator. The first is the one that is announced when it starts."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._accounts = tuple(accounts)

    def __iter__(self) -> Iterator[Account]:
        return iter(self._accounts)

    @property
    def first(self) -> Account:
        return self._accounts[0]

    def authenticate(self, authorization: str | None) -> Account:
        scheme, _, key = (authorization or "").partition(" ")
        if scheme.lower() == "bearer":
            for account in self._accounts:
                if hmac.compare_digest(account.api_key.encode(), key.strip().encode()):
                    return account
        raise Unauthorized("The API key is missing or not valid.")

    def knows(self, merchant_id: str) -> bool:
        return any(account.merchant_id == merchant_id for account in self._accounts)

    def of(self, merchant_id: str) -> Account:
        return next(account for account in self._accounts if account.merchant_id == merchant_id)


@dataclass(frozen=True, slots=True)
class Emulator:
    """The state behind all addresses. Totals of events are derived from the store and kept with it."""

    store: Store
    clock: Clock
    accounts: Accounts
    strict: bool = False
    """Refuse the older calls that a plan of today refuses, or that the newest description lacks."""

    def __post_init__(self) -> None:
        with self.store.transaction():
            schedule.enrol_missing(self.store, self.clock.now())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One transaction, begun by billing everything that is due by now; an error in it leaves nothing written."""
        with self.store.transaction():
            schedule.catch_up(self.store, self.clock.now())
            yield
