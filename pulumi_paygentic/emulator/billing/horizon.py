"""The limit of one move of a clock, so that no request has to bill for minutes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from pulumi_paygentic.emulator.billing import price_snapshots
from pulumi_paygentic.emulator.errors import refuse
from pulumi_paygentic.emulator.storage import clock, durations, kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time
from pulumi_paygentic.emulator.storage.store import Record, Store

MOST_PERIODS = 50_000
"""Of all subscriptions together, their fees and their entitlements: a few seconds."""
_NOTHING = timedelta()


def check_move(store: Store, field: str, moment: datetime, clock_id: str | None = None) -> None:
    """Refuse a move of the emulator's clock, or of a test clock, that would open too many periods at once."""
    time, opened = clock.milliseconds(moment), 0
    rows = store.sql(  # a subscription that waits for its first payment opens its periods then
        "SELECT subscription, period_end FROM billing WHERE clock IS ? AND (next <= ? OR sequence = 0)",
        (clock_id, time),
    )
    for subscription_id, billed_until in rows:
        subscription = store.get(kinds.SUBSCRIPTION, subscription_id)
        if subscription is not None and subscription["status"] != "terminated":
            opened += sum(_opened(store, subscription, clock.moment(min(billed_until, time)), moment))
    if opened > MOST_PERIODS:
        raise refuse(
            field,
            f"is too far: about {opened:,} periods of subscriptions, fees and entitlements would be billed at once, and"
            f" at most {MOST_PERIODS:,} are; move the clock less far",
            "out_of_range",
        )


def _opened(store: Store, subscription: Record, billed_until: datetime, moment: datetime) -> Iterator[int]:
    """Estimate the periods that a move opens: of a subscription, of its fees, of its entitlements."""
    ends = min(moment, parse_date_time(subscription.get("endingAt", "9999-01-01T00:00:00Z")))
    span = max(ends - billed_until, _NOTHING)
    yield span // durations.parse(subscription["billingCadence"]).average
    for term in price_snapshots.snapshot(store, subscription):
        every = durations.parse(term["price"]["billingCadence"] or "P0D")
        if every.recurs and not price_snapshots.is_metered(term):
            yield span // durations.at_least_daily(every).average
    for entitlement in store.find(kinds.ENTITLEMENT, {"subscriptionId": subscription["id"]}):
        usage_period = entitlement["template"].get("usagePeriod")
        if usage_period is not None:  # its balance is computed from its activation
            lived = max(ends - parse_date_time(entitlement["activeFrom"]), _NOTHING)
            yield lived // durations.parse(usage_period["interval"]).average
