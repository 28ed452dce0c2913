"""The service of the example: what is reserved, what is billed, and that nothing is billed twice."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from service.sandbox import Limits, Outcome
from service.submissions import _used
from tests.engine.support.server import Call, Exchange, Hold, answer, lose
from tests.examples.shop import REPORT, RESERVE, Shop, open_desk, rows

pytestmark = pytest.mark.anyio


async def test_funds_are_reserved_for_the_most_that_a_run_may_cost_and_what_it_took_is_billed_after(
    shop: Shop, tmp_path: Path
) -> None:
    customer = shop.customer()
    async with open_desk(shop, tmp_path / "ledger", Limits(seconds=700)) as desk:
        result = await desk.submit(customer, "print('Hello')")
    assert {**result, "id": "", "seconds": 0} == {
        "id": "",
        "language": "python",
        "tier": "basic",
        "status": "finished",
        "exitCode": 0,
        "stoppedBy": None,
        "output": "Hello\n",
        "seconds": 0,
        "billed": True,
    }
    reserved, reported = (call.body for call in shop.server.gate.calls)
    assert shop.calls() == [RESERVE, REPORT]
    assert shop.quantities(reserved["entitlementData"]) == {"basic": 1, "seconds": 700}
    [used] = shop.usage(customer)
    assert shop.quantities(used["properties"]) == {"basic": 1, "seconds": result["seconds"]}
    assert 1 <= result["seconds"] < 700
    assert used["idempotencyKey"] == result["id"]
    assert used["entitlementId"] == reported["entitlementId"]
    assert used["entitlementId"].startswith("com_")


@pytest.mark.parametrize(("elapsed", "seconds"), [(0.01, 1), (1.0, 1), (1.001, 2), (4.999, 5), (5.02, 5)])
async def test_begun_seconds_count_whole_and_never_more_than_were_reserved(elapsed: float, seconds: int) -> None:
    assert _used(Outcome(0, None, "", elapsed), Limits(seconds=5))["seconds"] == seconds


async def test_a_program_that_is_stopped_is_billed_for_all_of_its_time(shop: Shop, tmp_path: Path) -> None:
    customer = shop.customer()
    async with open_desk(shop, tmp_path / "ledger", Limits(seconds=2)) as desk:
        result = await desk.submit(customer, "while True: pass")
    assert (result["status"], result["stoppedBy"], result["seconds"]) == ("stopped", "time", 2)
    assert shop.quantities(shop.usage(customer)[0]["properties"]) == {"basic": 1, "seconds": 2}


async def test_what_fails_has_run_and_is_billed(shop: Shop, tmp_path: Path) -> None:
    customer = shop.customer()
    async with open_desk(shop, tmp_path / "ledger") as desk:
        result = await desk.submit(customer, "print('no end")
    assert (result["status"], result["exitCode"], result["billed"]) == ("finished", 1, True)
    assert "SyntaxError" in result["output"]
    assert len(shop.usage(customer)) == 1


@pytest.mark.parametrize(("language", "tier"), [("javascript", "basic"), ("rust", "premium"), ("c++", "premium")])
async def test_a_language_without_a_runner_is_counted_and_costs_no_seconds(
    shop: Shop, tmp_path: Path, language: str, tier: str
) -> None:
    customer = shop.customer()
    async with open_desk(shop, tmp_path / "ledger") as desk:
        result = await desk.submit(customer, "whatever", language)
    assert (result["status"], result["output"], result["seconds"]) == ("accepted", None, 0)
    [reserved, _] = (call.body for call in shop.server.gate.calls)
    assert shop.quantities(reserved["entitlementData"]) == {tier: 1}
    assert shop.quantities(shop.usage(customer)[0]["properties"]) == {tier: 1}


async def test_without_funds_nothing_runs_and_nothing_is_billed(shop: Shop, tmp_path: Path) -> None:
    """Funds that pay for the submission alone, but not for the seconds that it may take, do not suffice."""
    customer, trace = shop.customer(), tmp_path / "trace"
    shop.spend(customer, shop.catalog.submissions["basic"], 99_998)
    async with open_desk(shop, tmp_path / "ledger", Limits(seconds=6)) as desk:
        refused = await desk.post(customer, f"open({str(trace)!r}, 'w')")
        assert refused.status_code == 402
        assert refused.json()["error"] == "insufficient_funds"
        assert shop.calls() == [RESERVE]
        taken = await desk.post(customer, "console.log()", "javascript")
        assert taken.status_code == 202
    assert not trace.exists()
    with sqlite3.connect(tmp_path / "ledger") as ledger:
        assert ledger.execute("SELECT language FROM submissions").fetchall() == [("javascript",)]
    ledger.close()


@pytest.mark.parametrize("subscribed", [True, False])
async def test_who_is_no_customer_or_has_not_subscribed_is_refused(
    shop: Shop, tmp_path: Path, *, subscribed: bool
) -> None:
    customer = "cus_nobody" if subscribed else shop.customer(subscribed=False)
    async with open_desk(shop, tmp_path / "ledger") as desk:
        refused = await desk.post(customer, "print()")
    assert (refused.status_code, refused.json()["error"]) == (403, "unknown_customer")
    assert shop.calls() == [RESERVE]


async def test_a_report_whose_answer_was_lost_is_repeated_and_billed_once(shop: Shop, tmp_path: Path) -> None:
    customer = shop.customer()
    losses = iter([lose, lose])
    shop.server.gate.script = lambda call: next(losses, None) if call.path == REPORT else None
    async with open_desk(shop, tmp_path / "ledger") as desk:
        result = await desk.submit(customer, "print()")
    assert result["billed"]
    assert shop.calls() == [RESERVE, REPORT, REPORT, REPORT]
    assert rows(shop.usage(customer), "idempotencyKey") == [result["id"]]


@pytest.mark.parametrize("status", [401, 408, 429, 500, 503])
async def test_what_can_not_be_billed_now_is_billed_when_the_service_starts_again(
    shop: Shop, tmp_path: Path, status: int
) -> None:
    customer = shop.customer()
    shop.server.gate.script = lambda call: answer(status, {"message": "Not now"}) if call.path == REPORT else None
    async with open_desk(shop, tmp_path / "ledger") as desk:
        posted = await desk.post(customer, "print()")
        result = await desk.result(posted)
        assert (result["status"], result["billed"]) == ("finished", False)
        assert (await desk.http.get("/health")).json()["unbilled"] == 1
    assert shop.usage(customer) == []
    again = Hold(done=True, answers=True)
    shop.server.gate.script = lambda call: again if call.path == REPORT else None
    async with open_desk(shop, tmp_path / "ledger") as desk:
        await asyncio.to_thread(again.reached.wait)
        again.released.set()
        assert (await desk.result(posted))["billed"]
        assert (await desk.http.get("/health")).json()["unbilled"] == 0
    assert rows(shop.usage(customer), "idempotencyKey") == [result["id"]]


async def test_a_ledger_that_can_not_be_written_for_a_while_delays_the_bill_and_loses_none(
    shop: Shop, tmp_path: Path
) -> None:
    """As with a full disk: sweeps that fail are followed by others, and what the API has already stays billed once."""
    customer, file = shop.customer(), tmp_path / "ledger"
    async with open_desk(shop, file, sweep_seconds=0.01) as desk:
        beside = sqlite3.connect(file)
        hold = Hold(done=True, answers=True)
        shop.server.gate.script = lambda call: hold if call.path == REPORT else None
        posted = await desk.post(customer, "fn main() {}", "rust")
        assert posted.status_code == 202
        await asyncio.to_thread(hold.reached.wait)
        beside.execute("ALTER TABLE submissions RENAME TO away")
        hold.released.set()
        shop.server.gate.script = lambda _: None
        assert (await desk.http.get("/health")).status_code == 500
        beside.execute("ALTER TABLE away RENAME TO submissions")
        beside.close()
        while True:
            if (await desk.result(posted))["billed"]:
                break
            await asyncio.sleep(0.01)
    assert len(shop.usage(customer)) == 1


async def test_what_is_refused_for_good_is_noted_and_not_repeated(shop: Shop, tmp_path: Path) -> None:
    customer = shop.customer()
    refusal = answer(400, {"message": "No", "code": "CLOSED"})
    shop.server.gate.script = lambda call: refusal if call.path == REPORT else None
    for _ in range(2):
        async with open_desk(shop, tmp_path / "ledger") as desk:
            if not shop.calls():
                assert not (await desk.submit(customer, "print()"))["billed"]
    assert shop.calls() == [RESERVE, REPORT]
    with sqlite3.connect(tmp_path / "ledger") as ledger:
        assert ledger.execute("SELECT refused FROM submissions").fetchall() == [("400 CLOSED",)]
    ledger.close()


async def test_a_reservation_is_repeated_only_if_the_first_was_not_accepted(shop: Shop, tmp_path: Path) -> None:
    """It has no key by which the API would know it again: a lost answer holds funds until the reservation expires."""
    customer = shop.customer()
    first = iter([answer(429, {"message": "Slowly"})])
    shop.server.gate.script = lambda call: next(first, None) if call.path == RESERVE else None
    async with open_desk(shop, tmp_path / "ledger") as desk:
        assert (await desk.submit(customer, "print()"))["billed"]
        assert shop.calls() == [RESERVE, RESERVE, REPORT]
        shop.server.gate.script = lambda call: lose if call.path == RESERVE else None
        refused = await desk.post(customer, "print()")
    assert (refused.status_code, refused.json()["error"]) == (503, "billing_unavailable")
    assert int(refused.headers["retry-after"]) > 0
    assert shop.calls() == [RESERVE, RESERVE, REPORT, RESERVE]


@pytest.mark.parametrize(
    ("status", "reported"),
    [(400, 502), (409, 502), (422, 502), (401, 503), (403, 503), (429, 503), (500, 503), (200, 503)],
)
async def test_a_reservation_that_fails_tells_whether_to_come_again(
    shop: Shop, tmp_path: Path, caplog: pytest.LogCaptureFixture, status: int, reported: int
) -> None:
    customer = shop.customer()
    shop.server.gate.script = lambda _: answer(status, {"message": f"{customer}: no", "code": "CLOSED"})
    async with open_desk(shop, tmp_path / "ledger") as desk:
        refused = await desk.post(customer, "print()")
    assert (refused.status_code, "retry-after" in refused.headers) == (reported, reported == 503)
    assert caplog.messages == [f"a submission can't be admitted: {status} CLOSED"]


async def test_nobody_waits_for_a_minute_because_the_api_asks_for_one(shop: Shop, tmp_path: Path) -> None:
    async def later(exchange: Exchange) -> None:
        headers = [(b"retry-after", b"60"), (b"content-length", b"0")]
        await exchange.send({"type": "http.response.start", "status": 429, "headers": headers})
        await exchange.send({"type": "http.response.body", "body": b""})

    shop.server.gate.script = lambda _: later
    async with open_desk(shop, tmp_path / "ledger") as desk:
        refused = await desk.post(shop.customer(), "print()")
    assert refused.status_code == 503
    assert shop.calls() == [RESERVE]


async def test_two_hundred_submissions_at_once_are_each_billed_once(shop: Shop, tmp_path: Path) -> None:
    customers = [shop.customer(f"{n}@example.com") for n in range(4)]
    spoilt: set[str] = set()

    def lose_some(call: Call) -> object:
        """The first answer to every seventh report."""
        key = call.body["idempotencyKey"] if call.path == REPORT else ""
        if not key or int(key, 16) % 7 or key in spoilt:
            return None
        spoilt.add(key)
        return lose

    shop.server.gate.script = lose_some  # type: ignore[assignment]
    async with open_desk(shop, tmp_path / "ledger", runs=4, waiting=200) as desk:
        sent = [desk.submit(customers[n % 4], f"print({n})") for n in range(200)]
        results = await asyncio.gather(*sent)
    assert [result["output"] for result in results] == [f"{n}\n" for n in range(200)]
    for place, customer in enumerate(customers):
        mine = {result["id"]: result["seconds"] for result in results[place::4]}
        billed = shop.usage(customer)
        assert len(billed) == 50
        assert {u["idempotencyKey"]: shop.quantities(u["properties"]) for u in billed} == {
            key: {"basic": 1, "seconds": seconds} for key, seconds in mine.items()
        }
