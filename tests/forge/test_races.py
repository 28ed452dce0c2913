"""Several runs at once, in every order: at the end one comment of ours is current, and it is the newest run's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.forge import ForgeError, Mark, Notice, publish
from tests.forge.support.server import BAD_GATEWAY, CUT_AFTER, CUT_BEFORE, LATE_GATEWAY, Fault, Request, Response
from tests.forge.support.world import World, notice, world
from tests.support.profiles import cases

LIMITED = Fault(Response(429, {"message": "slow down"}, {"Retry-After": "3"}))
FAULTS = [BAD_GATEWAY, CUT_AFTER, CUT_BEFORE, LATE_GATEWAY, LIMITED]


class Killed(BaseException):
    """The run's job was cancelled."""


@dataclass
class Run:
    """A run in a thread of its own, which waits before each request and each pause until it is its turn."""

    what: Notice
    kill_at: int | None = None
    thread: threading.Thread | None = None
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    waits: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    pausing: bool = False
    finished: bool = False
    failed: bool = False
    steps: int = 0

    def step(self, *, pausing: bool) -> None:
        self.pausing = pausing
        self.waits.release()
        self.turn.acquire()
        self.steps += 1
        if self.steps == self.kill_at:
            raise Killed

    def end(self) -> None:
        """Wait for the thread; one that waits for a turn that never comes is killed."""
        if not self.finished:
            self.kill_at = self.steps + 1
            self.turn.release()
        assert self.thread is not None
        self.thread.join()


class Stepping:
    """A board whose every operation waits for the run's turn."""

    def __init__(self, board: Any, run: Run) -> None:
        self._board = board
        self._run = run

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._board, name)
        if not callable(value):
            return value

        def stepped(*args: Any, **kwargs: Any) -> Any:
            self._run.step(pausing=False)
            result = value(*args, **kwargs)
            return list(result) if name == "items" else result

        return stepped


def play(at: World, runs: list[Run], order: Callable[[list[Run]], Run], board: str) -> None:
    """Let one run at a time take one step, as `order` chooses.

    A pause ends only when nobody is between a read and a write: it is longer than that. No thread is left, also if
    `order` raises, as it does where Hypothesis breaks an example off: the interpreter would wait for it for ever.
    """

    def body(run: Run) -> None:
        try:
            with at.board(board) as opened:
                stepping: Any = Stepping(opened, run)
                publish(stepping, run.what, sleep=lambda _: run.step(pausing=True))
        except (ForgeError, Killed):
            run.failed = True
        finally:
            run.finished = True
            run.waits.release()

    for run in runs:
        run.thread = threading.Thread(target=body, args=(run,))
        run.thread.start()
        run.waits.acquire()
    try:
        while live := [run for run in runs if not run.finished]:
            busy = [run for run in live if not run.pausing]
            run = order(busy or live)
            run.turn.release()
            run.waits.acquire()
    finally:
        for run in runs:
            run.end()


@contextmanager
def place(forge: Literal["github", "gitlab"], others: int) -> Iterator[World]:
    with world(forge) as at:
        at.fill(others)
        yield at


def current(at: World, board: str) -> list[Mark]:
    """The marks of what a reader sees as current: comments, or open issues."""
    entries = at.comments if board == "comments" else [issue for issue in at.issues if not issue.closed]
    marks = (Mark.read(entry.body) for entry in entries if entry.author == at.bot)
    return [mark for mark in marks if mark]


def test_a_play_that_is_broken_off_leaves_no_thread() -> None:
    def broken_off(live: list[Run]) -> Run:
        raise LookupError(len(live))

    runs = [Run(notice(minute, "run")) for minute in range(3)]
    with place("github", 0) as at, pytest.raises(LookupError):
        play(at, runs, broken_off, "comments")
    assert [run.thread.is_alive() for run in runs if run.thread] == [False] * 3


FORGES = st.sampled_from(["github", "gitlab"])
BOARDS = st.sampled_from(["comments", "issues"])
MINUTES = st.lists(st.integers(0, 3), min_size=1, max_size=4)


@given(data=st.data(), forge=FORGES, board=BOARDS, minutes=MINUTES, before=st.lists(st.integers(0, 4), max_size=3))
@cases(30)
def test_whatever_the_order_and_the_failures_the_newest_run_alone_is_current(
    data: st.DataObject, forge: Literal["github", "gitlab"], board: str, minutes: list[int], before: list[int]
) -> None:
    with place(forge, data.draw(st.sampled_from([0, 3, 120]))) as at:
        make = at.service.comment if board == "comments" else at.service.issue
        for minute in before:
            make(at.bot, notice(minute, f"before {minute}").body(60_000))
        runs = [Run(notice(minute, f"run {number}")) for number, minute in enumerate(minutes)]
        faults = iter(data.draw(st.lists(st.sampled_from([None, None, None, *FAULTS]), max_size=4)))
        at.server.faults.extend(faults)
        play(at, runs, lambda live: data.draw(st.sampled_from(live)), board)
        assert not any(run.failed for run in runs)
        newest = max(
            [*(run.what.mark for run in runs), *(notice(minute, f"before {minute}").mark for minute in before)],
            key=lambda mark: mark.order,
        )
        assert current(at, board) == [newest]


@given(data=st.data(), forge=FORGES, minutes=MINUTES)
@cases(20)
def test_after_any_kill_the_next_run_leaves_one_current_comment(
    data: st.DataObject, forge: Literal["github", "gitlab"], minutes: list[int]
) -> None:
    with place(forge, 0) as at:
        kills = [data.draw(st.one_of(st.none(), st.integers(1, 5))) for _ in minutes]
        runs = [
            Run(notice(minute, f"run {number}"), kill)
            for number, (minute, kill) in enumerate(zip(minutes, kills, strict=True))
        ]
        play(at, runs, lambda live: data.draw(st.sampled_from(live)), "comments")
        last = notice(9, "the last")
        at.post(last)
        assert current(at, "comments") == [last.mark]


@given(data=st.data(), minutes=MINUTES)
@cases(12)
def test_a_comment_never_goes_back_to_an_older_state_while_nobody_else_writes(
    data: st.DataObject, minutes: list[int]
) -> None:
    with place("gitlab", 0) as at:
        seen: list[Mark] = []

        def watch(_: Request) -> None:
            seen.extend(current(at, "comments"))

        at.server.before = watch
        at.server.faults.extend(data.draw(st.lists(st.sampled_from([None, None, *FAULTS]), max_size=4)))
        for number, minute in enumerate(minutes):
            at.post(notice(minute, f"run {number}"))
        assert [mark.order for mark in seen] == sorted(mark.order for mark in seen)
