"""Serves it: `python -m service`, in the folder of the Pulumi program."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import uvicorn

from service import catalog, sandbox
from service.app import create_app
from service.billing import Account, Billing
from service.catalog import Api, Catalog, CatalogError
from service.current import CurrentBilling
from service.ledger import Ledger
from service.sandbox import Limits
from service.submissions import Submissions
from service.tutorial import TutorialBilling

SANDBOX = "https://api.sandbox.paygentic.io"
SERVING: Any = {"host": "127.0.0.1", "log_config": None, "access_log": False, "timeout_graceful_shutdown": 5}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m service", description=__doc__)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--stack", help="the stack whose outputs name the catalog (default: the selected one)")
    where.add_argument("--outputs", type=Path, help="a file with what `pulumi stack output --json` prints")
    parser.add_argument(
        "--api", choices=["current", "tutorial"], help="the API to bill by (default: the one that the stack is for)"
    )
    parser.add_argument(
        "--ledger", type=Path, default="submissions.db", help="the ledger's file (default: %(default)s)"
    )
    parser.add_argument("--port", type=int, default=8000, help="on this machine only (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=5, help="how long a program may run (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=os.cpu_count() or 1, help="programs at once (default: processors)")
    parser.add_argument("--waiting", type=int, default=100, help="submissions that may wait (default: %(default)s)")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        found = catalog.of_file(asked.outputs) if asked.outputs else catalog.of_stack(asked.stack)
    except CatalogError as error:
        sys.exit(f"service: {error}")
    api = asked.api or found.api
    if api == "current" and found.prepaid is None:
        sys.exit(
            "service: the stack has no plan for the current API: run `pulumi config set api current` and `pulumi up`"
        )
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(asked, found, api))


async def serve(asked: argparse.Namespace, found: Catalog, api: Api) -> None:
    """Until a signal comes."""
    limits = Limits(seconds=asked.seconds)
    try:
        await sandbox.check(limits)
    except OSError as error:
        sys.exit(f"service: {error}")
    async with _account() as http:
        ledger = Ledger(asked.ledger)
        billing = billing_by(api, Account(http), found, ledger, asked.seconds)
        submissions = Submissions(billing, ledger, limits, runs=asked.runs, waiting=asked.waiting)
        app = create_app(submissions, ledger)
        await _Server(uvicorn.Config(app, port=asked.port, **SERVING)).serve()
        ledger.close()


def billing_by(api: Api, account: Account, found: Catalog, ledger: Ledger, limit: int) -> Billing:
    """The way to bill by this API."""
    if api == "current" and found.prepaid is not None:
        return CurrentBilling(account, found, found.prepaid, ledger, limit)
    return TutorialBilling(account, found)


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for server in self.servers:
            print(f"The service is at http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        if os.geteuid() == 0:
            logging.getLogger(__name__).warning(
                "running as root: the limit on processes does not hold for the programs that are submitted"
            )


def _account() -> httpx.AsyncClient:
    """A client with the account's address and key, which are in the environment as they are for `pulumi up`."""
    url = os.environ.get("PAYGENTIC_BASE_URL") or SANDBOX
    key = os.environ.get("PAYGENTIC_API_KEY") or sys.exit("service: set PAYGENTIC_API_KEY to the merchant's key")
    address = urlsplit(url)
    if address.scheme != "https" and address.hostname not in {"127.0.0.1", "::1", "localhost"}:
        sys.exit("service: PAYGENTIC_BASE_URL must be https, unless it is on this machine")
    return client(url, key)


def client(url: str, key: str) -> httpx.AsyncClient:
    """A client for few connections, for whose turn any number of calls may wait."""
    return httpx.AsyncClient(
        base_url=url,
        headers={"Authorization": f"Bearer {key}"},
        timeout=httpx.Timeout(10, pool=None),
        limits=httpx.Limits(max_connections=20),
    )


if __name__ == "__main__":
    main()
