"""The service of the example on the current API: the allowance is never overdrawn, and each event is billed once."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from service.sandbox import Limits
from tests.engine.support.server import Call, Hold, Server, answer, lose
from tests.environment import of_program
from tests.examples.shop import EVENT, EXAMPLE, READ, Shop, make_shop, open_desk, process

pytestmark = pytest.mark.anyio
ALLOWANCE = 3600


@pytest.fixture
def shop(server: Server) -> Shop:
    return make_shop(server, ALLOWANCE)


async def test_the_allowance_is_read_before_the_run_and_both_events_are_reported_after_it(
    shop: Shop, tmp_path: Path
) -> None:
    customer = shop.customer()
    async with open_desk(shop, tmp_path / "ledger") as desk:
        result = await desk.submit(customer, "print('Hello')")
    assert (result["status"], result["output"], result["billed"]) == ("finished", "Hello\n", True)
    assert shop.calls() == [READ, EVENT, EVENT]
    assert shop.events(customer) == {
        "basic": [(result["id"], None)],
        "seconds": [(f"{result['id']}-seconds", result["seconds"])],
    }
    assert shop.usage(customer) == []


async def test_a_language_without_a_runner_uses_no_seconds(shop: Shop, tmp_path: Path) -> None:
    customer = shop.customer()
    async with open_desk(shop, tmp_path / "ledger") as desk:
        result = await desk.submit(customer, "fn main() {}", "rust")
    assert shop.events(customer) == {"premium": [(result["id"], None)]}


@pytest.mark.parametrize(("left", "status"), [(600, 202), (599, 402), (0, 402)])
async def test_a_run_needs_an_allowance_for_all_the_seconds_that_it_may_take(
    shop: Shop, tmp_path: Path, left: int, status: int
) -> None:
    customer, trace = shop.customer(), tmp_path / "trace"
    used = {"type": "Seconds", "source": "t", "subject": customer, "data": {"seconds": ALLOWANCE - left}}
    shop.server.account.post(EVENT, **used)
    async with open_desk(shop, tmp_path / "ledger", Limits(seconds=600)) as desk:
        posted = await desk.post(customer, f"open({str(trace)!r}, 'w')")
        assert posted.status_code == status
        if status == 402:
            assert posted.json()["error"] == "insufficient_funds"
            assert not trace.exists()
            assert shop.calls() == [READ]
        else:
            await desk.result(posted)
            assert trace.exists()
        other = await desk.post(customer, "console.log()", "javascript")
        assert other.status_code == (402 if left == 0 else 202)


async def test_no_more_are_admitted_than_the_allowance_covers_before_any_is_billed(shop: Shop, tmp_path: Path) -> None:
    """Each may take 600 of 3600 seconds. The first runs until the test reads its pipe, and the others wait for it."""
    customer, pipe = shop.customer(), tmp_path / "pipe"
    os.mkfifo(pipe)
    async with open_desk(shop, tmp_path / "ledger", Limits(seconds=600), runs=1, waiting=100) as desk:
        first = await desk.post(customer, f"open({str(pipe)!r}, 'w').write('done')")
        others = await asyncio.gather(*(desk.post(customer, "print()") for _ in range(50)))
        admitted = [first, *(one for one in others if one.status_code == 202)]
        assert sorted({one.status_code for one in others}) == [202, 402]
        assert len(admitted) == 6
        assert await asyncio.to_thread(pipe.read_text) == "done"
        results = [await desk.result(one) for one in admitted]
        assert (await desk.post(customer, "print()")).status_code == 202
    assert all(result["billed"] for result in results)


async def test_what_is_billed_while_the_balance_is_read_is_not_admitted_again(server: Server, tmp_path: Path) -> None:
    """The balance that is read is older than the bill of the first, which used 2 of 3 seconds."""
    shop = make_shop(server, allowance=3)
    customer, hold = shop.customer(), Hold(done=True, answers=True)
    async with open_desk(shop, tmp_path / "ledger", Limits(seconds=2)) as desk:
        first = await desk.post(customer, "while True: pass")
        shop.server.gate.script = lambda call: hold if call.path == READ else None
        second = asyncio.create_task(desk.post(customer, "print()"))
        await asyncio.to_thread(hold.reached.wait)
        assert (await desk.result(first))["billed"]
        hold.released.set()
        assert (await second).status_code == 402
    [entitlement] = shop.server.account.get(READ, customerId=customer)["data"]
    assert (entitlement["balance"], entitlement["overage"]) == (1, 0)


@pytest.mark.parametrize("subscribed", [True, False])
async def test_who_is_no_customer_or_has_not_subscribed_is_refused(
    shop: Shop, tmp_path: Path, *, subscribed: bool
) -> None:
    customer = "cus_nobody" if subscribed else shop.customer(subscribed=False)
    async with open_desk(shop, tmp_path / "ledger") as desk:
        refused = await desk.post(customer, "print()")
    assert (refused.status_code, refused.json()["error"]) == (403, "unknown_customer")
    assert shop.calls() == [READ]


async def test_a_customer_whose_subscription_has_ended_is_refused(shop: Shop, tmp_path: Path) -> None:
    customer = shop.customer()
    [subscription] = shop.server.account.listed("/v0/subscriptions", customerId=customer)
    shop.server.account.post(f"/v0/subscriptions/{subscription['id']}/termination", reason="The end")
    async with open_desk(shop, tmp_path / "ledger") as desk:
        assert (await desk.post(customer, "print()")).status_code == 403


@pytest.mark.parametrize(("status", "reported"), [(400, 502), (422, 502), (401, 503), (429, 503), (500, 503)])
async def test_an_allowance_that_cannot_be_read_admits_nothing(
    shop: Shop, tmp_path: Path, status: int, reported: int
) -> None:
    customer = shop.customer()
    shop.server.gate.script = lambda _: answer(status, {"message": f"{customer}: no", "code": "CLOSED"})
    async with open_desk(shop, tmp_path / "ledger") as desk:
        refused = await desk.post(customer, "print()")
    assert refused.status_code == reported
    assert EVENT not in shop.calls()


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": [{"status": "active"}]}, {"data": [1]}], ids=str)
async def test_an_answer_that_is_no_list_of_entitlements_admits_nothing(
    shop: Shop, tmp_path: Path, body: object
) -> None:
    customer = shop.customer()
    shop.server.gate.script = lambda _: answer(200, body)
    async with open_desk(shop, tmp_path / "ledger") as desk:
        refused = await desk.post(customer, "print()")
    assert (refused.status_code, refused.json()["error"]) == (503, "billing_unavailable")


async def test_a_soft_limit_lets_pass_what_the_balance_does_not_cover(shop: Shop, tmp_path: Path) -> None:
    customer = shop.customer()
    soft = {"status": "active", "hasAccess": True, "balance": 0, "isSoftLimit": True}
    shop.server.gate.script = lambda call: answer(200, {"data": [soft]}) if call.path == READ else None
    async with open_desk(shop, tmp_path / "ledger") as desk:
        assert (await desk.submit(customer, "print()"))["billed"]


async def test_two_hundred_at_once_are_each_billed_once_although_responses_are_lost(shop: Shop, tmp_path: Path) -> None:
    customers = [shop.customer(f"{n}@example.com") for n in range(4)]
    spoilt: set[str] = set()

    def lose_some(call: Call) -> object:
        key = call.body["idempotencyKey"] if call.path == EVENT else ""
        if not key or int(key.partition("-")[0], 16) % 5 or key in spoilt:
            return None
        spoilt.add(key)
        return lose

    shop.server.gate.script = lose_some  # type: ignore[assignment]
    async with open_desk(shop, tmp_path / "ledger", Limits(seconds=60), runs=4, waiting=200) as desk:
        posted = await asyncio.gather(*(desk.post(customers[n % 4], f"print({n})") for n in range(200)))
        results = [await desk.result(one) for one in posted if one.status_code == 202]
    assert spoilt
    for customer in customers:
        events = shop.events(customer)
        mine = dict(events["seconds"])
        assert len(mine) == len(events["seconds"]) == len(events["basic"])
        assert {f"{key}-seconds" for key, _ in events["basic"]} == mine.keys()
    billed = {key for customer in customers for key, _ in shop.events(customer)["basic"]}
    assert billed == {result["id"] for result in results}


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("suffix", ["", "-seconds"], ids=["the submission", "its seconds"])
def test_what_ran_before_a_kill_is_billed_once_after_it(shop: Shop, tmp_path: Path, *, done: bool, suffix: str) -> None:
    """The service is killed while one of the two events is under way, before or after the API has stored it."""
    customer, hold = shop.customer(), Hold(done=done)

    def script(call: Call) -> Hold | None:
        key = call.body["idempotencyKey"] if call.path == EVENT else None
        return hold if key is not None and key.endswith("-seconds") == bool(suffix) else None

    shop.server.gate.script = script
    with process(shop, tmp_path) as (running, url):
        code = {"customer": customer, "language": "python", "code": "print('ran')"}
        posted = httpx.post(f"{url}/submissions", json=code)
        assert posted.status_code == 202
        hold.reached.wait()
        running.kill()
        running.wait()
    hold.released.set()
    again = Hold(done=True, answers=True)
    shop.server.gate.script = lambda call: again if call.path == EVENT else None
    with process(shop, tmp_path) as (_, url):
        again.reached.wait()
        again.released.set()
        result = httpx.get(f"{url}{posted.headers['location']}?wait=30").json()
    assert (result["status"], result["output"], result["billed"]) == ("finished", "ran\n", True)
    assert shop.events(customer) == {
        "basic": [(result["id"], None)],
        "seconds": [(f"{result['id']}-seconds", result["seconds"])],
    }


async def test_an_event_that_is_refused_stays_unbilled_and_is_named(shop: Shop, tmp_path: Path) -> None:
    customer = shop.customer()
    shop.server.gate.script = lambda call: answer(422, {"message": "no", "code": "X"}) if call.path == EVENT else None
    async with open_desk(shop, tmp_path / "ledger") as desk:
        result = await desk.submit(customer, "print()")
        assert (result["status"], result["billed"]) == ("finished", False)
    assert shop.events(customer) == {}


def test_the_service_needs_a_stack_for_the_api_that_it_is_started_with(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs.json"
    outputs.write_text('{"merchant": "org_1", "metrics": {"basic": "a", "premium": "b", "seconds": "c"}}', "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "service", "--outputs", str(outputs), "--api", "current"],
        cwd=EXAMPLE,
        env=of_program(tmp_path),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "pulumi config set api current" in done.stderr
