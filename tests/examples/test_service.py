"""The service of the example over HTTP: what it refuses, how it waits, and what a crash does."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from service import catalog
from service.app import MOST_BYTES
from service.catalog import Catalog, CatalogError
from tests.engine.support.server import Hold, answer
from tests.examples.shop import REPORT, RESERVE, Shop, open_desk, process, rows

GOOD = {"customer": "cus_1", "language": "python", "code": "print()"}
BAD = [
    ({**GOOD, "customer": "ada@example.com"}, 422, "invalid_submission"),
    ({**GOOD, "customer": 1}, 422, "invalid_submission"),
    ({**GOOD, "language": "cobol"}, 422, "unknown_language"),
    ({**GOOD, "code": ""}, 422, "invalid_submission"),
    ({**GOOD, "code": "x" * 70_000}, 422, "invalid_submission"),
    ({**GOOD, "seconds": 1000}, 422, "invalid_submission"),
    ({"customer": "cus_1"}, 422, "invalid_submission"),
    ([], 422, "invalid_submission"),
    (b"print()", 400, "invalid_json"),
    (b"[" * 100_000, 400, "invalid_json"),
    (b'{"customer": "cus_1", "language": "python", "code": "\\ud800"}', 400, "invalid_json"),
    (b" " * (MOST_BYTES + 1), 413, "too_large"),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("body", "status", "error"), BAD)
async def test_bad_input_is_one_clear_error_and_asks_nothing_of_the_api(
    shop: Shop, tmp_path: Path, body: Any, status: int, error: str
) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with open_desk(shop, tmp_path / "ledger") as desk:
        refused = await desk.http.post("/submissions", content=content, headers={"Content-Type": "application/json"})
    reported = refused.json()
    assert (refused.status_code, reported["error"]) == (status, error)
    assert reported.keys() == {"error", "message"}
    assert "cus_1" not in reported["message"]
    assert shop.calls() == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("asked", "status", "error"),
    [
        ("GET /submissions/0123", 404, "not_found"),
        ("GET /submissions/0123?wait=soon", 422, "invalid_wait"),
        ("GET /submissions/0123?wait=31", 422, "invalid_wait"),
        ("GET /submissions", 405, "method_not_allowed"),
        ("POST /submissions", 415, "unsupported_media_type"),
        ("GET /nothing", 404, "not_found"),
    ],
)
async def test_every_refusal_is_json(shop: Shop, tmp_path: Path, asked: str, status: int, error: str) -> None:
    async with open_desk(shop, tmp_path / "ledger") as desk:
        refused = await desk.http.request(*asked.split())
    assert (refused.status_code, refused.json()["error"]) == (status, error)


@pytest.mark.anyio
async def test_the_service_answers_while_programs_run_and_refuses_more_than_may_wait(
    shop: Shop, tmp_path: Path
) -> None:
    """The program runs until the test reads what it writes to a pipe with a name."""
    customer, pipe = shop.customer(), tmp_path / "pipe"
    os.mkfifo(pipe)
    writes = f"open({str(pipe)!r}, 'w').write('done')"
    async with open_desk(shop, tmp_path / "ledger", runs=1, waiting=1) as desk:
        first = await desk.post(customer, writes)
        second = await desk.post(customer, "print()")
        busy = await desk.post(customer, "print()")
        assert (busy.status_code, busy.json()["error"], busy.headers["retry-after"]) == (503, "busy", "2")
        assert shop.calls() == [RESERVE, RESERVE]
        assert (await desk.http.get("/health")).json() == {"status": "ok", "underWay": 2, "unbilled": 0}
        assert (await desk.http.get(second.headers["location"])).json()["status"] == "queued"
        assert await asyncio.to_thread(pipe.read_text) == "done"
        assert [(await desk.result(posted))["status"] for posted in (first, second)] == ["finished", "finished"]
        assert (await desk.submit(customer, "print('again')"))["output"] == "again\n"


@pytest.mark.parametrize("done", [True, False])
def test_what_ran_before_a_crash_is_billed_once_after_it(shop: Shop, tmp_path: Path, *, done: bool) -> None:
    """The service is killed while it reports, before or after the API has taken that."""
    customer, hold = shop.customer(), Hold(done=done)
    shop.server.gate.script = lambda call: hold if call.path == REPORT else None
    with process(shop, tmp_path) as (running, url):
        posted = httpx.post(f"{url}/submissions", json={**GOOD, "customer": customer, "code": "print('ran')"})
        assert posted.status_code == 202
        hold.reached.wait()
        running.kill()
        running.wait()
    hold.released.set()
    again = Hold(done=True, answers=True)
    shop.server.gate.script = lambda call: again if call.path == REPORT else None
    with process(shop, tmp_path) as (_, url):
        again.reached.wait()
        again.released.set()
        result = httpx.get(f"{url}{posted.headers['location']}?wait=30").json()
    assert (result["status"], result["output"], result["billed"]) == ("finished", "ran\n", True)
    assert rows(shop.usage(customer), "idempotencyKey") == [result["id"]]


def test_what_a_crash_interrupted_is_not_billed(shop: Shop, tmp_path: Path) -> None:
    customer, pipe = shop.customer(), tmp_path / "pipe"
    os.mkfifo(pipe)
    code = f"open({str(pipe)!r}, 'w').close(); open({str(pipe)!r}).read()"
    with process(shop, tmp_path) as (running, url):
        posted = httpx.post(f"{url}/submissions", json={**GOOD, "customer": customer, "code": code})
        assert pipe.read_text(encoding="utf-8") == ""  # it runs
        running.kill()
        running.wait()
    with process(shop, tmp_path) as (_, url):
        result = httpx.get(f"{url}{posted.headers['location']}").json()
    pipe.write_text("it may end", encoding="utf-8")
    assert (result["status"], result["seconds"], result["billed"]) == ("interrupted", None, False)
    assert shop.usage(customer) == []


def test_the_log_names_no_key_no_customer_and_no_code_and_the_ledger_keeps_no_code(shop: Shop, tmp_path: Path) -> None:
    """Not even where the API's messages do."""
    customer = shop.customer()
    refusal = answer(400, {"message": f"{customer} (ada@example.com) is closed", "code": "CLOSED"})
    shop.server.gate.script = lambda call: refusal if call.path == REPORT else None
    with process(shop, tmp_path) as (running, url):
        code = "print('result')  # an idea of Ada's"
        posted = httpx.post(f"{url}/submissions", json={**GOOD, "customer": customer, "code": code})
        result = httpx.get(f"{url}{posted.headers['location']}?wait=30").json()
        assert httpx.post(f"{url}/submissions", json={**GOOD, "customer": "cus_stranger"}).status_code == 403
        running.terminate()
        running.wait()
    *before, log = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert log == f"ERROR service.submissions: submission {result['id']} can't be billed: 400 CLOSED"
    assert [line for line in before if "running as root" not in line] == []
    with sqlite3.connect(tmp_path / "ledger.db") as ledger:
        kept = "".join(ledger.iterdump())
    ledger.close()
    assert "result" in kept
    assert "idea" not in kept


@pytest.mark.parametrize(
    ("outputs", "reported"),
    [
        ("", "not JSON"),
        ("{}", "run `pulumi up` first"),
        ("[]", "run `pulumi up` first"),
        ('{"metrics": {}}', "pulumi up"),
    ],
)
def test_outputs_that_lack_something_say_what_to_do(outputs: str, reported: str) -> None:
    with pytest.raises(CatalogError, match=reported):
        catalog.of_outputs(outputs)


def test_the_ids_are_those_of_the_stacks_outputs(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    metrics = {"basic": "bm_1", "premium": "bm_2", "seconds": "bm_3"}
    file.write_text(json.dumps({"merchant": "org_1", "metrics": metrics, "checkout": "[secret]"}), encoding="utf-8")
    assert catalog.of_file(file) == Catalog("org_1", {"basic": "bm_1", "premium": "bm_2"}, "bm_3")
    with pytest.raises(CatalogError, match="can't be read"):
        catalog.of_file(tmp_path / "nothing")
