"""A served emulator with a gate before it, through which a test sees, spoils or holds every call of the API."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_paygentic.emulator import Account, Running, create_app
from pulumi_paygentic.emulator.app import DEFAULT_API_KEY, DEFAULT_MERCHANT
from pulumi_paygentic.emulator.server import _Server, listen
from tests.engine.support.account import PAST_THE_GATE, AccountReader

SECOND = Account(api_key="sk_test_second", merchant_id="org_second", merchant_name="Second")
LIVE = Account(api_key="sk_live_third", merchant_id="org_third", merchant_name="Third")


class Call(NamedTuple):
    """One call of the API, counted from 1; `body` is its JSON."""

    number: int
    method: str
    path: str
    body: Any


class Exchange(NamedTuple):
    """What the application was given, for whatever stands in for its answer."""

    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send

    async def drop(self) -> None:
        """Close the connection without an answer."""
        self.scope["state"]["transport"].abort()
        while (await self.receive())["type"] != "http.disconnect":
            pass


Action = Callable[[Exchange], Awaitable[None]]
Script = Callable[[Call], "Action | None"]


def answer(status: int, content: object, content_type: str = "application/json") -> Action:
    """Answer in the emulator's place, which never sees the call."""

    async def act(exchange: Exchange) -> None:
        body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
        await exchange.send({"type": "http.response.start", "status": status, "headers": headers})
        await exchange.send({"type": "http.response.body", "body": body})

    return act


async def lose(exchange: Exchange) -> None:
    """Let the emulator do it, and drop the answer."""
    await exchange.app(exchange.scope, exchange.receive, _discard)
    await exchange.drop()


async def _discard(message: Any) -> None:
    del message


class Hold:
    """Keeps a call, before or after the emulator did it, until it is released; then it gets its answer, or none."""

    def __init__(self, *, done: bool, answers: bool = False) -> None:
        self.reached = threading.Event()
        self.released = threading.Event()
        self._done = done
        self._answers = answers

    async def __call__(self, exchange: Exchange) -> None:
        messages: list[Any] = []

        async def keep(message: Any) -> None:
            messages.append(message)

        if self._done:
            await exchange.app(exchange.scope, exchange.receive, keep)
        self.reached.set()
        await asyncio.to_thread(self.released.wait)
        if self._answers:
            for message in messages:
                await exchange.send(message)
        else:
            await exchange.drop()


class Gate:
    """Notes every call, and hands those that `script` has an action for to that action."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.calls: list[Call] = []
        self.holds: list[Hold] = []
        self.script: Script = lambda _: None

    @property
    def writes(self) -> list[Call]:
        return [call for call in self.calls if call.method != "GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        past = dict(scope.get("headers", ())).get(PAST_THE_GATE.encode())
        if past or scope["type"] != "http" or not scope["path"].startswith("/v"):
            await self._app(scope, receive, send)
            return
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message["more_body"]:
                break
        call = Call(len(self.calls) + 1, scope["method"], scope["path"], json.loads(body or b"null"))
        self.calls.append(call)
        again = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def replay() -> Any:
            return next(again, None) or await receive()

        action = self.script(call)
        if action is None:
            await self._app(scope, replay, send)
        else:
            if isinstance(action, Hold):
                self.holds.append(action)
            await action(Exchange(self._app, scope, replay, send))

    def release(self) -> None:
        """Let every held call go on: the server waits for all of them, also after a test that failed."""
        self.script = lambda _: None
        for hold in self.holds:
            hold.released.set()


@dataclass(frozen=True)
class Server:
    """A served emulator: its address and key, its gate, and what its first account holds."""

    running: Running
    gate: Gate
    account: AccountReader
    second: AccountReader

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point a program at the first account."""
        return {
            "PAYGENTIC_API_KEY": self.running.api_key,
            "PAYGENTIC_MERCHANT_ID": self.running.merchant_id,
            "PAYGENTIC_BASE_URL": self.running.url,
        }


@contextmanager
def served() -> Iterator[Server]:
    """A server of a test's own: two merchants of the sandbox and one with a live key."""
    app = create_app(accounts=[SECOND, LIVE])
    gate = Gate(app)
    ready = threading.Event()
    with listen("127.0.0.1", 0) as listener:
        uvicorn_server = _Server(gate, ready.set)
        thread = threading.Thread(target=uvicorn_server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        ready.wait()
        emulator = Running(f"http://127.0.0.1:{listener.getsockname()[1]}", DEFAULT_API_KEY, DEFAULT_MERCHANT)
        first = AccountReader(emulator.url, emulator.api_key, emulator.merchant_id)
        second = AccountReader(emulator.url, SECOND.api_key, SECOND.merchant_id)
        try:
            with first, second:
                yield Server(emulator, gate, first, second)
        finally:
            gate.release()
            uvicorn_server.should_exit = True
            thread.join()
            app.state.emulator.store.close()
