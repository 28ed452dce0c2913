import gzip
import inspect
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pulumi_paygentic.api import (
    Client,
    ConfigurationError,
    ConnectionFailed,
    Pacer,
    RequestError,
    ResponseLost,
    Settings,
    UnexpectedResponse,
)
from pulumi_paygentic.api.request import Request
from pulumi_paygentic.api.transport import HTTPX_ERRORS, MEANING, translate
from scripts.ports import reserved
from tests.api.server import OK, Script, always, read_request, serving
from tests.api.support import ENVIRON, KEY, Api, Time, ok, send

METHODS = ["GET", "POST", "PATCH", "DELETE"]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def client_of(url: str, **environ: str) -> Client:
    settings = {"PAYGENTIC_BASE_URL": url, "PAYGENTIC_MAX_RETRIES": "0", **environ}
    return Client(Settings.resolve(environ=ENVIRON | settings))


def failure(client: Client, method: str) -> RequestError:
    with client, pytest.raises(RequestError) as caught:
        send(client, method)
    return caught.value


def httpx_errors() -> list[type[Exception]]:
    public = [getattr(httpx, name) for name in httpx.__all__]
    return [kind for kind in public if inspect.isclass(kind) and issubclass(kind, Exception)]


def instance(kind: type[Exception]) -> Exception:
    if issubclass(kind, httpx.HTTPStatusError):
        return kind("failed", request=httpx.Request("GET", "https://example.com"), response=httpx.Response(500))
    return kind() if len(inspect.signature(kind).parameters) == 0 else kind("failed")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", httpx_errors())
def test_every_httpx_error_has_a_meaning_here(kind: type[Exception], method: str) -> None:
    exc = instance(kind)
    assert isinstance(exc, HTTPX_ERRORS)
    error = translate(exc, Request(method, "/v0/prices", {}), "api.example.com")
    assert type(error) in {ConnectionFailed, ResponseLost, UnexpectedResponse}
    assert error.maybe_committed == (method != "GET" and type(error) is not ConnectionFailed)
    assert kind.__name__ in str(error)


def test_only_what_comes_before_sending_counts_as_not_sent() -> None:
    not_sent = {kind for kind, meaning in MEANING.items() if meaning is ConnectionFailed}
    assert not_sent == {
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.InvalidURL,
        httpx.PoolTimeout,
        httpx.ProxyError,
        httpx.UnsupportedProtocol,
    }


@pytest.mark.parametrize("method", METHODS)
def test_a_refused_connection_sent_nothing(method: str) -> None:
    with reserved() as port:
        error = failure(client_of(f"http://127.0.0.1:{port}"), method)
    assert isinstance(error, ConnectionFailed)
    assert not error.maybe_committed


def test_a_server_that_speaks_no_tls_was_sent_nothing() -> None:
    def no_tls(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"220 mail.example.com ESMTP\r\n")

    with serving(no_tls) as server:
        error = failure(client_of(server.url.replace("http:", "https:")), "POST")
    assert isinstance(error, ConnectionFailed)
    assert not error.maybe_committed


def close_at_once(_connection: socket.socket) -> None:
    return


def close_after_the_request(connection: socket.socket) -> None:
    read_request(connection)


