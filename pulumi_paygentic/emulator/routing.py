"""The API, one resource a path: authenticates, reads the body, runs the handler in a transaction, answers in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_paygentic.emulator.accounts import Accounts
from pulumi_paygentic.emulator.aggregates import Aggregates
from pulumi_paygentic.emulator.billing import schedule
from pulumi_paygentic.emulator.clock import Clock
from pulumi_paygentic.emulator.context import Answer, Context, Handler
from pulumi_paygentic.emulator.errors import ApiError, MethodNotAllowed, NotReproduced
from pulumi_paygentic.emulator.store import Store
from pulumi_paygentic.emulator.templates import Templates
from pulumi_paygentic.emulator.wire import read_object, respond, respond_error

Operations = dict[str, dict[str, Handler]]
"""Handlers by path template and method."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """The state behind the addresses."""

    store: Store
    aggregates: Aggregates
    """Of the store's events."""
    clock: Clock
    accounts: Accounts

    def __post_init__(self) -> None:
        with self.store.transaction():
            schedule.enrol_missing(self.store, self.clock.now())


class Api:
    """Every path of the API: found in one look, where a router would try a hundred. Other paths are for `app`."""

    def __init__(self, app: ASGIApp, emulator: Emulator, operations: Operations, templates: Templates) -> None:
        self._app = app
        self._templates = templates
        self._resources = {template: Resource(emulator, handlers) for template, handlers in operations.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._templates.find(scope)
        if found is None:
            await self._app(scope, receive, send)
        else:
            scope["path_params"] = found.params
            await self._resources[found.template](scope, receive, send)


class Resource:
    """The ASGI endpoint of one path of the API."""

    def __init__(self, emulator: Emulator, handlers: Mapping[str, Handler]) -> None:
        self._emulator = emulator
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ApiError as error:
            response = respond_error(error)
        except ClientDisconnect:
            return  # it went before it had said all: there is nothing to do, and nobody to tell
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        handler = self._handlers.get(request.method)
        if handler is None:
            raise MethodNotAllowed(request.method, self._handlers)
        emulator = self._emulator
        account = emulator.accounts.authenticate(request.headers.get("authorization"))
        context = Context(
            store=emulator.store,
            clock=emulator.clock,
            accounts=emulator.accounts,
            account=account,
            method=request.method,
            request=request,
            params=request.path_params,
            query=request.query_params,
            data=None if request.method in {"GET", "DELETE"} else await read_object(request),
        )
        # No await from here to the commit: requests take turns, each sees the whole of those before it.
        with emulator.store.transaction():
            schedule.catch_up(emulator.store, emulator.clock.now())
            answer = handler(context)
        return respond(answer)


def merge(*tables: Operations) -> Operations:
    """One table of all paths; a path may have its methods from several modules."""
    merged: Operations = {}
    for table in tables:
        for template, handlers in table.items():
            merged.setdefault(template, {}).update(handlers)
    return merged


def not_reproduced(what: str) -> Handler:
    def handler(_context: Context) -> Answer:
        raise NotReproduced(what)

    return handler
