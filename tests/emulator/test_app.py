"""The emulator as an application in process, as a served one, and over a file."""

import asyncio
import gc
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.types import Message

from pulumi_paygentic.emulator import Running, ServeError, StoreError, create_app, running, serve
from pulumi_paygentic.emulator.server import listen
from pulumi_paygentic.emulator.storage.store import Store
from tests.emulator.support.in_process import KEY, client_of
from tests.emulator.support.instant_loop import instant_loop

PRODUCT = {"name": "A", "description": "", "merchantId": "org_emulator"}


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with client_of(create_app()) as client:
        yield client


def test_the_application_works_in_process(client: httpx.Client) -> None:
    created = client.post("/v0/products", json=PRODUCT)
    assert created.status_code == 201
    assert client.get(f"/v0/products/{created.json()['id']}").json() == created.json()


def test_the_application_works_through_the_asgi_transport_of_httpx() -> None:
    async def scenario() -> list[int]:
        transport = httpx.ASGITransport(create_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=KEY) as http:
            creates = [http.post("/v0/products", json={**PRODUCT, "name": str(n)}) for n in range(50)]
            return [response.status_code for response in await asyncio.gather(*creates)]

    assert asyncio.run(scenario()) == [201] * 50


def test_the_application_starts_and_ends_under_a_server_that_tells_it_to() -> None:
    async def scenario() -> list[str]:
        messages = iter(["lifespan.startup", "lifespan.shutdown"])
        said: list[str] = []

        async def receive() -> Message:
            return {"type": next(messages)}

        async def send(message: Message) -> None:
            said.append(message["type"])

        await create_app(latency_ms=1)({"type": "lifespan"}, receive, send)
        return said

    assert asyncio.run(scenario()) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_key_and_merchant_are_chosen() -> None:
    with running(api_key="sk_test_mine", merchant_id="org_mine") as emulator:
        headers = {"Authorization": f"Bearer {emulator.api_key}"}
        created = httpx.post(f"{emulator.url}/v0/products", json={**PRODUCT, "merchantId": "org_mine"}, headers=headers)
        assert created.status_code == 201
        assert httpx.get(f"{emulator.url}/v0/products", headers=KEY).status_code == 401


def test_two_emulators_share_nothing(client: httpx.Client) -> None:
    client.post("/v0/products", json=PRODUCT)
    with client_of(create_app()) as another:
        assert another.get("/v0/products").json()["data"] == []


def test_latency_delays_the_api_and_nothing_else() -> None:
    with instant_loop() as loop, client_of(create_app(latency_ms=80), loop=loop) as http:
        http.get("/_emulator/calls").raise_for_status()
        assert loop.time() == 0
        http.get("/v0/products").raise_for_status()
        assert loop.time() == pytest.approx(0.08)


def test_latencies_of_concurrent_calls_overlap() -> None:
    async def scenario() -> None:
        transport = httpx.ASGITransport(create_app(latency_ms=100))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=KEY) as http:
            await asyncio.gather(*(http.get("/v0/products") for _ in range(20)))

    with instant_loop() as loop:
        loop.run_until_complete(scenario())
        assert loop.time() == pytest.approx(0.1)


def test_a_file_keeps_everything(tmp_path: Path) -> None:
    data = tmp_path / "emulator.db"
    with running(data=data) as emulator:
        created = httpx.post(f"{emulator.url}/v0/products", json=PRODUCT, headers=KEY).json()
    with running(data=data) as emulator:
        assert httpx.get(f"{emulator.url}/v0/products/{created['id']}", headers=KEY).json() == created


def test_a_file_is_used_by_one_emulator_at_a_time(tmp_path: Path) -> None:
    data = tmp_path / "emulator.db"
    with running(data=data), pytest.raises(StoreError, match="locked"):
        create_app(data=data)


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    text, database = tmp_path / "notes.txt", tmp_path / "other.db"
    text.write_text("not a database at all, but long enough to be taken for one" * 100, encoding="utf-8")
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE mine (id)")
    connection.close()
    for path in (text, database, tmp_path / "missing" / "emulator.db"):
        with pytest.raises(StoreError, match=path.name):
            create_app(data=path)
    assert text.read_text(encoding="utf-8").startswith("not a database")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.1", "example.com", "::", ""])  # noqa: S104
def test_only_loopback_is_served(host: str) -> None:
    with pytest.raises(ServeError, match="loopback"):
        serve(host=host)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serving_in_the_foreground_ends_with_a_signal_and_gives_the_handlers_back(number: signal.Signals) -> None:
    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    seen: list[Running] = []

    def announce(emulator: Running) -> None:
        seen.append(emulator)
        signal.raise_signal(number)

    serve(host="::1", announce=announce)
    assert seen[0].url.startswith("http://[::1]:")
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers


def test_a_taken_port_is_said_to_be_taken() -> None:
    with listen("localhost", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=f"port {port}"):
            listen("127.0.0.1", port)


def test_a_transaction_that_sqlite_itself_takes_back_is_an_error_and_the_next_one_works() -> None:
    store = Store()
    with pytest.raises(sqlite3.OperationalError, match="no transaction is active"), store.transaction():
        store.sql("ROLLBACK")  # as it does when the disk is full
    with store.transaction():
        assert store.sql("SELECT 1") == [(1,)]
    store.close()


def test_an_internal_failure_is_a_json_500(monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app()
    with client_of(app, raise_app_exceptions=False) as client:
        monkeypatch.setattr("pulumi_paygentic.emulator.storage.store.Store.insert", None)
        answer = client.post("/v0/products", json=PRODUCT)
        assert (answer.status_code, answer.json()["error"]) == (500, "internal_server_error")
        monkeypatch.undo()
        assert client.get("/v0/products").json()["data"] == []


def test_a_store_that_nobody_closed_lets_go_of_its_data_when_it_goes() -> None:
    app = create_app()
    connection = app.state.emulator.store._connection
    del app
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")
