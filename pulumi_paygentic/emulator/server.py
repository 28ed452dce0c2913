"""The server on loopback: in the foreground for the command line, in a thread for tests."""

from __future__ import annotations

import ipaddress
import signal
import socket
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from pulumi_paygentic.emulator.app import DEFAULT_API_KEY, DEFAULT_MERCHANT, create_app
from pulumi_paygentic.emulator.control.outage import BACKLOG, Outage, bound
from pulumi_paygentic.emulator.http.protocol import LARGEST_HEAD, Protocol


class ServeError(Exception):
    """The emulator cannot be served as asked; the message says why."""


@dataclass(frozen=True, slots=True)
class Running:
    """A served emulator: its address, and the account it announces."""

    url: str
    api_key: str
    merchant_id: str


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    api_key: str = DEFAULT_API_KEY,
    merchant_id: str = DEFAULT_MERCHANT,
    announce: Callable[[Running], None] = lambda _running: None,
    **options: Any,
) -> None:
    """Serve until SIGINT or SIGTERM; `announce` is called once connections are accepted."""
    with listen(host, port) as listener:
        app = create_app(api_key=api_key, merchant_id=merchant_id, **options)
        running = Running(_url(listener), api_key, merchant_id)
        try:
            _Server(app, lambda: announce(running)).run(sockets=[listener])
        finally:
            app.state.emulator.store.close()


@contextmanager
def running(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    api_key: str = DEFAULT_API_KEY,
    merchant_id: str = DEFAULT_MERCHANT,
    **options: Any,
) -> Iterator[Running]:
    """A served emulator for the length of a `with` block, in a thread of this process."""
    ready = threading.Event()
    with listen(host, port) as listener:
        app = create_app(api_key=api_key, merchant_id=merchant_id, **options)
        server = _Server(app, ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        ready.wait()
        try:
            yield Running(_url(listener), api_key, merchant_id)
        finally:
            server.should_exit = True
            thread.join()
            app.state.emulator.store.close()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on loopback, and on nothing else: the emulator has no security of its own."""
    address = "127.0.0.1" if host == "localhost" else host
    try:
        loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ServeError(f"the emulator serves only on loopback, not on {host}: use 127.0.0.1, ::1 or localhost")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        listener = bound(family, (address, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        raise ServeError(f"cannot listen on {host} port {port}: {getattr(error, 'strerror', None) or error}") from error
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    def __init__(self, app: ASGIApp, started: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Protocol,
                h11_max_incomplete_event_size=LARGEST_HEAD,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",  # errors of clients are answered, not logged
                access_log=False,
                timeout_graceful_shutdown=1,
                timeout_keep_alive=60,
            )
        )
        self._on_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.lifespan.state["outage"] = Outage(self)
        await super().startup(sockets)
        self._on_started()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Let a signal end the server without raising it once more afterwards, as uvicorn would."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        original = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in original.items():
                signal.signal(number, handler)
