"""A plain httpx client of the application in this process: no socket, no thread, one event loop."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

KEY = {"Authorization": "Bearer sk_test_emulator"}


class InProcess(httpx.BaseTransport):
    def __init__(
        self, app: Any, *, raise_app_exceptions: bool = True, loop: asyncio.AbstractEventLoop | None = None
    ) -> None:
        self.app = app
        self._loop = loop or asyncio.new_event_loop()
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=raise_app_exceptions)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._loop.run_until_complete(self._handle(request))

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        sent = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
        response = await self._transport.handle_async_request(sent)
        return httpx.Response(response.status_code, headers=response.headers, content=await response.aread())

    def close(self) -> None:
        self._loop.close()


@contextmanager
def client_of(
    app: Any, *, raise_app_exceptions: bool = True, loop: asyncio.AbstractEventLoop | None = None
) -> Iterator[httpx.Client]:
    transport = InProcess(app, raise_app_exceptions=raise_app_exceptions, loop=loop)
    with httpx.Client(transport=transport, base_url="http://localhost", headers=KEY) as client:
        yield client
    app.state.emulator.store.close()
