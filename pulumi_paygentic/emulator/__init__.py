"""A Paygentic on your own machine: an ASGI application over SQLite, written from the API's description.

It reproduces the catalog (products, billable metrics, prices, plans and their versions, fees, features, items),
customers and subscriptions, authorization links, usage and what it measures, reservations and entitlements, invoices
and revenue, test clocks, and the merchant's reset. `not_implemented()` lists the operations that answer 501, and
`PARTS` the parts of operations that do. `docs/emulator.md` says how it decides what the description leaves open.

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
    from pulumi_paygentic.emulator.app import create_app
    from pulumi_paygentic.emulator.collections.not_implemented import PARTS, REASONS
    from pulumi_paygentic.emulator.collections.registry import not_implemented
    from pulumi_paygentic.emulator.server import Running, ServeError, running, serve
    from pulumi_paygentic.emulator.state import Account
    from pulumi_paygentic.emulator.storage.store import StoreError
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in {"babel", "jinja2", "starlette", "uvicorn"}:
        raise
    raise ModuleNotFoundError(
        "The emulator needs more packages than the provider: pip install 'pulumi-paygentic[emulator]'",
        name=error.name,
    ) from error

__all__ = [
    "PARTS",
    "REASONS",
    "Account",
    "Running",
    "ServeError",
    "StoreError",
    "create_app",
    "not_implemented",
    "running",
    "serve",
]
