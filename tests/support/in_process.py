"""An ASGI application as an httpx transport: no socket, no thread, no event loop, for any number of threads."""

from collections.abc import Callable
from typing import Any

import httpx

Answer = Callable[[], httpx.Response]
Interceptor = Callable[[httpx.Request, Answer], httpx.Response]
"""A function between a client and the application; `answer()` passes the request on."""


def let_through(_request: httpx.Request, answer: Answer) -> httpx.Response:
    return answer()


class Interceptable(httpx.BaseTransport):
    """A transport whose requests and answers a test may intercept."""

    def __init__(self) -> None:
        self.intercept: Interceptor = let_through

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.intercept(request, lambda: self.send(request))

    def send(self, request: httpx.Request) -> httpx.Response:
        """Let the request through."""
        raise NotImplementedError


class InProcess(Interceptable):
    """Runs the application to its end for each request; it may wait for nothing but the request's body."""

    def __init__(self, app: Any) -> None:
        super().__init__()
        self._app = app

    def send(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        start: dict[str, Any] = {}
        content = bytearray()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                content.extend(message.get("body", b""))

        coroutine = self._app(_scope(request), receive, send)
        try:
            while coroutine.send(None) is None:  # it only lets others have a turn, and there are none
                pass
        except StopIteration:
            return httpx.Response(start["status"], headers=start["headers"], content=bytes(content))
        raise RuntimeError("the application waits for something: serve it instead")


def _scope(request: httpx.Request) -> dict[str, Any]:
    path, _, query = request.url.raw_path.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": path,
        "root_path": "",
        "query_string": query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 1),
        "server": (request.url.host, request.url.port or 80),
    }
