"""Faults: when they strike, and what the client then sees, over a real connection."""

import asyncio
import email.utils
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.types import Message

from pulumi_paygentic.emulator import create_app, running
from pulumi_paygentic.emulator.control.faults.exchange import ConnectionDropped
from tests.emulator.support.in_process import client_of
from tests.emulator.support.instant_loop import InstantLoop, instant_loop
from tests.emulator.support.merchant import Json, Merchant

FAULTS = "/_emulator/faults"
BEFORE_OR_AFTER = pytest.mark.parametrize(("when", "kept"), [("before", 0), ("after", 1)])


@pytest.fixture(autouse=True)
def no_faults_left(merchant: Merchant) -> Iterator[None]:
    yield
    merchant.http.delete(FAULTS).raise_for_status()


@dataclass(frozen=True)
class Instant:
    """An emulator in process, whose delays are exact and take no time."""

    app: Any
    http: httpx.Client
    loop: InstantLoop

    def fault(self, kind: str, **options: object) -> None:
        body = {"kind": kind, "method": "GET", "path": "/v0/products", **options}
        self.http.post(FAULTS, json=body).raise_for_status()


@pytest.fixture
def instant() -> Iterator[Instant]:
    app = create_app()
    with instant_loop() as loop, client_of(app, loop=loop) as http:
        yield Instant(app, http, loop)


def _fault(merchant: Merchant, kind: str, **options: object) -> Json:
    """A fault that strikes creates of products."""
    body = {"kind": kind, "method": "POST", "path": "/v0/products", **options}
    return merchant.call("POST", FAULTS, body, expect=201)


def _create(merchant: Merchant) -> httpx.Response:
    body = {"name": "A", "description": "", "merchantId": merchant.id}
    return merchant.http.post("/v0/products", json=body)


def _products(merchant: Merchant) -> int:
    return int(merchant.get("/v0/products")["pagination"]["total"])


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
@BEFORE_OR_AFTER
def test_an_error_comes_before_or_after_the_commit(merchant: Merchant, status: int, when: str, kept: int) -> None:
    _fault(merchant, "error", status=status, when=when)
    answer = _create(merchant)
    assert (answer.status_code, answer.json()["code"]) == (status, "INJECTED")
    assert "retry-after" not in answer.headers
    assert _products(merchant) == kept


def test_retry_after_comes_in_seconds_or_as_a_date(merchant: Merchant) -> None:
    _fault(merchant, "error", status=429, retryAfter=7, first=1)
    assert _create(merchant).headers["retry-after"] == "7"
    _fault(merchant, "error", status=503, retryAfter=60, retryAfterForm="date", first=1)
    earliest = int(time.time())  # a date has whole seconds
    moment = email.utils.parsedate_to_datetime(_create(merchant).headers["retry-after"])
    assert earliest <= moment.timestamp() - 60 <= time.time()


