"""The emulator as an ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_paygentic.emulator.collections.registry import operations
from pulumi_paygentic.emulator.control import routes as control
from pulumi_paygentic.emulator.control.calls import Calls, CountCalls
from pulumi_paygentic.emulator.control.faults.faults import Faults, InjectFaults
from pulumi_paygentic.emulator.errors import ApiError, MethodNotAllowed, NotFound
from pulumi_paygentic.emulator.http.deliveries import DeliverWebhooks
from pulumi_paygentic.emulator.http.json_body import respond_error
from pulumi_paygentic.emulator.http.paths import Paths
from pulumi_paygentic.emulator.http.routing import Api
from pulumi_paygentic.emulator.pages import checkout, payment, portal, webhooks
from pulumi_paygentic.emulator.pages.dashboard import routes as dashboard
from pulumi_paygentic.emulator.state import Account, Accounts, Emulator
from pulumi_paygentic.emulator.storage.clock import Clock
from pulumi_paygentic.emulator.storage.store import Store

DEFAULT_API_KEY = "sk_test_emulator"
DEFAULT_MERCHANT = "org_emulator"


def create_app(
    *,
    data: str | Path | None = None,
    api_key: str = DEFAULT_API_KEY,
    merchant_id: str = DEFAULT_MERCHANT,
    accounts: Sequence[Account] = (),
    latency_ms: float = 0,
    strict: bool = False,
) -> Starlette:
    """Make an emulator with one account, and `accounts` besides. Without `data` everything is in memory.

    `strict` refuses the older calls for usage, reservations and authorization links, as today's service is said to.
    """
    emulator = Emulator(
        store=Store(None if data is None else str(data)),
        clock=Clock(),
        accounts=Accounts((Account(api_key, merchant_id), *accounts)),
        strict=strict,
    )
    api = operations()
    paths = Paths(api)
    calls, faults = Calls(), Faults(paths)
    app = Starlette(
        routes=[
            *checkout.routes(emulator),
            *payment.routes(emulator),
            *portal.routes(emulator),
            *webhooks.routes(emulator),
            *dashboard.routes(emulator),
            *control.routes(emulator, calls, faults),
        ],
        middleware=[
            Middleware(DeliverWebhooks, emulator=emulator),
            Middleware(CountCalls, calls=calls, paths=paths),
            Middleware(InjectFaults, faults=faults),
            Middleware(Latency, seconds=latency_ms / 1000),
            Middleware(Api, emulator=emulator, operations=api, paths=paths),
        ],
        exception_handlers={HTTPException: _http_error, ApiError: _api_error, Exception: _internal_error},
    )
    app.router.redirect_slashes = False
    app.state.emulator = emulator
    return app


class Latency:
    """ASGI middleware that makes every call to the API take at least this long."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._seconds and scope.get("path", "").startswith("/v"):
            await asyncio.sleep(self._seconds)
        await self._app(scope, receive, send)


async def _http_error(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "").split(", ")
        return respond_error(MethodNotAllowed(request.method, allowed))
    return respond_error(NotFound("There is nothing at this path."))


async def _api_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)  # noqa: S101 - Starlette's types know only Exception
    return respond_error(error)


async def _internal_error(_request: Request, _error: Exception) -> Response:
    return respond_error(ApiError("The emulator failed; this is a bug of its own."))
