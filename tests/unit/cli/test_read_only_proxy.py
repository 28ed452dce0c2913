"""The proxy passes reads on and refuses every write, and its key is not the account's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from pulumi_paygentic.api import Settings
from pulumi_paygentic.cli.read_only_proxy import ReadOnlyProxy, read_only
from tests.engine.support.server import Server, answer, served


@pytest.fixture
def server() -> Iterator[Server]:
    with served() as server:
        yield server


@pytest.fixture
def proxy(server: Server) -> Iterator[ReadOnlyProxy]:
    with read_only(Settings.resolve(environ=server.environment)) as proxy:
        yield proxy


def _http(proxy: ReadOnlyProxy, key: str | None = None) -> httpx.Client:
    headers = {"Authorization": f"Bearer {key or proxy.key}"}
    return httpx.Client(base_url=proxy.environment["PAYGENTIC_BASE_URL"], headers=headers)


def test_a_read_is_passed_on_with_its_query(server: Server, proxy: ReadOnlyProxy) -> None:
    server.account.post("/v0/products", merchantId=server.account.merchant_id, name="Größe", description="")
    with _http(proxy) as http:
        found = http.get("/v0/products", params={"merchantId": server.account.merchant_id, "limit": 1}).json()
        missing = http.get("/v0/products/prod_1")
    assert [one["name"] for one in found["data"]] == ["Größe"]
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/json")
    assert proxy.refused == []


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_a_write_is_refused_and_noted(server: Server, proxy: ReadOnlyProxy, method: str) -> None:
    with _http(proxy) as http:
        refused = http.request(method, "/v0/products", json={"name": "A"})
        assert http.get("/v0/products", params={"merchantId": "org_emulator"}).is_success  # on the same connection
    assert refused.status_code == 403
    assert "read-only" in refused.json()["message"]
    assert proxy.refused == [f"{method} /v0/products"]
    assert server.gate.writes == []


def test_another_key_is_not_let_in(server: Server, proxy: ReadOnlyProxy) -> None:
    with _http(proxy, server.account.api_key) as http:
        assert http.get("/v0/products").status_code == 401
    assert server.gate.calls == []


def test_an_error_of_the_api_comes_through(server: Server, proxy: ReadOnlyProxy) -> None:
    server.gate.script = lambda _: answer(403, {"message": "no", "reason": "no_permission"})
    with _http(proxy) as http:
        assert http.get("/v0/products").json()["reason"] == "no_permission"


def test_an_api_that_is_not_there_is_a_bad_gateway(server: Server) -> None:
    settings = replace(Settings.resolve(environ=server.environment), base_url="http://127.0.0.1:9")
    with read_only(settings) as proxy, _http(proxy) as http:
        assert http.get("/v0/products").status_code == 502
