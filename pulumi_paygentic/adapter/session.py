"""The account that a provider process works on, made from its configuration when it is first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

from pulumi_paygentic.api import SETTINGS, Client, Settings
from pulumi_paygentic.lifecycle import Account

NAMES: Final = tuple(setting.name for setting in SETTINGS)
"""The names of the settings in the stack's configuration, without `paygentic:`."""

_accounts: dict[Settings, Account] = {}
_lock = threading.Lock()


def account_of(config: Callable[[str], Any]) -> Account:
    """The account that the configuration names; one per process and settings, shared by all kinds of resources.

    Raises ConfigurationError with every reason.
    """
    given = {name: value for name in NAMES if (value := config(f"paygentic:{name}")) is not None}
    settings = Settings.resolve(given, provider=config("paygentic:provider"))
    with _lock:
        if settings not in _accounts:
            _accounts[settings] = Account(Client(settings), settings.merchant_id)
        return _accounts[settings]


def cancel() -> None:
    """Start no further request in any account: waiting calls end at once, requests under way are completed."""
    for account in list(_accounts.values()):
        account.client.cancel()
