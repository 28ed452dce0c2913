"""Accounts: which API key speaks for which merchant."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pulumi_paygentic.emulator.errors import Unauthorized


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
