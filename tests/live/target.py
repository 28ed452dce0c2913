"""The account that the live suite runs against: a sandbox account if a key for one is set, else a served emulator."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from pulumi_paygentic.api import Settings
from pulumi_paygentic.api.base_url import is_loopback

KEY, MERCHANT, ADDRESS = "PAYGENTIC_LIVE_KEY", "PAYGENTIC_LIVE_MERCHANT", "PAYGENTIC_LIVE_URL"
"""The variables that name a sandbox account; the address is the sandbox's own unless one is given."""
POLITE: Final = 5.0
"""The calls per second to an account that is not on this machine."""
_ANNOUNCED: Final = re.compile(r"Paygentic emulator at (http://\S+)  key (\S+)  merchant (\S+)\n")


class UnsafeTarget(Exception):
    """The account that the variables name is none to test on."""


@dataclass(frozen=True)
class Target:
    """An account to test on, and what it is called in reports."""

    settings: Settings
    name: str


def sandbox(environ: Mapping[str, str]) -> Target | None:
    """The sandbox account that the variables name; None if they name none.

    Raises UnsafeTarget for half an account. A live key or the production address raises ConfigurationError.
    """
    key, merchant = environ.get(KEY, "").strip(), environ.get(MERCHANT, "").strip()
    if not key and not merchant:
        return None
    if not key or not merchant:
        raise UnsafeTarget(f"Set both {KEY} and {MERCHANT}, or neither: the suite then runs against the emulator.")
    given = {"apiKey": key, "merchantId": merchant, "environment": "sandbox", "baseUrl": environ.get(ADDRESS, "")}
    settings = Settings.resolve(given, environ={})
    if not is_loopback(settings.base_url):
        settings = replace(settings, requests_per_second=POLITE)
    return Target(settings, f"the sandbox account {settings.merchant_id} at {settings.base_url}")


@contextmanager
def emulator() -> Iterator[Target]:
    """The emulator as a process of its own, behind a real socket."""
    command = [sys.executable, "-m", "pulumi_paygentic.cli", "emulator"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            announced = _ANNOUNCED.fullmatch(process.stdout.readline())
            assert announced is not None
            url, key, merchant = announced.groups()
            given = {"apiKey": key, "merchantId": merchant, "baseUrl": url}
            yield Target(Settings.resolve(given, environ={}), f"a served emulator at {url}")
        finally:
            process.kill()
