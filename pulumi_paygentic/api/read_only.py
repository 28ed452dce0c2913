"""A client that only reads: it refuses every method but GET at its connection, below everything that could write."""

from __future__ import annotations

from typing import Any

import httpx

from pulumi_paygentic.api.client import Client
from pulumi_paygentic.api.errors import PaygenticError


class WriteRefused(PaygenticError):
    """A request that would write was about to leave a client that only reads; nothing was sent."""

    hint = "This is a mistake in pulumi-paygentic itself: please report it."


class ReadOnlyClient(Client):
    """A client, with the arguments of `Client`, that raises `WriteRefused` before any request but a GET is sent."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._http.event_hooks = {"request": [_refuse_writes]}


def _refuse_writes(request: httpx.Request) -> None:
    if request.method != "GET":
        raise WriteRefused(f"{request.method} {request.url.path} was refused, because this command only reads")
