"""A proxy on loopback that passes reads on to the API and refuses every write, to prove that nothing is written."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

import httpx

from pulumi_paygentic.api.client import default_user_agent
from pulumi_paygentic.api.setting import KEY_PREFIXES
from pulumi_paygentic.api.transport import open_http

if TYPE_CHECKING:
    from pulumi_paygentic.api import Settings

_PASSED_ON: Final = ("content-type", "retry-after", "date")
_REASON: Final = "read-only: nothing may be written while an import is proved"


class ReadOnlyProxy(ThreadingHTTPServer):
    """The account behind these settings, for reading, under a key of its own: the real one stays in this process."""

    daemon_threads = True

    def __init__(self, settings: Settings) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.key = f"{KEY_PREFIXES[settings.environment]}{secrets.token_hex(16)}"
        self.address = settings.base_url
        self.http = open_http(settings, default_user_agent(), None)
        self.timeout_seconds = settings.request_timeout
        self.refused: list[str] = []
        """The method and path of each write that was refused."""
        self.environment = {
            "PAYGENTIC_ADOPT": "",
            "PAYGENTIC_API_KEY": self.key,
            "PAYGENTIC_BASE_URL": f"http://127.0.0.1:{self.server_port}",
            "PAYGENTIC_ENVIRONMENT": settings.environment,
            "PAYGENTIC_MERCHANT_ID": settings.merchant_id,
        }
        """The variables that point a program at the proxy."""


@contextmanager
def read_only(settings: Settings) -> Iterator[ReadOnlyProxy]:
    """Serve a proxy until the block ends."""
    proxy = ReadOnlyProxy(settings)
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()
        proxy.http.close()


class _Handler(BaseHTTPRequestHandler):
    server: ReadOnlyProxy
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.headers.get("Authorization") != f"Bearer {self.server.key}":
            self._answer(401, {"message": "the key is not the proxy's"})
            return
        try:
            response = self.server.http.get(f"{self.server.address}{self.path}", timeout=self.server.timeout_seconds)
        except httpx.HTTPError as error:
            self._answer(502, {"message": f"the API could not be reached: {type(error).__name__}"})
            return
        headers = {name: response.headers[name] for name in _PASSED_ON if name in response.headers}
        self._send(response.status_code, headers, response.content)

    def _refuse(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.refused.append(f"{self.command} {self.path}")
        self._answer(403, {"message": _REASON, "reason": "read_only"})

    do_POST = do_PATCH = do_PUT = do_DELETE = _refuse  # noqa: N815  the server's names for them

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, {"content-type": "application/json"}, json.dumps(body).encode())

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  the base class's name
        """Log nothing: a path may hold what a person typed."""
