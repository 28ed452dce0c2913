"""The pacer: lets calls begin one after another, no faster than a rate, over all threads that share it.

No maintained library fits. `aiolimiter` is for asyncio only. `pyrate-limiter`, `throttled-py` and `limits` count whole
hits in a window, so that a window's worth leaves at once; they sleep by `time.sleep`, which no cancellation ends; and
they cannot hold all threads back after one of them got a 429. The buckets that `pyrate-limiter` shares between
processes have the same window, and need SQLite and a lock file each.
"""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING

from pulumi_paygentic.api.pace_file import PaceFile, pace_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_paygentic.api.settings import Settings


class Pacer:
    """Gives out turns, in the order in which they are asked for, `1 / rate` seconds apart.

    `rate` is in calls per second; None gives turns at once, and `hold` still holds everybody back. `clock` counts
    seconds and must be the one that the `sleep` given to `wait` follows. `shared` has the turns of other processes,
    which count as soon as there is a rate.
    """

    def __init__(
        self,
        rate: float | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        shared: PaceFile | None = None,
    ) -> None:
        self._interval = 1 / rate if rate else 0.0
        self._file = shared
        self._clock = clock
        self._lock = threading.Lock()
        self._next = -math.inf
        self._holds = 0

    def slow_to(self, rate: float | None) -> None:
        """Adopt `rate` if it is slower: of two clients for one account the slower one counts."""
        with self._lock:
            self._interval = max(self._interval, 1 / rate if rate else 0.0)

    def hold(self, seconds: float) -> None:
        """Give out no turn in the next `seconds`, not even to those who wait for theirs already."""
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)
            self._holds += 1
            if shared := self._shared:
                shared.hold(seconds)

    def wait(self, sleep: Callable[[float], object], *, until: float = math.inf) -> bool:
        """Sleep until it is the caller's turn. Return False, without sleeping, if that would be later than `until`."""
        while True:
            with self._lock:
                now = self._clock()
                turn = max(self._next, now)
                if turn > until:
                    return False
                if shared := self._shared:
                    delay = shared.claim(self._interval, after=turn - now, within=until - now)
                    if delay is None:
                        return False
                    turn = now + delay
                self._next = turn + self._interval
                holds = self._holds
            if turn == now:
                return True
            sleep(turn - now)
            with self._lock:
                shared = self._shared
                if holds == self._holds and not (shared and shared.is_held):
                    return True

    @property
    def _shared(self) -> PaceFile | None:
        return self._file if self._interval else None


_pacers: dict[tuple[str, str], Pacer] = {}
_pacers_lock = threading.Lock()


def shared_pacer(settings: Settings) -> Pacer:
    """Return the process's one pacer for the account of `settings`: address and key, because limits are counted so.

    With a rate, it shares the turns with the user's other processes on this machine.
    """
    account = settings.base_url, settings.api_key
    with _pacers_lock:
        pacer = _pacers.get(account)
        if pacer is None:
            pacer = _pacers[account] = Pacer(shared=pace_file(*account))
    pacer.slow_to(settings.requests_per_second)
    return pacer
