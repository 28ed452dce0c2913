"""The kinds of fault: a class each, with its parameters and its effect on a request."""

from __future__ import annotations

import asyncio
import json
import math
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr

from pulumi_paygentic.emulator.control.faults.exchange import Answered, Exchange
from pulumi_paygentic.emulator.control.faults.rules import Rule

When = Literal["before", "after"]
"""Before the emulator has done what was asked, or after: committed, but the client does not learn of it."""
Milliseconds = Annotated[int, Field(ge=0, le=600_000)]
Seconds = Annotated[int, Field(ge=0, le=86_400)]
_HTML = "<!doctype html>\n<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n"


class Latency(Rule):
    """A late answer."""

    kind: Literal["latency"]
    milliseconds: Milliseconds

    async def apply(self, exchange: Exchange) -> None:
        await asyncio.sleep(self.milliseconds / 1000)
        await exchange.proceed()


class Hold(Rule):
    """A call that waits, before the work or after it, until the fault is removed, and is then answered as usual."""

    kind: Literal["hold"]
    when: When = "before"
    _reached: asyncio.Event = PrivateAttr(default_factory=asyncio.Event)
    _removed: asyncio.Event = PrivateAttr(default_factory=asyncio.Event)

    async def apply(self, exchange: Exchange) -> None:
        answer = await exchange.answered() if self.when == "after" else None
        self._reached.set()
        await self._removed.wait()
        if answer is None:
            await exchange.proceed()
        else:
            await exchange.reply(answer)

    async def reached(self) -> None:
        """Wait until a call is held."""
        await self._reached.wait()

    def removed(self) -> None:
        self._removed.set()


class Error(Rule):
    """An error of the service: 429, 500, 502, 503 or whichever, with or without `Retry-After`."""

    kind: Literal["error"]
    status: Annotated[int, Field(ge=400, le=599)]
    when: When = "before"
    retry_after: Seconds | None = None
    retry_after_form: Literal["seconds", "date"] = "seconds"

    async def apply(self, exchange: Exchange) -> None:
        await _settle(exchange, self.when)
        await exchange.reply(_error(self.status, self._retry_after()))

    def _retry_after(self) -> str | None:
        if self.retry_after is None or self.retry_after_form == "seconds":
            return None if self.retry_after is None else str(self.retry_after)
        moment = datetime.now(timezone.utc) + timedelta(seconds=self.retry_after)
        return format_datetime(moment, usegmt=True)


class Drop(Rule):
    """A broken connection: before the work, after it, or in the middle of the answer."""

    kind: Literal["drop"]
    when: Literal["before", "after", "during"] = "before"

    async def apply(self, exchange: Exchange) -> None:
        if self.when == "during":
            await exchange.drop_during(await exchange.answered())
        else:
            await _settle(exchange, self.when)
            await exchange.drop()


class Refuse(Rule):
    """A service that is down: this connection breaks, others are refused for a time or until removal."""

    kind: Literal["refuse"]
    milliseconds: Milliseconds
    _outage: Any = PrivateAttr(default=None)

    async def apply(self, exchange: Exchange) -> None:
        await exchange.drain()
        self._outage = exchange.outage
        await exchange.refuse(self.milliseconds / 1000)

    def removed(self) -> None:
        if self._outage is not None:
            self._outage.end()


class TruncatedJson(Rule):
    """A complete answer whose JSON stops in the middle."""

    kind: Literal["truncatedJson"]

    async def apply(self, exchange: Exchange) -> None:
        answer = await exchange.answered()
        await exchange.reply(answer.with_body(answer.body[: len(answer.body) // 2]))


class Html(Rule):
    """A page where JSON belongs, as proxies send it."""

    kind: Literal["html"]
    status: Annotated[int, Field(ge=400, le=599)] | Literal[200] = 200
    when: When = "before"

    async def apply(self, exchange: Exchange) -> None:
        await _settle(exchange, self.when)
        page = _HTML.format(f"Status {self.status}").encode()
        await exchange.reply(Answered(self.status, {"content-type": "text/html"}, page))


class ContentType(Rule):
    """The right body under the wrong name."""

    kind: Literal["contentType"]
    content_type: Annotated[str, Field(pattern=r"^[ -~]*$")] = "text/plain"

    async def apply(self, exchange: Exchange) -> None:
        answer = await exchange.answered()
        await exchange.reply(answer.with_type(self.content_type))


class Redirect(Rule):
    """A redirect to another address."""

    kind: Literal["redirect"]
    status: Literal[301, 302, 303, 307, 308] = 302
    location: Annotated[str, Field(pattern=r"^[!-~]+$")] = "http://127.0.0.1:9/"

    async def apply(self, exchange: Exchange) -> None:
        await _settle(exchange, "before")
        await exchange.reply(Answered(self.status, {"location": self.location}, b""))


class SlowBody(Rule):
    """An answer whose head comes at once and whose body comes slowly."""

    kind: Literal["slowBody"]
    milliseconds: Milliseconds

    async def apply(self, exchange: Exchange) -> None:
        await exchange.reply(await exchange.answered(), seconds=self.milliseconds / 1000)


class RateLimit(Rule):
    """A limit of calls a second, with a `burst` above it; other calls are 429 with `Retry-After`."""

    kind: Literal["rateLimit"]
    requests_per_second: Annotated[float, Field(gt=0)]
    burst: Annotated[int, Field(ge=1)] = 1
    _tokens: float = PrivateAttr(default=-1)
    _filled: float = PrivateAttr(default=0)

    async def apply(self, exchange: Exchange) -> None:
        wait = self._take(asyncio.get_running_loop().time())
        if wait <= 0:
            await exchange.proceed()
        else:
            await exchange.drain()
            await exchange.reply(_error(429, str(math.ceil(wait))))

    def _take(self, now: float) -> float:
        """Take a token from the bucket; or, without taking one, say in how many seconds there will be one."""
        before = self.burst if self._tokens < 0 else self._tokens
        tokens = min(float(self.burst), before + (now - self._filled) * self.requests_per_second)
        self._filled = now
        self._tokens = tokens - 1 if tokens >= 1 else tokens
        return 0 if tokens >= 1 else (1 - tokens) / self.requests_per_second


Fault = Latency | Hold | Error | Drop | Refuse | TruncatedJson | Html | ContentType | Redirect | SlowBody | RateLimit


async def _settle(exchange: Exchange, when: str) -> None:
    if when == "after":
        await exchange.answered()
    else:
        await exchange.drain()


def _error(status: int, retry_after: str | None) -> Answered:
    names = {429: "too_many_requests", 500: "internal_server_error", 502: "bad_gateway", 503: "service_unavailable"}
    body = {"error": names.get(status, "error"), "message": "The emulator was told to fail.", "code": "INJECTED"}
    headers = {"content-type": "application/json"} | ({"retry-after": retry_after} if retry_after else {})
    return Answered(status, headers, json.dumps(body).encode())