@BEFORE_OR_AFTER
def test_a_dropped_connection_is_really_closed(merchant: Merchant, when: str, kept: int) -> None:
    _fault(merchant, "drop", when=when)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        _create(merchant)
    merchant.http.delete(FAULTS)
    assert _products(merchant) == kept


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_dropped_connection_says_not_one_byte(merchant: Merchant, when: str) -> None:
    _fault(merchant, "drop", when=when)
    url = httpx.URL(merchant.http.base_url)
    body = json.dumps({"name": "A", "description": "", "merchantId": merchant.id}).encode()
    head = (
        "POST /v0/products HTTP/1.1\r\nHost: emulator\r\nAuthorization: Bearer sk_test_emulator\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((url.host, url.port or 80), timeout=300) as connection:
        connection.sendall(head.encode() + body)
        assert connection.recv(1) == b""


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_service_that_is_down_refuses_connections_and_is_there_again(host: str) -> None:
    """Whoever has a connection keeps it, as while a deployment drains them."""
    body = {"name": "A", "description": "", "merchantId": "org_emulator"}
    headers = {"Authorization": "Bearer sk_test_emulator"}
    with running(host=host) as emulator, httpx.Client(base_url=emulator.url, headers=headers) as before:

        def go_down(client: httpx.Client, milliseconds: int) -> None:
            fault = {"kind": "refuse", "milliseconds": milliseconds, "method": "POST", "first": 1}
            before.post(FAULTS, json=fault).raise_for_status()
            with pytest.raises(httpx.RemoteProtocolError):
                client.post("/v0/products", json=body)

        with httpx.Client(base_url=emulator.url, headers=headers) as client:
            go_down(client, 10)
            assert _again(emulator.url, headers).is_success  # by itself
        with (
            httpx.Client(base_url=emulator.url, headers=headers) as first,
            httpx.Client(base_url=emulator.url, headers=headers) as second,
        ):
            assert first.get("/v0/products").is_success
            assert second.get("/v0/products").is_success
            go_down(first, 600_000)
            go_down(second, 1)  # the longer of the two counts
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{emulator.url}/v0/products", headers=headers)
        assert before.get("/v0/products").json()["pagination"]["total"] == 0
        before.delete(FAULTS).raise_for_status()
        assert _again(emulator.url, headers).is_success


def _again(url: str, headers: dict[str, str]) -> httpx.Response:
    """The answer to the first call that gets a connection."""
    while True:
        try:
            return httpx.get(f"{url}/v0/products", headers=headers)
        except httpx.ConnectError:
            time.sleep(0.01)


def test_an_emulator_can_be_ended_while_it_is_down() -> None:
    with running() as emulator, httpx.Client(base_url=emulator.url) as http:
        http.post(FAULTS, json={"kind": "refuse", "milliseconds": 60_000}).raise_for_status()
        with pytest.raises(httpx.RemoteProtocolError):
            http.get("/v0/products")


def test_a_connection_can_drop_in_the_middle_of_the_answer(merchant: Merchant) -> None:
    _fault(merchant, "drop", when="during")
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        _create(merchant)
    assert _products(merchant) == 1


def test_truncated_json_is_a_whole_answer_that_cannot_be_read(merchant: Merchant) -> None:
    _fault(merchant, "truncatedJson")
    answer = _create(merchant)
    assert (answer.status_code, answer.headers["content-type"]) == (201, "application/json")
    assert int(answer.headers["content-length"]) == len(answer.content)
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert _products(merchant) == 1


@pytest.mark.parametrize("status", [200, 404, 502])
@BEFORE_OR_AFTER
def test_a_page_comes_where_json_belongs(merchant: Merchant, status: int, when: str, kept: int) -> None:
    _fault(merchant, "html", status=status, when=when)
    answer = _create(merchant)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html")
    assert "<html>" in answer.text
    assert _products(merchant) == kept


def test_the_right_body_comes_under_the_wrong_type(merchant: Merchant) -> None:
    _fault(merchant, "contentType", contentType="application/octet-stream")
    answer = _create(merchant)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.json()["name"] == "A"


def test_a_redirect_leads_elsewhere_and_does_nothing(merchant: Merchant) -> None:
    _fault(merchant, "redirect", status=307, location="https://elsewhere.example/v0/products")
    answer = _create(merchant)
    assert (answer.status_code, answer.headers["location"]) == (307, "https://elsewhere.example/v0/products")
    assert _products(merchant) == 0


def test_a_slow_body_is_the_right_one(merchant: Merchant) -> None:
    _fault(merchant, "slowBody", milliseconds=20)
    assert _create(merchant).json()["name"] == "A"


def test_a_slow_body_comes_after_a_prompt_head(instant: Instant) -> None:
    instant.fault("slowBody", milliseconds=300)
    moments: list[tuple[str, float]] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        moments.append((message["type"], instant.loop.time()))

    scope = {"type": "http", "method": "GET", "path": "/v0/products", "query_string": b"", "headers": []}
    instant.loop.run_until_complete(instant.app(scope, receive, send))
    head, *_, end = moments
    assert head[0] == "http.response.start"
    assert [head[1], end[1]] == pytest.approx([0, 0.3], abs=0.02)


def test_latency_delays_and_changes_nothing(instant: Instant) -> None:
    instant.fault("latency", milliseconds=120)
    assert instant.http.get("/v0/products").status_code == 200
    assert instant.loop.time() == pytest.approx(0.12)


def test_a_rate_limit_lets_the_burst_through_and_says_when_to_come_again(instant: Instant) -> None:
    instant.fault("rateLimit", requestsPerSecond=2, burst=3)
    answers = [instant.http.get("/v0/products") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].headers["retry-after"] == "1"
    instant.loop.run_until_complete(asyncio.sleep(0.6))
    assert instant.http.get("/v0/products").status_code == 200


@BEFORE_OR_AFTER
def test_a_held_call_waits_before_or_after_the_commit_until_the_fault_is_removed(
    merchant: Merchant, when: str, kept: int
) -> None:
    number = _fault(merchant, "hold", when=when, nth=2)["id"]
    assert _create(merchant).status_code == 201
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(_create, merchant)
        merchant.call("GET", f"{FAULTS}/{number}/held", expect=204)
        assert _products(merchant) == 1 + kept
        assert not held.done()
        merchant.call("DELETE", f"{FAULTS}/{number}", expect=204)
        assert held.result().status_code == 201
    assert _products(merchant) == 2


def test_what_is_held_goes_on_after_a_reset_and_does_not_keep_the_emulator_from_ending() -> None:
    headers = {"Authorization": "Bearer sk_test_emulator"}
    with ThreadPoolExecutor(1) as pool:
        with running() as emulator, httpx.Client(base_url=emulator.url, headers=headers) as http:
            held: list[Future[httpx.Response]] = []
            for _ in range(2):
                number = http.post(FAULTS, json={"kind": "hold"}).json()["id"]
                held.append(pool.submit(httpx.get, f"{emulator.url}/v0/products", headers=headers))
                http.get(f"{FAULTS}/{number}/held").raise_for_status()
                if len(held) == 1:
                    http.post("/_emulator/reset").raise_for_status()
                    assert held[0].result().is_success
        assert isinstance(held[1].exception(), httpx.TransportError) or not held[1].result().is_success


def test_only_a_hold_is_waited_for(merchant: Merchant) -> None:
    number = _fault(merchant, "drop")["id"]
    for unknown in (number, number + 1):
        merchant.call("GET", f"{FAULTS}/{unknown}/held", expect=404)


def test_a_fault_applies_to_the_first_n_or_the_nth_match(merchant: Merchant) -> None:
    _fault(merchant, "error", status=500, first=2)
    _fault(merchant, "error", status=503, nth=4)
    assert [_create(merchant).status_code for _ in range(6)] == [500, 500, 201, 503, 201, 201]


def test_chance_repeats_itself_for_the_same_seed(merchant: Merchant) -> None:
    def run(seed: int) -> list[int]:
        number = _fault(merchant, "error", status=500, probability=0.5, seed=seed)["id"]
        statuses = [_create(merchant).status_code for _ in range(20)]
        assert merchant.http.delete(f"{FAULTS}/{number}").status_code == 204
        return statuses

    first = run(1)
    assert run(1) == first
    assert set(first) == {201, 500}
    assert run(2) != first


def test_a_fault_applies_only_to_its_method_and_path_template(merchant: Merchant) -> None:
    product = merchant.product()
    merchant.call("POST", FAULTS, {"kind": "error", "status": 500, "path": "/v0/products/{id}"}, expect=201)
    merchant.call("GET", f"/v0/products/{product}", expect=500)
    merchant.call("PATCH", f"/v0/products/{product}", {}, expect=500)
    merchant.call("GET", "/v0/products", expect=200)
    merchant.http.delete(FAULTS)
    merchant.call("POST", FAULTS, {"kind": "error", "status": 500, "method": "GET"}, expect=201)
    merchant.call("GET", "/v0/products", expect=500)
    merchant.call("GET", f"/v0/products/{product}", expect=500)
    merchant.call("PATCH", f"/v0/products/{product}", {}, expect=200)
    merchant.call("GET", FAULTS, expect=200)


def test_faults_stack_in_the_order_given(instant: Instant) -> None:
    instant.fault("latency", milliseconds=100)
    instant.fault("error", status=503)
    instant.fault("error", status=500)
    assert instant.http.get("/v0/products").status_code == 503
    assert instant.loop.time() == pytest.approx(0.1)


def test_an_answer_without_a_body_survives_what_is_done_to_bodies(merchant: Merchant) -> None:
    for kind, options in (("truncatedJson", {}), ("contentType", {}), ("slowBody", {"milliseconds": 10})):
        price = merchant.price()
        fault = {"kind": kind, "method": "DELETE", "path": "/v0/prices/{id}", "first": 1, **options}
        merchant.call("POST", FAULTS, fault, expect=201)
        merchant.call("DELETE", f"/v0/prices/{price}", expect=204)


def test_failed_calls_are_counted_and_faults_report_their_hits(merchant: Merchant) -> None:
    number = _fault(merchant, "error", status=500, nth=2)["id"]
    for _ in range(3):
        _create(merchant)
    assert merchant.get(FAULTS) == {
        "faults": [
            {
                "id": number,
                "kind": "error",
                "method": "POST",
                "path": "/v0/products",
                "status": 500,
                "nth": 2,
                "seen": 3,
                "struck": 1,
            }
        ]
    }
    assert merchant.get("/_emulator/calls")["calls"][0]["count"] == 3


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({}, ""),
        ({"kind": "flood"}, ""),
        ({"kind": "latency"}, "latency.milliseconds"),
        ({"kind": "latency", "milliseconds": 1, "status": 500}, "latency.status"),
        ({"kind": "error", "status": 200}, "error.status"),
        ({"kind": "error", "status": 500, "when": "never"}, "error.when"),
        ({"kind": "error", "status": 500, "path": "/v0/product"}, "path"),
        ({"kind": "drop", "probability": 2}, "drop.probability"),
        ({"kind": "drop", "nth": 0}, "drop.nth"),
        ({"kind": "drop", "first": 1, "nth": 1}, "drop"),
        ({"kind": "redirect", "location": "a b"}, "redirect.location"),
        ({"kind": "rateLimit", "requestsPerSecond": 0}, "rateLimit.requestsPerSecond"),
    ],
)
def test_a_fault_that_could_never_apply_as_meant_is_refused(merchant: Merchant, fault: Json, field: str) -> None:
    assert merchant.refused("POST", FAULTS, fault) == {field}
    assert merchant.get(FAULTS) == {"faults": []}


def test_faults_are_removed_one_by_one_all_at_once_and_by_reset(merchant: Merchant) -> None:
    number = _fault(merchant, "drop")["id"]
    _fault(merchant, "refuse", milliseconds=1)
    assert merchant.http.delete(f"{FAULTS}/{number}").status_code == 204
    merchant.call("DELETE", f"{FAULTS}/{number}", expect=404)
    assert len(merchant.get(FAULTS)["faults"]) == 1
    merchant.http.post("/_emulator/reset").raise_for_status()
    assert merchant.get(FAULTS) == {"faults": []}


def test_in_process_a_dropped_connection_is_an_exception() -> None:
    app = create_app()
    with client_of(app) as client:
        client.post(FAULTS, json={"kind": "drop"}).raise_for_status()
        with pytest.raises(ConnectionDropped):
            client.get("/v0/products")


def test_the_server_lives_on_after_many_drops() -> None:
    with running() as emulator, httpx.Client(base_url=emulator.url) as http:
        http.post(FAULTS, json={"kind": "drop", "when": "after", "first": 30}).raise_for_status()
        for _ in range(30):
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                http.get("/v0/products")
        assert http.get("/v0/products").status_code == 401
