"""Delivery of webhooks: HTTP calls to endpoints on loopback, signed as Svix and Standard Webhooks sign them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from contextlib import suppress

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_paygentic.emulator.billing import outbox
from pulumi_paygentic.emulator.state import Emulator
from pulumi_paygentic.emulator.storage import clock, kinds
from pulumi_paygentic.emulator.storage.store import Record

SECRET_PREFIX = "whsec_"  # noqa: S105 - what secrets begin with
_TIMEOUT = 15
_MILLISECONDS = 1000


class DeliverWebhooks:
    """ASGI middleware that sends what is due after each call, and once more when a retry falls due."""

    def __init__(self, app: ASGIApp, emulator: Emulator) -> None:
        self._app = app
        self._emulator = emulator
        self._woken: asyncio.Event | None = None
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        finally:
            self._wake()

    def _wake(self) -> None:
        if self._task is not None and not self._task.done() and self._woken is not None:
            self._woken.set()
        elif outbox.next_due(self._emulator.store) is not None:
            self._woken = asyncio.Event()
            self._task = asyncio.create_task(self._deliver(self._woken))

    async def _deliver(self, woken: asyncio.Event) -> None:
        """Deliver until nothing is pending; a call, which may have moved the clock, wakes a wait early."""
        while (due := outbox.next_due(self._emulator.store)) is not None:
            ahead = due - clock.milliseconds(self._emulator.clock.now())
            if ahead > 0:
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(woken.wait(), ahead / _MILLISECONDS)
                woken.clear()
                continue
            async with httpx.AsyncClient(trust_env=False, timeout=_TIMEOUT) as client:
                for message in outbox.due(self._emulator.store, self._emulator.clock.now()):
                    began = self._emulator.clock.now()
                    answer = await self._send(client, message)
                    with self._emulator.store.transaction():
                        outbox.record(self._emulator.store, message["id"], answer, began)

    async def _send(self, client: httpx.AsyncClient, message: Record) -> int | None:
        endpoint = self._emulator.store.get(kinds.WEBHOOK_ENDPOINT, message["endpointId"])
        if endpoint is None:
            return None
        headers = signed(endpoint["secret"], message["eventId"], int(time.time()), message["body"])
        try:
            response = await client.post(endpoint["url"], content=message["body"].encode(), headers=headers)
        except httpx.HTTPError:
            return None
        return response.status_code


def signed(secret: str, message_id: str, seconds: int, body: str) -> dict[str, str]:
    """The headers of a message. Its time is the machine's own, since receivers refuse one that is minutes off."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    content = f"{message_id}.{seconds}.{body}".encode()
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "content-type": "application/json",
        "svix-id": message_id,
        "svix-timestamp": str(seconds),
        "svix-signature": f"v1,{signature}",
    }
