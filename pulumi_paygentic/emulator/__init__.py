"""A Paygentic of one's own, on loopback: an ASGI application over SQLite, written from the API's description.

It reproduces the catalog (products, billable metrics, prices, plans and their versions, fees, features, items),
customers and subscriptions, authorization links, usage and what it measures, reservations and entitlements, invoices
and revenue, test clocks, and the merchant's reset. What it does not reproduce is listed in `NOT_REPRODUCED`, and
parts of operations in `PARTS`: both answer 501. What the description leaves open is decided in `NOTES`.

A person opens `/`, the merchant's dashboard and the checkout of an authorization link in a browser; these pages answer
only to loopback's names, load nothing from elsewhere, and take forms only from themselves.

Its own address, `/_emulator/`, asks for no key: `calls` counts calls by method and path template, `faults` makes them
fail, `clock` moves the time, `reset` forgets everything.

    from pulumi_paygentic.emulator import create_app, running

    with running() as emulator:
        print(emulator.url, emulator.api_key, emulator.merchant_id)
"""

from __future__ import annotations

try:
    from pulumi_paygentic.emulator.accounts import Account
    from pulumi_paygentic.emulator.app import create_app
    from pulumi_paygentic.emulator.server import Running, ServeError, running, serve
    from pulumi_paygentic.emulator.store import StoreError
    from pulumi_paygentic.emulator.unreproduced import NOT_REPRODUCED, PARTS
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in {"babel", "httptools", "jinja2", "starlette", "uvicorn"}:
        raise
    raise ModuleNotFoundError(
        "The emulator needs more packages than the provider: pip install 'pulumi-paygentic[emulator]'",
        name=error.name,
    ) from error

from pulumi_paygentic.emulator.notes import NOTES

__all__ = [
    "NOTES",
    "NOT_REPRODUCED",
    "PARTS",
    "Account",
    "Running",
    "ServeError",
    "StoreError",
    "create_app",
    "running",
    "serve",
]
