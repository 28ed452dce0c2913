"""The API's ASGI application: authentication, body, handler in a transaction, answer in JSON.

Paths are looked up in a table, since a router would try a hundred patterns for each call.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_paygentic.emulator.errors import ApiError, MethodNotAllowed
from pulumi_paygentic.emulator.http.context import Context, Handler, Operations
from pulumi_paygentic.emulator.http.json_body import read_object, respond, respond_error
from pulumi_paygentic.emulator.http.paths import Paths
from pulumi_paygentic.emulator.state import Emulator


class Api:
    """ASGI middleware that answers every path of the API. Other paths are for `app`."""

    def __init__(self, app: ASGIApp, emulator: Emulator, operations: Operations, paths: Paths) -> None:
        self._app = app
        self._paths = paths
        self._resources = {template: Resource(emulator, handlers) for template, handlers in operations.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._paths.find(scope)
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
            return  # the client left before its request was complete: nobody waits for an answer
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        handler = self._handlers.get(request.method)
        if handler is None:
            raise MethodNotAllowed(request.method, self._handlers)
        account = self._emulator.accounts.authenticate(request.headers.get("authorization"))
        data = None if request.method in {"GET", "DELETE"} else await read_object(request)
        # No await from here to the commit: requests take turns, each sees the whole of those before it.
        with self._emulator.transaction():
            answer = handler(Context(self._emulator, account, request, data))
        return respond(answer)
