"""An up that is killed at any call, and the up after it, end with exactly what the program declares.

The default run takes a few of all the moments, chosen by a seed; THOROUGH=1 tries all 640 (hours):
`THOROUGH=1 .venv/bin/python -m pytest -n 2 tests/engine/test_kills.py`.
"""

from __future__ import annotations

import random
from typing import NamedTuple

import pytest

from tests.engine.support.programs import THIRTY, THIRTY_HOLDS, assert_settled
from tests.engine.support.server import Hold, Server, lose
from tests.engine.support.stack import NO_CHECKPOINTS, Running, Stack, thorough


class Moment(NamedTuple):
    """At which call of the API, before or after it was done, what is killed, and whether state is written meanwhile."""

    call: int
    done: bool
    victim: str
    checkpoints: bool

    def __str__(self) -> str:
        when = "after" if self.done else "before"
        return f"{self.victim} {when} call {self.call}{'' if self.checkpoints else ' without checkpoints'}"


CALLS = 41  # a few more than an up of the thirty makes, or one that changes their prices


def _moments(count: int, seed: int) -> list[Moment]:
    """So many of all moments, in an order of chance: a long run that is ended early has seen a bit of everything."""
    every = [
        Moment(call, done, victim, checkpoints)
        for call in range(1, CALLS)
        for done in (False, True)
        for victim in ("cli", "provider")
        for checkpoints in (True, False)
    ]
    return random.Random(seed).sample(every, len(every) if thorough() else count)  # noqa: S311  no secret


def _killed(stack: Stack, server: Server, moment: Moment) -> None:
    hold = Hold(done=moment.done)
    first = len(server.gate.calls)
    server.gate.script = lambda call: hold if call.number == first + moment.call else None
    environment = {} if moment.checkpoints else NO_CHECKPOINTS
    with stack.started("up", "--yes", "--skip-preview", environment=environment) as running:
        if running.reaches(hold.reached):
            _kill(running, moment.victim)
        else:
            running.wait()
    hold.released.set()
    server.gate.script = lambda _: None


def _kill(running: Running, victim: str) -> None:
    if victim == "cli":
        running.kill()
    else:
        running.kill_provider()
        assert running.wait().tracebacks == []


@pytest.mark.parametrize("moment", _moments(4, seed=4), ids=str)
def test_nothing_is_lost_and_nothing_is_there_twice_after_a_kill(stack: Stack, server: Server, moment: Moment) -> None:
    _killed(stack.write(THIRTY), server, moment)
    stack.cancel()
    stack.up(*([] if moment.checkpoints else ["--refresh"]))
    assert_settled(stack, server, THIRTY_HOLDS)


@pytest.mark.parametrize("moment", _moments(2, seed=8), ids=str)
def test_a_price_change_that_is_killed_ends_with_one_new_price_and_one_new_version_of_each(
    stack: Stack, server: Server, moment: Moment
) -> None:
    stack.write(THIRTY).up()
    stack.edit('unit_price="1"', 'unit_price="2"')
    _killed(stack, server, moment)
    stack.cancel()
    stack.up(*([] if moment.checkpoints else ["--refresh"]))
    metered = 9  # whose old prices stay for the versions that hold them; those of fees have not changed
    assert server.account.counts() == {**THIRTY_HOLDS, "Price": THIRTY_HOLDS["Price"] + metered}
    assert len(stack.ids()["Price"]) == THIRTY_HOLDS["Price"]
    billed = [price["id"] for plan in server.account.all("Plan") for price in plan["prices"]]
    assert stack.ids()["Price"] == set(billed)
    versions = {plan["name"]: len(server.account.versions(plan["id"])) for plan in server.account.all("Plan")}
    assert versions == {"By key": 2, "Twins": 2, "By id": 1}
    assert stack.preview("--refresh").changes == {}


@pytest.mark.parametrize("environment", [{}, NO_CHECKPOINTS], ids=["checkpoints", "no checkpoints"])
def test_every_answer_to_a_post_lost_after_the_commit_is_found_again(
    stack: Stack, server: Server, environment: dict[str, str]
) -> None:
    """Only the search after a lost answer shows which object was created."""
    server.gate.script = lambda call: lose if call.method == "POST" else None
    stack.write(THIRTY).up(environment=environment)
    server.gate.script = lambda _: None
    assert_settled(stack, server, THIRTY_HOLDS)


def test_a_destroy_that_was_killed_is_mended_by_a_refresh(stack: Stack, server: Server) -> None:
    """Without checkpoints the state still holds what is gone, and a plain preview would call it unchanged."""
    stack.write(THIRTY).up()
    hold = Hold(done=True)
    server.gate.script = lambda call: hold if call.method == "DELETE" and "/features/" in call.path else None
    with stack.started("destroy", "--yes", "--skip-preview", environment=NO_CHECKPOINTS) as running:
        running.await_event(hold.reached)
        running.kill()
    hold.released.set()
    server.gate.script = lambda _: None
    assert server.account.counts().get("Feature", 0) < THIRTY_HOLDS["Feature"]
    stack.cancel()
    stack.up("--refresh")
    assert_settled(stack, server, THIRTY_HOLDS)
