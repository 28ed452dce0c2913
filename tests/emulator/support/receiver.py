"""A receiver of webhooks on loopback: it answers as told, and hands over each call that it got."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import NamedTuple

from tests.emulator.support.merchant import Json

PATIENCE = 120
"""The seconds after which a call that does not come fails the test."""


class Call(NamedTuple):
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Json:
        found: Json = json.loads(self.raw)
        return found


@dataclass
class Receiver:
    url: str
    answers: list[int] = field(default_factory=list)
    """The statuses of the next answers; then 204."""
    calls: "Queue[Call]" = field(default_factory=Queue)

    def next(self) -> Call:
        return self.calls.get(timeout=PATIENCE)


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
            self.end_headers()
            receiver.calls.put(Call({name.lower(): text for name, text in self.headers.items()}, raw))

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}/hook")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()
