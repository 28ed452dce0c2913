import json
import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.api import (
    Cancelled,
    Client,
    InvalidIdentifier,
    Pacer,
    RateLimited,
    RequestError,
    ResponseLost,
    Settings,
)
from pulumi_paygentic.api.client import default_user_agent
from tests.api.server import OK, always, read_request, serving
from tests.api.support import ENVIRON, FUZZ, KEY, Api, ok, refusal, send

HERE = {"PAYGENTIC_MAX_RETRIES": "5"}


def settings_of(url: str, **environ: str) -> Settings:
    return Settings.resolve(environ={**ENVIRON, "PAYGENTIC_BASE_URL": url, **environ})


def test_each_method_sends_what_it_says() -> None:
    api = Api(lambda _: ok())
    for method in ("GET", "POST", "PATCH", "DELETE"):
        send(api.client, method)
    assert [(request.method, request.url.path, request.content) for request in api.requests] == [
        ("GET", "/v0/prices/price_1", b""),
        ("POST", "/v0/prices", b'{"model": "standard"}'),
        ("PATCH", "/v0/prices/price_1", b'{"model": "standard"}'),
        ("DELETE", "/v0/prices/price_1", b""),
    ]


def test_a_post_without_anything_to_say_sends_an_empty_object() -> None:
    api = Api([ok(201)])
    api.client.post("/v0/webhooks")
    assert api.requests[0].content == b"{}"


def test_every_request_carries_the_key_and_who_sends_it() -> None:
    api = Api([ok()])
    send(api.client, "POST")
    headers = api.requests[0].headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["accept"] == "application/json"
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"] == default_user_agent()


def test_the_sender_can_have_another_name() -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["user-agent"])
        return ok()

    with Client(
        settings_of("https://example.com"), transport=httpx.MockTransport(handler), user_agent="me/1"
    ) as client:
        send(client, "GET")
    assert seen == ["me/1"]


def test_without_an_installed_package_the_version_is_0() -> None:
    assert default_user_agent("no-such-distribution") == "no-such-distribution/0"


def test_the_path_of_the_base_url_stays_in_front() -> None:
    api = Api([ok()], environ={"PAYGENTIC_BASE_URL": "https://proxy.example.com/paygentic/"})
    send(api.client, "GET")
    assert str(api.requests[0].url) == "https://proxy.example.com/paygentic/v0/prices/price_1"


def test_a_query_leaves_out_what_is_none() -> None:
    api = Api([ok()])
    api.client.get("/v0/prices", {"productId": None, "email": "a+b@c.d", "limit": 5, "archived": True})
    assert api.requests[0].url.query == b"email=a%2Bb%40c.d&limit=5&archived=true"


@FUZZ
@given(st.text(min_size=1, max_size=30))
def test_an_id_is_one_part_of_the_path_or_refused(value: str) -> None:
    api = Api([ok(id=value)])
    try:
        api.client.get("/v0/prices/{id}", id=value)
    except InvalidIdentifier:
        assert api.requests == []
    else:
        path = httpx.URL(api.requests[0].url).raw_path
        assert path.startswith(b"/v0/prices/")
        assert path.count(b"/") == 3
        assert b"?" not in path
        assert api.requests[0].url.path == f"/v0/prices/{value}"


@pytest.mark.parametrize("value", ["", " ", ".", "..", "a\nb", "\0", "\ud800"])
def test_an_id_that_makes_another_path_is_refused_before_anything_is_sent(value: str) -> None:
    api = Api([])
    with pytest.raises(InvalidIdentifier, match="can't be the id of an object"):
        api.client.delete("/v0/prices/{id}", id=value)
    assert api.requests == []


@pytest.mark.parametrize("value", ["../plans/plan_1", "a/b", "a?b", "a#b", "%2e%2e", "a%2Fb", "ä"])
def test_an_id_with_signs_of_a_path_stays_one_part_of_it(value: str) -> None:
    api = Api([ok(id=value)])
    api.client.get("/v0/prices/{id}", id=value)
    assert api.requests[0].url.raw_path.count(b"/") == 3


def test_an_id_longer_than_any_path_is_an_error_of_the_tree_that_does_not_pass() -> None:
    with pytest.raises(RequestError, match="too long") as caught:
        Api([]).client.get("/v0/prices/{id}", id="x" * 100_000)
    assert caught.value.attempts == 1


@pytest.mark.parametrize("ids", [{}, {"id": "price_1", "number": "1"}, {"number": "1"}])
def test_ids_that_do_not_fit_the_template_are_a_bug_of_the_caller(ids: dict[str, str]) -> None:
    with pytest.raises(TypeError, match="takes"):
        Api([]).client.get("/v0/prices/{id}", None, **ids)


def test_a_number_that_json_does_not_have_is_not_sent() -> None:
    api = Api([])
    with pytest.raises(ValueError, match="JSON"):
        api.client.post("/v0/prices", {"quantity": float("nan")})
    assert api.requests == []


