"""HTTP as the server speaks it: a parser in C, with limits on what it would keep, and the connection at hand."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 64 * 1024


class HeadTooLargeError(Exception):
    """Tells the parser to give up: the server then answers 400 and closes the connection."""


class Protocol(HttpToolsProtocol):
    """One connection. Each request is handed it, so that a fault can really drop it."""

    _head = 0
    """What has been kept of the head, or of the trailers after a body in chunks."""
    _unread = 0
    """What the parser has taken since it last told of anything: a name, a value or a chunk's size that has no end."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}

    def data_received(self, data: bytes) -> None:
        self._unread += len(data)
        super().data_received(data)
        if self._unread > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("Invalid HTTP request received.")

    def on_message_begin(self) -> None:
        self._head = self._unread = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(name + value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._unread = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._head = self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread = 0
        super().on_message_complete()

    def _count(self, text: bytes) -> None:
        self._unread = 0
        self._head += len(text)
        if self._head > LARGEST_HEAD:
            raise HeadTooLargeError
