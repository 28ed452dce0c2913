"""Test clocks: the time of the subscriptions created on them. It stands still until it is advanced."""

from __future__ import annotations

from datetime import datetime

from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time
from pulumi_paygentic.emulator.storage.store import Record, Store


def time_of(store: Store, subscription: Record, now: datetime) -> datetime:
    """The present time of a subscription: that of its test clock, if it has one."""
    clock = store.get(kinds.TEST_CLOCK, subscription.get("testClockId", ""))
    return now if clock is None else parse_date_time(clock["currentTime"])
