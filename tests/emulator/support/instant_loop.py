"""An event loop whose time passes only by being waited for, so that delays are exact and take no time."""

import asyncio
import selectors
from collections.abc import Iterator
from contextlib import contextmanager


class _Jump(selectors.DefaultSelector):
    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(timeout if timeout is None else 0)
        if timeout is not None and not ready:
            self.now += max(timeout, 0)
        return ready


class InstantLoop(asyncio.SelectorEventLoop):
    """It jumps to the next timer when there is nothing else to do."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.now


@contextmanager
def instant_loop() -> Iterator[InstantLoop]:
    loop = InstantLoop()
    try:
        yield loop
    finally:
        loop.close()
