"""A real HTTP server on loopback that serves a forge, and fails where a test wants it to."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Response:
    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def data(self) -> bytes:
        if isinstance(self.body, str):
            return self.body.encode()
        return b"" if self.body is None else json.dumps(self.body).encode()


class Service(Protocol):
    """A forge: handles one request at a time."""

    def handle(self, request: Request) -> Response: ...


@dataclass(frozen=True)
class Fault:
    """What happens to one request: an answer instead of the service's, or a connection that is cut."""

    response: Response | None = None
    after_write: bool = False

    @property
    def cuts(self) -> bool:
        return self.response is None


BAD_GATEWAY = Fault(Response(502, "<html>502 Bad Gateway</html>", {"Content-Type": "text/html"}))
LATE_GATEWAY = Fault(Response(504, "<html>504 Gateway Timeout</html>"), after_write=True)
CUT_BEFORE = Fault()
CUT_AFTER = Fault(after_write=True)


class Server:
    """Serves `service`; `faults` holds what happens to the next requests, None for nothing."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.faults: deque[Fault | None] = deque()
        self.requests: list[Request] = []
        self.before: Callable[[Request], None] = lambda _: None
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(), bind_and_activate=True)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, request: Request) -> Response | None:
        """The response, None for a connection that is cut."""
        self.before(request)
        with self._lock:
            self.requests.append(request)
            fault = self.faults.popleft() if self.faults else None
            if fault and not fault.after_write:
                return fault.response
            response = self.service.handle(request)
            return fault.response if fault else response

    def _handler(server: Server) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                data = self.rfile.read(length)
                parts = urlsplit(self.path)
                request = Request(
                    self.command,
                    parts.path,
                    dict(parse_qsl(parts.query)),
                    {name.lower(): value for name, value in self.headers.items()},
                    json.loads(data) if data else None,
                )
                response = server.answer(request)
                if response is None:
                    self.close_connection = True
                    return
                body = response.data()
                self.send_response_only(response.status)  # without a Date of its own
                for name, value in {"Content-Type": "application/json", **response.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@contextmanager
def serving(service: Service) -> Iterator[Server]:
    server = Server(service)
    try:
        yield server
    finally:
        server.close()
