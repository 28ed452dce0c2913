"""The way of a submission: it is admitted, waits for its turn, runs, and is billed."""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any

from typing_extensions import Self

from service import sandbox
from service.billing import Billing, BillingError, Refused, Unavailable
from service.languages import LANGUAGES
from service.ledger import Ledger, Submission, now
from service.sandbox import Limits, Outcome

_log = logging.getLogger(__name__)


class Busy(Exception):
    """As many submissions are under way as the service takes at once."""


class Submissions:
    """At most `runs` run at once, and at most `waiting` more wait for their turn."""

    def __init__(  # noqa: PLR0913 - each is a setting of its own
        self,
        billing: Billing,
        ledger: Ledger,
        limits: Limits,
        *,
        runs: int = 2,
        waiting: int = 100,
        sweep_seconds: float = 30,
    ) -> None:
        self._billing = billing
        self._ledger = ledger
        self._limits = limits
        self._most = runs + waiting
        self._turn = asyncio.Semaphore(runs)
        self._sweep_seconds = sweep_seconds
        self._admitted = 0
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._sweeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Settle what the service left when it last ended."""
        if interrupted := self._ledger.interrupt():
            _log.warning("%d submissions were interrupted when the service ended: they are not billed", interrupted)
        self._sweeper = asyncio.create_task(self._sweep())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        tasks = [*self._under_way.values(), *([self._sweeper] if self._sweeper else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._ledger.interrupt()

    @property
    def under_way(self) -> int:
        return len(self._under_way)

    async def submit(self, customer: str, language: str, code: str) -> Submission:
        """Take a submission, if the customer can pay for it. Of one that is refused nothing is run, kept or billed."""
        if self._admitted >= self._most:
            raise Busy
        self._admitted += 1
        try:
            tier, is_run = LANGUAGES[language]
            asked = Submission(secrets.token_hex(16), customer, language, tier)
            reservation = await self._billing.reserve(asked, self._limits.seconds if is_run else 0)
            taken = replace(asked, reservation=reservation)
            if not is_run:
                taken = replace(taken, status="accepted", started=now(), seconds=0)
            self._ledger.add(taken)
            self._start(taken, partial(self._run_and_bill, code) if is_run else self._bill)
        except (Refused, Unavailable) as error:
            _log.warning("a submission can't be admitted: %s", error)
            raise
        finally:
            self._admitted -= 1
        return taken

    async def result(self, submission_id: str, wait: float = 0) -> Submission | None:
        """What the ledger says of it, at the latest after so many seconds of waiting for its end."""
        task = self._under_way.get(submission_id)
        if task is not None and wait:
            await asyncio.wait([task], timeout=wait)
        return self._ledger.find(submission_id)

    def _start(self, submission: Submission, work: Callable[[str], Awaitable[None]]) -> asyncio.Task[None]:
        """Do it in the background, where `result` finds it."""
        self._admitted += 1

        async def carry_out() -> None:
            try:
                await work(submission.id)
            except sqlite3.Error as error:
                _log.error("submission %s: the ledger can't be written: %s", submission.id, error)
            finally:
                self._admitted -= 1
                del self._under_way[submission.id]

        task = self._under_way[submission.id] = asyncio.create_task(carry_out())
        return task

    async def _run_and_bill(self, code: str, submission_id: str) -> None:
        async with self._turn:
            self._ledger.update(submission_id, status="running", started=now())
            try:
                outcome = await sandbox.run(code, self._limits)
            except OSError as error:
                _log.error("submission %s could not be run, and is not billed: %s", submission_id, error.strerror)
                self._ledger.update(submission_id, status="interrupted")
                return
        self._ledger.update(submission_id, **_used(outcome, self._limits))
        await self._bill(submission_id)

    async def _bill(self, submission_id: str) -> None:
        """Bill it, or leave it to the next sweep."""
        submission = self._ledger.find(submission_id)
        assert submission is not None  # noqa: S101 - the ledger forgets nothing
        try:
            self._ledger.update(submission_id, usage=await self._billing.report(submission))
        except Unavailable as error:
            _log.warning("submission %s is not billed yet: %s", submission_id, error)
        except BillingError as error:
            _log.error("submission %s can't be billed: %s", submission_id, error)
            self._ledger.update(submission_id, refused=str(error))

    async def _sweep(self) -> None:
        """Bill what is left over from a crash, or from a time when the API did not answer or the disk was full."""
        while True:
            try:
                left = self._ledger.unbilled()
            except sqlite3.Error as error:
                _log.error("the ledger can't be read: %s", error)
                left = []
            for submission in left:
                if submission.id not in self._under_way:
                    await self._start(submission, self._bill)
            await asyncio.sleep(self._sweep_seconds)


def _used(outcome: Outcome, limits: Limits) -> dict[str, Any]:
    """What ran is billed however it ended: begun seconds count whole, up to those that were reserved."""
    return {
        "status": "stopped" if outcome.stopped_by else "finished",
        "exit_code": outcome.exit_code,
        "stopped_by": outcome.stopped_by,
        "output": outcome.output,
        "seconds": min(max(math.ceil(outcome.elapsed), 1), limits.seconds),
    }