def reset_after_the_request(connection: socket.socket) -> None:
    read_request(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def say(*pieces: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        read_request(connection)
        for piece in pieces:
            connection.sendall(piece)

    return script


LOST: dict[str, Script] = {
    "closed at once": close_at_once,
    "closed after the request": close_after_the_request,
    "reset after the request": reset_after_the_request,
    "half a status line": say(b"HTTP/1.1 20"),
    "no HTTP": say(b"SSH-2.0-OpenSSH_9.9\r\n"),
    "half the headers": say(HEAD),
    "half the body": say(HEAD, b'Content-Length: 16\r\n\r\n{"id":'),
    "half the chunks": say(HEAD, b'Transfer-Encoding: chunked\r\n\r\n6\r\n{"id":\r\n'),
    "a chunk without a length": say(HEAD, b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
    "headers without end": say(HEAD, b"X-Much: " + b"x" * 200_000),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("how", LOST)
def test_an_answer_that_does_not_come_whole_is_lost(how: str, method: str) -> None:
    with serving(LOST[how]) as server:
        error = failure(client_of(server.url), method)
    assert isinstance(error, ResponseLost)
    assert (error.maybe_committed, error.transient) == (method != "GET", True)


@pytest.mark.parametrize("method", METHODS)
def test_no_answer_in_time_is_a_lost_one(method: str) -> None:
    def silent(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass

    with serving(silent) as server:
        error = failure(client_of(server.url, PAYGENTIC_REQUEST_TIMEOUT="0.1"), method)
    assert isinstance(error, ResponseLost)


def test_an_answer_that_drips_for_ever_is_lost() -> None:
    time = Time()

    def drip(connection: socket.socket) -> None:
        say(HEAD, b"Transfer-Encoding: chunked\r\n\r\n")(connection)
        while True:  # until the client has had enough
            connection.sendall(b"1\r\n \r\n")
            time.now += 1

    with serving(drip) as server:
        settings = Settings.resolve(environ={**ENVIRON, "PAYGENTIC_BASE_URL": server.url, "PAYGENTIC_MAX_RETRIES": "0"})
        error = failure(Client(settings, clock=time.clock, pacer=Pacer(clock=time.clock)), "PATCH")
    assert isinstance(error, ResponseLost)
    assert error.maybe_committed
    assert "took too long" in str(error)


def test_an_answer_that_is_late_but_whole_counts() -> None:
    def late(_request: httpx.Request) -> httpx.Response:
        api.time.now += 31
        return ok()

    api = Api(late)
    assert send(api.client, "POST") == {"id": "price_1"}


def test_an_answer_that_does_not_decompress_is_unexpected_and_may_pass() -> None:
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    api = Api(lambda _: httpx.Response(200, headers=headers, stream=httpx.ByteStream(b"no gzip")))
    with pytest.raises(UnexpectedResponse, match="could not be decoded") as caught:
        send(api.client, "PATCH")
    assert (caught.value.maybe_committed, caught.value.attempts) == (True, 6)


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b" " * 2**24

    api = Api(lambda _: httpx.Response(200, headers={"content-type": "application/json"}, stream=Endless()))
    with pytest.raises(UnexpectedResponse, match="more than 67108864 bytes") as caught:
        send(api.client, "POST")
    assert caught.value.maybe_committed
    assert len(api.requests) == 1


def test_a_small_answer_that_decompresses_into_a_huge_one_is_not_read_to_its_end() -> None:
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    bomb = gzip.compress(b" " * (65 * 2**20))
    api = Api(lambda _: httpx.Response(200, headers=headers, stream=httpx.ByteStream(bomb)))
    with pytest.raises(UnexpectedResponse, match="more than 67108864 bytes"):
        send(api.client, "GET")


def test_a_connection_is_used_again() -> None:
    with serving(always(OK)) as server, client_of(server.url) as client:
        for method in METHODS:
            send(client, method)
    assert server.connections == 1


def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again() -> None:
    closed = threading.Event()

    def once(connection: socket.socket) -> None:
        say(OK)(connection)
        connection.close()
        closed.set()

    with serving(once) as server, client_of(server.url) as client:
        for _ in range(3):
            closed.clear()
            assert send(client, "POST") == {"id": "price_1"}
            closed.wait(10)
    assert server.connections == 3


def test_a_redirect_is_not_followed() -> None:
    with serving(always(OK)) as elsewhere:
        answer = b"HTTP/1.1 307 Go\r\nLocation: " + elsewhere.url.encode() + b"\r\nContent-Length: 0\r\n\r\n"
        with serving(always(answer)) as server:
            error = failure(client_of(server.url), "POST")
    assert isinstance(error, UnexpectedResponse)
    assert (server.connections, elsewhere.connections) == (1, 0)


def test_a_redirect_to_nowhere_is_in_the_tree_too() -> None:
    api = Api(lambda _: httpx.Response(302, headers={"location": "https://exam\nple:port"}))
    with pytest.raises(RequestError):
        send(api.client, "GET")


def test_a_loopback_address_is_never_reached_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(always(OK)) as proxy, serving(always(OK)) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        with client_of(server.url) as client:
            send(client, "GET")
    assert (server.connections, proxy.connections) == (1, 0)


def test_a_proxy_for_https_gets_no_key_and_its_refusal_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []

    def refuse(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with serving(refuse) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.setenv("https_proxy", proxy.url)
        error = failure(client_of("https://api.sandbox.paygentic.io"), "POST")
    assert isinstance(error, ConnectionFailed)
    assert not error.maybe_committed
    assert [request.split(b"\r\n")[0] for request in seen] == [b"CONNECT api.sandbox.paygentic.io:443 HTTP/1.1"]
    assert KEY.encode() not in b"".join(seen)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("https_proxy", "gopher://user:s3cret@proxy.example.com"),
        ("https_proxy", "http://user:s3cret@proxy.example.com:port"),
        ("all_proxy", "socks9://user:s3cret@proxy.example.com"),
        ("SSL_CERT_FILE", "/no/such/file"),
    ],
)
def test_an_environment_that_can_not_be_used_is_a_configuration_error(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match="check HTTPS_PROXY and SSL_CERT_FILE") as caught:
        client_of("https://api.sandbox.paygentic.io")
    assert "s3cret" not in str(caught.value)


def test_a_netrc_file_is_not_asked_for_a_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1\nlogin ada\npassword s3cret\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    seen: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        connection.sendall(OK)

    with serving(answer) as server, client_of(server.url) as client:
        send(client, "GET")
    assert f"\r\nAuthorization: Bearer {KEY}\r\n".encode() in seen[0]


def test_cookies_are_not_stored() -> None:
    api = Api(lambda _: httpx.Response(200, json={"id": "price_1"}, headers={"set-cookie": "session=1; Path=/"}))
    send(api.client, "GET")
    send(api.client, "GET")
    assert all("cookie" not in request.headers for request in api.requests)


def test_a_certificate_that_is_not_trusted_does_not_pass_by_waiting() -> None:
    def handler(_request: httpx.Request) -> httpx.Response:
        try:
            raise ssl.SSLCertVerificationError("self-signed certificate")
        except ssl.SSLError as cause:
            raise httpx.ConnectError(str(cause)) from cause

    api = Api(handler)
    with pytest.raises(ConnectionFailed, match="SSL_CERT_FILE") as caught:
        send(api.client, "GET")
    assert (caught.value.attempts, caught.value.transient) == (1, False)


def test_an_error_that_is_not_of_the_network_is_not_mistaken_for_one() -> None:
    for bug in (RuntimeError, AssertionError, KeyError):
        api = Api([bug("a bug"), ok()])
        with pytest.raises(bug):
            send(api.client, "GET")
        assert api.time.slept == []