def test_a_body_is_sent_as_it_is_meant() -> None:
    api = Api([ok()])
    api.client.post("/v0/products", {"name": "Größe 😀", "tax": 0.1, "metadata": {"a": None}})
    assert api.requests[0].content.decode() == '{"name": "Größe 😀", "tax": 0.1, "metadata": {"a": null}}'


def test_a_delete_returns_nothing() -> None:
    for answer in (httpx.Response(204), ok()):
        assert send(Api([answer]).client, "DELETE") is None


@pytest.mark.parametrize("answer", [httpx.Response(204), ok(202)])
def test_an_action_is_repeated_until_it_succeeds_and_returns_nothing(answer: httpx.Response) -> None:
    api = Api([httpx.Response(502), httpx.ReadError("closed"), answer])
    assert api.client.act("/v0/merchants/{id}/reset", {"scope": "merchant"}, id="org_1") is None  # type: ignore[func-returns-value]
    assert [request.url.path for request in api.requests] == ["/v0/merchants/org_1/reset"] * 3


# Looking for what a POST may have made.


class Maker:
    """A server that creates an object for each POST, and answers as it is asked; `searches` counts the searches."""

    def __init__(self, *answers: httpx.Response | Exception, makes: bool = True, **environ: str) -> None:
        self.made: list[str] = []
        self.searches = 0
        self._answers = iter(answers)
        self._makes = makes
        self.api = Api(self._handle, environ=environ)

    def _handle(self, _request: httpx.Request) -> httpx.Response:
        answer = next(self._answers)
        if self._makes or not isinstance(answer, Exception):
            self.made.append(f"price_{len(self.made)}")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def search(self) -> dict[str, Any] | None:
        self.searches += 1
        return {"id": self.made[0]} if self.made else None

    def post(self) -> dict[str, Any]:
        return self.api.client.post("/v0/prices", {}, recover=self.search)


def test_what_a_lost_post_made_is_found_and_not_made_again() -> None:
    maker = Maker(httpx.ReadError("reset"))
    assert maker.post() == {"id": "price_0"}
    assert (maker.made, maker.searches) == (["price_0"], 1)


def test_a_lost_post_that_made_nothing_is_sent_again_after_a_search() -> None:
    maker = Maker(httpx.ReadError("reset"), ok(201), makes=False)
    assert maker.post() == {"id": "price_1"}
    assert (maker.made, maker.searches) == (["price_0"], 1)


def test_nothing_is_searched_before_the_server_had_time_to_end_what_it_began() -> None:
    maker = Maker(httpx.ReadError("reset"))
    maker.post()
    assert 2 <= sum(maker.api.time.slept) <= 2.5


def test_nothing_is_searched_where_nothing_can_have_been_created() -> None:
    maker = Maker(ok(201))
    maker.post()
    refused = Api([httpx.ConnectError("refused"), refusal(429), refusal(409)])
    with pytest.raises(RequestError, match="409"):
        refused.client.post("/v0/prices", {}, recover=maker.search)
    assert maker.searches == 0


@pytest.mark.parametrize("answer", [refusal(503), httpx.Response(302), httpx.Response(404, text="no")])
def test_the_last_attempt_is_followed_by_a_search_too(answer: httpx.Response) -> None:
    api = Api([answer], environ={"PAYGENTIC_MAX_RETRIES": "0"})
    assert api.client.post("/v0/prices", {}, recover=lambda: {"id": "found"}) == {"id": "found"}


def test_a_post_whose_effect_nobody_finds_is_still_undecided() -> None:
    api = Api(lambda _: refusal(503), environ={"PAYGENTIC_MAX_RETRIES": "2"})
    searches: list[None] = []
    with pytest.raises(RequestError, match="503") as caught:
        api.client.post("/v0/prices", {}, recover=lambda: searches.append(None))
    assert caught.value.maybe_committed
    assert (len(api.requests), len(searches)) == (3, 3)


def test_a_search_that_fails_leaves_the_posts_own_error_and_ends_the_call() -> None:
    api = Api([httpx.ReadError("reset")])
    broken = Api(lambda _: refusal(403))
    with pytest.raises(ResponseLost, match="POST /v0/prices") as caught:
        api.client.post("/v0/prices", {}, recover=lambda: send(broken.client, "GET"))
    assert caught.value.maybe_committed
    assert (len(api.requests), len(broken.requests)) == (1, 1)
    assert "GET /v0/prices/price_1: 403" in str(caught.value.__cause__)


def test_what_the_caller_makes_of_what_it_finds_is_the_callers() -> None:
    def refuse() -> None:
        raise LookupError("two of that name")

    with pytest.raises(LookupError):
        Api([httpx.ReadError("reset")]).client.post("/v0/prices", {}, recover=refuse)


# Ending.


def test_after_close_nothing_is_sent_and_close_may_be_called_again() -> None:
    api = Api([])
    api.client.close()
    api.client.close()
    for method in ("GET", "POST"):
        with pytest.raises(Cancelled):
            send(api.client, method)
    assert api.requests == []


