"""A service in trouble: an up ends settled, or with one clear error a resource and settled at the next up.

Two hundred objects take about a minute a run; the default is one seed, THOROUGH=1 runs five:
`THOROUGH=1 .venv/bin/python -m pytest -n 2 tests/engine/test_faults.py`.
"""

from __future__ import annotations

import httpx
import pytest

from tests.engine.support.programs import SHOP, SHOP_HOLDS, TWO_HUNDRED, TWO_HUNDRED_HOLDS, assert_settled
from tests.engine.support.server import Hold, Server
from tests.engine.support.stack import Stack, thorough

#: Every fault the emulator knows that a call can meet; a slow one is slow enough to be cut off.
FAULTS: list[dict[str, object]] = [
    {"kind": "latency", "milliseconds": 300},
    {"kind": "error", "status": 429},
    {"kind": "error", "status": 429, "retryAfter": 1},
    {"kind": "error", "status": 429, "retryAfter": 1, "retryAfterForm": "date"},
    {"kind": "error", "status": 500},
    {"kind": "error", "status": 502, "when": "after"},
    {"kind": "error", "status": 503, "retryAfter": 1},
    {"kind": "drop", "when": "before"},
    {"kind": "drop", "when": "during"},
    {"kind": "drop", "when": "after"},
    {"kind": "refuse", "milliseconds": 300},
    {"kind": "truncatedJson"},
    {"kind": "html", "status": 502},
    {"kind": "html", "status": 200, "when": "after"},
    {"kind": "contentType"},
    {"kind": "redirect"},
    {"kind": "slowBody", "milliseconds": 300},
]


def _trouble(server: Server, seed: int) -> None:
    """A call meets one of them with a chance of 5 % in all."""
    for number, fault in enumerate(FAULTS):
        chance = {"probability": 0.05 / len(FAULTS), "seed": 100 * seed + number}
        httpx.post(f"{server.running.url}/_emulator/faults", json={**fault, **chance}).raise_for_status()


def _no_trouble(server: Server) -> int:
    """Ends it; answers how many faults there were."""
    report = httpx.get(f"{server.running.url}/_emulator/faults").json()["faults"]
    httpx.delete(f"{server.running.url}/_emulator/faults").raise_for_status()
    return sum(fault["struck"] for fault in report)


@pytest.mark.parametrize("seed", range(5) if thorough() else [1])
def test_two_hundred_objects_are_made_once_through_faults_of_every_kind(
    stack: Stack, server: Server, seed: int
) -> None:
    stack.write(TWO_HUNDRED)
    _trouble(server, seed)
    with stack.started("up", "--yes", "--skip-preview", "--continue-on-error") as running:
        result = running.wait()
    assert _no_trouble(server) > 0
    assert result.tracebacks == []
    places = [where for where, _ in result.errors]
    assert len(places) == len(set(places))
    assert [what for _, what in result.errors if len(what.splitlines()) != 1] == []
    if result.code != 0:
        stack.up()
    assert_settled(stack, server, TWO_HUNDRED_HOLDS)


def test_a_cancelled_up_ends_and_does_not_wait_for_the_next_attempt(stack: Stack, server: Server) -> None:
    """The service asks to come again in a minute and a half: nothing more is sent, and the next up completes it."""
    fault = {"kind": "error", "status": 429, "retryAfter": 90, "method": "POST", "path": "/v0/billableMetrics"}
    httpx.post(f"{server.running.url}/_emulator/faults", json={**fault, "first": 1}).raise_for_status()
    refused = Hold(done=True, answers=True)
    refused.released.set()
    server.gate.script = lambda call: refused if call.method == "POST" and call.path == "/v0/billableMetrics" else None
    stack.write(SHOP)
    with stack.started("up", "--yes", "--skip-preview") as running:
        running.await_event(refused.reached)
        running.interrupt()
        cancelled = running.wait()
    assert cancelled.code != 0
    assert cancelled.tracebacks == []
    assert "cancelled" in dict(cancelled.errors)["BillableMetric calls"]
    assert [call.path for call in server.gate.writes] == ["/v0/products", "/v0/billableMetrics"]

    server.gate.script = lambda _: None
    stack.up()
    assert_settled(stack, server, SHOP_HOLDS)


def test_what_is_under_way_when_an_up_is_cancelled_is_remembered(stack: Stack, server: Server) -> None:
    hold = Hold(done=True, answers=True)
    server.gate.script = lambda call: hold if call.method == "POST" and call.path == "/v0/billableMetrics" else None
    stack.write(SHOP)
    with stack.started("up", "--yes", "--skip-preview") as running:
        running.await_event(hold.reached)
        running.interrupt()
        running.await_shown("cancelling")
        hold.released.set()
        assert running.wait().code != 0
    assert stack.ids() == {
        "Product": server.account.ids()["Product"],
        "BillableMetric": server.account.ids()["BillableMetric"],
    }

    stack.up()
    assert_settled(stack, server, SHOP_HOLDS)
