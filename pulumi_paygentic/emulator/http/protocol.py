"""The HTTP protocol of the server: uvicorn's, which limits the size of a request's head."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

LARGEST_HEAD = 64 * 1024


class Protocol(H11Protocol):
    """One connection. Each request is handed its transport, so that a fault can drop it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the base has it
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}
