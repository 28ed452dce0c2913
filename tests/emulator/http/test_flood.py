"""A flood of requests that are wrong in every way: each is refused, and nothing of it is stored."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from pulumi_paygentic.emulator import Running, create_app
from pulumi_paygentic.emulator.http.json_body import LARGEST_BODY
from pulumi_paygentic.emulator.http.protocol import LARGEST_HEAD
from tests.emulator.support.in_process import KEY
from tests.emulator.support.merchant import Merchant

HEAD = b"POST /v0/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk_test_emulator\r\n"
JSON = HEAD + b"Content-Type: application/json\r\n"
CHUNKED = JSON + b"Transfer-Encoding: chunked\r\n\r\n"
EVENT = b'{"type": "run", "source": "flood", "subject": "cus_a", "data": {}}'
MUCH = 8 * 1024 * 1024
ROUNDS = 40


def _posted(body: bytes) -> bytes:
    return JSON + b"Content-Length: %d\r\n\r\n" % len(body) + body


WRONG = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
    "another HTTP": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no method": b"FLOOD /v0/events HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "no path": b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a path of odd bytes": b"GET /v0/\xff\xfe%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a header without a colon": b"GET /v0/products HTTP/1.1\r\nHost\r\n\r\n",
    "a length that is none": JSON + b"Content-Length: -1\r\n\r\n" + EVENT,
    "two lengths": JSON + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n" + EVENT,
    "a chunk without a size": CHUNKED + b"size\r\n" + EVENT,
    "an unknown path": b"POST /v0/nothing/%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n" % (b"x" * 9000),
    "no key": b"POST /v0/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}",
    "a wrong key": b"GET /v0/plans/plan_a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n\r\n",
    "a wrong method": HEAD.replace(b"POST", b"PUT") + b"Content-Length: 0\r\n\r\n",
    "no JSON": _posted(b'{"type": '),
    "no object": _posted(b"[" * 50_000 + b"]" * 50_000),
    "wrong types": _posted(b'{"type": 1, "source": [], "subject": {}, "data": ""}'),
    "another type": HEAD + b"Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
    "another merchant": _posted(EVENT.replace(b"{", b'{"namespace": "org_b", ', 1)),
    "a body that is too large": _posted(b'{"type": "%s"}' % (b"x" * LARGEST_BODY)),
    "another host": b"GET /dashboard HTTP/1.1\r\nHost: evil.example\r\n\r\n",
}
ENDLESS = {
    "a path": (b"GET /", b"x"),
    "a header's name": (b"GET / HTTP/1.1\r\n", b"x"),
    "a header's value": (b"GET / HTTP/1.1\r\nHost: ", b"x"),
    "headers": (b"GET / HTTP/1.1\r\n", b"X: y\r\n"),
    "lines before the request": (b"", b"\r\n"),
    "the name of a chunk": (CHUNKED + b"1;", b"x"),
    "trailers": (CHUNKED + b"0\r\n", b"X: y\r\n"),
}
CUT = {
    "in the path": b"GET /v0",
    "in a header": HEAD[:-9],
    "in the body": JSON + b"Content-Length: 900\r\n\r\n" + EVENT,
    "in a chunk": CHUNKED + b"ff\r\n" + EVENT,
    "after an upgrade": b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("flood") / "emulator.db"


@pytest.fixture(scope="module")
def process(data: Path) -> Iterator[subprocess.Popen[str]]:
    """An emulator of its own, whose memory is nobody else's."""
    command = [sys.executable, "-m", "pulumi_paygentic.cli", "emulator", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        yield process
        process.kill()


@pytest.fixture(scope="module")
def url(process: subprocess.Popen[str]) -> str:
    lines = iter(process.stdout or ())
    return next(found.group() for line in lines if (found := re.search(r"http://[\d.:]+", line)))


@pytest.mark.parametrize("name", WRONG)
def test_a_malformed_request_is_answered_with_4xx(emulator: Running, name: str) -> None:
    assert 400 <= _status(_said(emulator.url, WRONG[name])) < 500


@pytest.mark.parametrize("name", ENDLESS)
def test_what_has_no_end_is_given_up(emulator: Running, name: str) -> None:
    before, more = ENDLESS[name]
    answer = _said(emulator.url, before, more * (4 * LARGEST_HEAD // len(more)))
    assert answer == b"" or _status(answer) == 400, "closed, with the reason if the client still reads"


@pytest.mark.parametrize("name", CUT)
def test_who_goes_before_the_end_leaves_nothing(merchant: Merchant, name: str) -> None:
    with _connected(str(merchant.http.base_url)) as connection:
        connection.sendall(CUT[name])
    assert merchant.get("/v0/products")["data"] == []


def test_a_large_head_is_read_all_the_same(emulator: Running) -> None:
    head = b"GET /v0/products HTTP/1.1\r\nHost: localhost\r\nX: %s\r\n\r\n" % (b"x" * (LARGEST_HEAD - 1000))
    assert _status(_said(emulator.url, head)) == 401


def test_a_flood_takes_no_memory_keeps_nothing_and_ends_nothing(
    url: str, process: subprocess.Popen[str], data: Path
) -> None:
    with httpx.Client(base_url=url, headers=KEY) as http:
        _flood(url, 4)
        before = _memory(process.pid)
        _flood(url, ROUNDS)
        grown = _memory(process.pid) - before
        assert grown < 10 * 1024, f"{grown} KiB after {ROUNDS} rounds"
        assert http.get("/v0/products").json()["data"] == []
    process.kill()
    process.wait()
    store = create_app(data=data).state.emulator.store
    tables = [name for (name,) in store.sql("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    assert [row for name in tables for row in store.sql(f"SELECT * FROM {name}")] == []  # noqa: S608
    store.close()


def _flood(url: str, rounds: int) -> None:
    for _ in range(rounds):
        for wrong in WRONG.values():
            _said(url, wrong)
        for cut in CUT.values():
            with _connected(url) as connection:
                connection.sendall(cut)
    for before, more in ENDLESS.values():
        _said(url, before, more * (MUCH // len(more)))


def _said(url: str, *pieces: bytes) -> bytes:
    """The first words of the answer. Who is refused may find the connection closed while still writing."""
    with _connected(url) as connection:
        with suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
        with suppress(ConnectionError):
            return connection.recv(100)
    return b""


def _status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


def _connected(url: str) -> socket.socket:
    address = urlsplit(url)
    return socket.create_connection((address.hostname or "", address.port or 80), timeout=300)


def _memory(pid: int) -> int:
    """The memory of a process, in KiB."""
    return int(subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=True).stdout)
