"""One HTTP exchange as a fault controls it: run the application, answer in its place, or drop the connection."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PIECES = 20
_WITHOUT_BODY = (204, 304)


class ConnectionDropped(ConnectionResetError):
    """Raised instead of dropping where there is no connection: the application is called in process."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole answer, held back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def with_body(self, body: bytes) -> Answered:
        return replace(self, body=body)

    def with_type(self, content_type: str) -> Answered:
        return replace(self, headers={**self.headers, "content-type": content_type})


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request on its way to the application, which may be another fault."""

    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send

    @property
    def outage(self) -> Any:
        """The server's switch for refusing connections; None in process, where there are none."""
        return self.scope.get("state", {}).get("outage")

    async def proceed(self) -> None:
        await self.app(self.scope, self.receive, self.send)

    async def answered(self) -> Answered:
        """Let the application do its work, commit included, and keep its answer."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(self.scope, self.receive, keep)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in messages[0]["headers"]}
        body = b"".join(message.get("body", b"") for message in messages[1:])
        return Answered(messages[0]["status"], headers, body)

    async def reply(self, answer: Answered, *, seconds: float = 0) -> None:
        """Send an answer; over `seconds`, in small pieces, if asked to."""
        await self._start(answer)
        size = len(answer.body) // _PIECES + 1 if seconds else len(answer.body) or 1
        for start in range(0, len(answer.body), size):
            await asyncio.sleep(seconds / _PIECES)
            await self._continue(answer.body[start : start + size])
        await self.send({"type": "http.response.body", "body": b""})

    async def drop_during(self, answer: Answered) -> None:
        """Send the head and half of the body, then drop the connection."""
        await self._start(answer)
        await self._continue(answer.body[: len(answer.body) // 2])
        await self.drop()

    async def drain(self) -> None:
        """Read the request to its end, so that the client is done writing when it is answered."""
        message = await self.receive()
        while message["type"] == "http.request" and message.get("more_body"):
            message = await self.receive()

    async def refuse(self, seconds: float) -> None:
        """Drop the connection, and let nobody make another for a while."""
        if self.outage is not None:
            self.outage.begin(seconds)
        await self.drop()

    async def drop(self) -> None:
        """Close the connection with nothing more said."""
        transport: Any = self.scope.get("state", {}).get("transport")
        if transport is None:
            raise ConnectionDropped("The emulator dropped the connection.")
        # Closing flushes the answer so far; the disconnect arrives only once the connection is gone.
        transport.close()
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def _start(self, answer: Answered) -> None:
        length = {} if answer.status in _WITHOUT_BODY else {"content-length": str(len(answer.body))}
        headers = {**answer.headers, **length}
        encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": answer.status, "headers": encoded})

    async def _continue(self, piece: bytes) -> None:
        await self.send({"type": "http.response.body", "body": piece, "more_body": True})
