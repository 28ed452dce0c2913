"""An outage of the service: for a while its port refuses connections."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

import uvicorn

from pulumi_paygentic.emulator.http.protocol import Protocol

BACKLOG = 1024


class Outage:
    """The switch of a server's only listener. Open connections stay, as in a deployment that drains them."""

    def __init__(self, server: uvicorn.Server) -> None:
        self._server = server
        self._until = 0.0
        self._moved = asyncio.Event()
        self._over: asyncio.Task[None] | None = None

    def begin(self, seconds: float) -> None:
        """Refuse new connections for some seconds; a longer outage under way stays as long as it is."""
        loop = asyncio.get_running_loop()
        self._until = max(self._until, loop.time() + seconds)
        self._moved.set()
        if self._over is None:
            [listening] = self._server.servers
            [listener] = listening.sockets
            family, address = listener.family, listener.getsockname()
            listening.close()
            self._over = loop.create_task(self._over_in_time(bound(family, address)))

    def end(self) -> None:
        """Accept connections again at once."""
        self._until = 0.0
        self._moved.set()

    async def _over_in_time(self, held: socket.socket) -> None:
        """Listen again when the time is over; until then `held` reserves the port without listening."""
        loop = asyncio.get_running_loop()
        try:
            while (left := self._until - loop.time()) > 0:
                self._moved.clear()
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._moved.wait(), left)
            held.listen(BACKLOG)
            self._server.servers[:] = [await loop.create_server(self._connection, sock=held)]
        except BaseException:
            held.close()
            raise
        finally:
            self._over = None

    def _connection(self) -> Protocol:
        server = self._server
        return Protocol(config=server.config, server_state=server.server_state, app_state=server.lifespan.state)


def bound(family: int, address: tuple[object, ...]) -> socket.socket:
    """A socket that has an address, and does not listen yet."""
    # asyncio switches Nagle's algorithm off only for a socket named TCP; with it every answer waits 40 ms.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except BaseException:
        made.close()
        raise
    return made