def test_a_cancelled_client_lets_a_call_under_way_come_to_its_end() -> None:
    def handler(_request: httpx.Request) -> httpx.Response:
        api.client.cancel()
        return ok()

    api = Api(handler)
    assert send(api.client, "POST") == {"id": "price_1"}


def test_a_write_that_is_cancelled_before_it_is_repeated_stays_undecided_and_nothing_is_searched() -> None:
    def handler(_request: httpx.Request) -> httpx.Response:
        api.client.cancel()
        return refusal(503)

    api = Api(handler)
    searches: list[None] = []
    with pytest.raises(Cancelled) as caught:
        api.client.post("/v0/prices", {}, recover=lambda: searches.append(None))
    assert caught.value.maybe_committed
    assert searches == []


def test_a_client_closed_under_a_call_is_cancelled() -> None:
    def handler(_request: httpx.Request) -> httpx.Response:
        api.client.close()
        raise RuntimeError("Cannot send a request, as the client has been closed.")

    api = Api(handler)
    with pytest.raises(Cancelled):
        send(api.client, "GET")


def test_threads_that_wait_for_a_retry_end_at_once() -> None:
    answer = b"HTTP/1.1 503 Busy\r\nRetry-After: 100\r\nContent-Length: 0\r\n\r\n"
    answered = threading.Semaphore(0)

    def busy(connection: socket.socket) -> None:
        while read_request(connection):
            connection.sendall(answer)
            answered.release()

    with serving(busy) as server, Client(settings_of(server.url)) as client, ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(send, client, "PATCH") for _ in range(4)]
        for _ in calls:
            answered.acquire()
        client.cancel()
        errors = [call.exception(timeout=300) for call in calls]
    assert [type(error) for error in errors] == [Cancelled] * 4
    assert all(isinstance(error, Cancelled) and error.maybe_committed for error in errors)


def test_threads_that_wait_for_their_turn_end_at_once() -> None:
    api_settings = settings_of("http://127.0.0.1:1", PAYGENTIC_REQUESTS_PER_SECOND="0.001")
    pacer = Pacer(0.001)
    assert pacer.wait(lambda _: None)
    with Client(api_settings, pacer=pacer) as client, ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(send, client, "POST") for _ in range(4)]
        client.cancel()
        errors = [call.exception(timeout=300) for call in calls]
    assert all(isinstance(error, Cancelled) and not error.maybe_committed for error in errors)


def test_a_client_closed_while_it_reads_ends_within_the_tree() -> None:
    arrived = threading.Event()

    def never(connection: socket.socket) -> None:
        read_request(connection)
        arrived.set()
        connection.recv(1)

    with serving(never) as server, ThreadPoolExecutor(1) as pool:
        client = Client(settings_of(server.url, PAYGENTIC_REQUEST_TIMEOUT="0.3"))
        call = pool.submit(send, client, "POST")
        arrived.wait(10)
        client.close()
        error = call.exception(timeout=300)
    assert isinstance(error, RequestError)
    assert error.maybe_committed


# Many threads.


def test_sixteen_threads_get_each_their_own_answer() -> None:
    def echo(connection: socket.socket) -> None:
        while request := read_request(connection):
            content = json.dumps({"id": request.split()[1].decode().rsplit("/", 1)[1]}).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
            connection.sendall(head.encode() + content)

    names = [f"price_{number}" for number in range(400)]
    with serving(echo) as server, Client(settings_of(server.url)) as client, ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda name: client.get("/v0/prices/{id}", id=name), names))
    assert [answer["id"] for answer in answers] == names
    assert server.connections <= 16


# Logs.


def test_no_log_at_any_level_holds_a_key_an_email_or_a_link(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="")
    busy = b"HTTP/1.1 503 ada@example.com\r\nLocation: https://pay.example.com/s3cret\r\nContent-Length: 0\r\n\r\n"
    with serving(always(busy)) as server:
        settings = settings_of(server.url, PAYGENTIC_MAX_RETRIES="1")
        with Client(settings, sleep=lambda _: None) as client, pytest.raises(RequestError):
            client.get("/v0/customers", {"email": "ada@example.com", "key": KEY})
    own = [record.getMessage() for record in caplog.records if record.name == "pulumi_paygentic.api"]
    assert [line.split(":")[0] for line in own] == ["GET /v0/customers"] * 3
    logged = [record.getMessage() for record in caplog.records]
    assert not any(part in line for line in logged for part in (KEY, "ada", "s3cret", "?"))


def test_an_error_names_no_part_of_the_query() -> None:
    with pytest.raises(RateLimited) as caught:
        Api([refusal(429)], environ={"PAYGENTIC_MAX_RETRIES": "0"}).client.get("/v0/customers", {"email": "ada@x.com"})
    assert "ada" not in f"{caught.value} {caught.value!r} {vars(caught.value)}"


def test_a_connection_that_works_needs_nothing_but_settings() -> None:
    with serving(always(OK)) as server, Client(settings_of(server.url)) as client:
        assert send(client, "GET") == {"id": "price_1"}
