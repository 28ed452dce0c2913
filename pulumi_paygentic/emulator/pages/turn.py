"""A page's turn at the store, as each call of the API has one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pulumi_paygentic.emulator.billing import schedule
from pulumi_paygentic.emulator.routing import Emulator


@contextmanager
def turn(emulator: Emulator) -> Iterator[None]:
    """All or nothing, after everything that is due by now."""
    with emulator.store.transaction():
        schedule.catch_up(emulator.store, emulator.clock.now())
        yield
