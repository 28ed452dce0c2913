"""A load for the emulator: events, one request each, over connections that stay open, while its dashboard is open.

The requests are written by hand, so that the client takes as little of the machine as it can.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast
from urllib.parse import urlsplit

import httpx

KEY = "Bearer sk_test_emulator"
DASHBOARD = "/dashboard"
Body = Callable[[int], dict[str, Any]]


class Load:
    """`count` events over so many connections, as fast as they are answered, or so many a second; times in seconds.

    At a pace, a time counts from the moment at which the event was due: what waits for others is not left out.
    """

    def __init__(self, url: str, body: Body, count: int, connections: int, rate: float = 0) -> None:
        self._address = urlsplit(url)
        self._body = body
        self._count = count
        self._connections = connections
        self._rate = rate
        self._numbers: Iterator[int] = iter(range(count))
        self.times: list[float] = []
        self.seconds = 0.0
        self.began = 0.0

    async def run(self) -> None:
        loop, port = asyncio.get_running_loop(), self._address.port or 80
        self.began = time.perf_counter()
        kept = [
            await loop.create_connection(lambda: _Connection(self, loop), self._address.hostname or "", port)
            for _ in range(self._connections)
        ]
        await asyncio.gather(*(connection.done for _, connection in kept))
        self.seconds = time.perf_counter() - self.began

    def next(self) -> tuple[float, bytes] | None:
        """When the next event is due, and its request."""
        number = next(self._numbers, None)
        if number is None:
            return None
        body = json.dumps(self._body(number)).encode()
        head = f"POST /v0/events HTTP/1.1\r\nHost: {self._address.netloc}\r\nAuthorization: {KEY}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        due = self.began + number / self._rate if self._rate else time.perf_counter()
        return due, head.encode() + body


class _Connection(asyncio.Protocol):
    """One request after the other."""

    def __init__(self, load: Load, loop: asyncio.AbstractEventLoop) -> None:
        self._load = load
        self._loop = loop
        self._answer = b""
        self._due = 0.0
        self.done: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        if not head.startswith(b"HTTP/1.1 202 "):
            raise SystemExit(self._answer.decode())
        self._load.times.append(time.perf_counter() - self._due)
        self._answer = b""
        self._send()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError("the emulator closed a connection"))

    def _send(self) -> None:
        following = self._load.next()
        if following is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._due, request = following
        wait = self._due - time.perf_counter()
        if wait > 0:
            self._loop.call_later(wait, self._transport.write, request)
        else:
            self._transport.write(request)


def _length(head: bytes) -> int:
    """The content length, whichever way the server writes its name."""
    return int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])


@asynccontextmanager
async def polled(url: str, polls: list[float]) -> AsyncIterator[None]:
    """The overview asked for as the page does it, without a browser; `polls` takes how long each answer took."""
    task = asyncio.create_task(_poll(url, polls))
    try:
        yield
    finally:
        task.cancel()


async def _poll(url: str, polls: list[float]) -> None:
    version = ""
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        while True:
            started = time.perf_counter()
            answer = await http.get(DASHBOARD, headers={"If-None-Match": version})
            version = answer.headers.get("ETag", version)
            polls.append(time.perf_counter() - started)
            await asyncio.sleep(min(max(2, 20 * polls[-1]), 10))


@asynccontextmanager
async def browsed(url: str, polls: list[float]) -> AsyncIterator[None]:
    """The overview open in a real Chromium, which asks by itself."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - only where it is asked for

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page()
        page.on("requestfinished", lambda request: polls.append(request.timing["responseEnd"] / 1000))
        await page.goto(f"{url}{DASHBOARD}")
        try:
            yield
        finally:
            await browser.close()


def percentiles(times: Sequence[float]) -> str:
    """The median, the 99th percentile and the longest, in milliseconds."""
    ordered = sorted(times) or [0.0]
    chosen = (ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100], ordered[-1])
    return "p50 {:.1f} ms, p99 {:.1f} ms, max {:.1f} ms".format(*(1000 * seconds for seconds in chosen))
