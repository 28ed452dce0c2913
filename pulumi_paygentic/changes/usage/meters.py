"""Usage from meters, by subject: one call for each metric and window, instead of one for each invoice."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from pulumi_paygentic.api import Client, Forbidden
from pulumi_paygentic.changes.impact import Gap
from pulumi_paygentic.changes.plan_change import PlanChange
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.rating.periods import boundary_after, whole_window
from pulumi_paygentic.changes.usage.bill import Bill, BilledLine, Subscription, Usage
from pulumi_paygentic.changes.usage.invoices import NO_PERIOD, Progress, permission, silent
from pulumi_paygentic.changes.usage.subscriptions import read_subscriptions
from pulumi_paygentic.changes.usage.wire import Unreadable, exact

_MOST_WINDOWS: Final = 24
"""The number of different periods that are asked for one by one; with more, one common window stands for all."""
_GROUPS_PER_CALL: Final = 500
_PATH: Final = "/v0/billableMetrics/{id}/meter"
_TICK: Final = timedelta(microseconds=1)

Window = tuple[datetime, datetime]

IN_COMMON: Final = (
    "The subscriptions have many different periods: usage is that of one common window, {start:%Y-%m-%d} to"
    " {end:%Y-%m-%d}."
)
FROM_METERS: Final = (
    "Usage is what the meters count, before allowances, grants and discounts; fees are charged for one full period."
)


def read_meters(
    client: Client,
    metrics: Mapping[str, Collection[str]],
    currencies: Mapping[str, str],
    now: datetime,
    *,
    progress: Progress = silent,
) -> Usage:
    """Return the usage of every live subscription in its last complete period, from meters.

    `metrics` has the ids of the metrics by plan, `currencies` the ISO codes. Meters know no invoices, so there is no
    proof line. A key that may not read something leads to a gap. Raises other `PaygenticError`s, and `Unreadable`.
    """
    try:
        subscriptions = read_subscriptions(client, metrics.keys())
    except Forbidden as error:
        return Usage(source="meters", gaps=(Gap(f"the subscribers: {permission(error)}", 0),))
    everyone = [one for some in subscriptions.values() for one in some]
    own = {one.id: last_period(one, now) for one in everyone}
    periods = {name: window for name, window in own.items() if window is not None}
    windows, notes = _windows(everyone, periods)
    asked = sorted(
        {(metric, windows[one.id]) for one in everyone if one.id in windows for metric in metrics[one.plan_id]}
    )
    used: dict[tuple[str, Window], dict[str, Decimal]] = {}
    try:
        for done, (metric, window) in enumerate(asked, 1):
            used[metric, window] = dict(_by_subject(client, metric, window))
            progress("meters", done, len(asked))
    except Forbidden as error:
        gap = Gap(f"what subscriptions used: {permission(error)}", len(everyone))
        return Usage(source="meters", subscriptions=subscriptions, gaps=(gap,))
    bills = tuple(
        Bill(
            subscription=one,
            start=periods[one.id][0],
            end=periods[one.id][1],
            currency=currencies[one.plan_id],
            lines=tuple(
                BilledLine(
                    kind="usage",
                    source_id=metric,
                    quantity=used[metric, windows[one.id]].get(one.customer_id, Decimal(0)),
                    start=periods[one.id][0],
                    end=periods[one.id][1],
                )
                for metric in sorted(metrics[one.plan_id])
            ),
        )
        for one in everyone
        if one.id in windows
    )
    without = len(everyone) - len(bills)
    return Usage(
        source="meters",
        subscriptions=subscriptions,
        bills=bills,
        gaps=(Gap(NO_PERIOD, without),) if without else (),
        notes=(FROM_METERS, *notes),
    )


def metrics_of(plan: PlanChange) -> frozenset[str]:
    """Return the ids of the metrics that a plan charges for, before or after; a new one has none yet."""
    prices = (price for line in plan.lines for price in (line.before, line.after))
    sources = (price.source for price in prices if isinstance(price, Pricing))
    return frozenset(source.id for source in sources if source.kind == "metric" and source.id is not None)


def last_period(subscription: Subscription, now: datetime) -> Window | None:
    """Return the last period that has ended, cut at the subscription's start; None if its first is not over."""
    current = boundary_after(subscription.anchor, subscription.cadence, now)
    running, _ = whole_window(subscription.anchor, subscription.cadence, current)
    start, end = whole_window(subscription.anchor, subscription.cadence, running)
    return (max(start, subscription.started_at), end) if end > subscription.started_at else None


def _windows(
    everyone: Collection[Subscription], periods: Mapping[str, Window]
) -> tuple[dict[str, Window], tuple[str, ...]]:
    """Return the window to ask the meters for, by subscription: its own period, or a common one where they are many."""
    if len(set(periods.values())) <= _MOST_WINDOWS:
        return dict(periods), ()
    windows: dict[str, Window] = {}
    notes: list[str] = []
    for cadence in dict.fromkeys(one.cadence for one in everyone):
        those = [one for one in everyone if one.cadence == cadence and one.id in periods]
        if not those:
            continue
        last = max(those, key=lambda one: periods[one.id][1])
        end = periods[last.id][1]
        common = whole_window(last.anchor, cadence, end)
        windows |= dict.fromkeys((one.id for one in those), common)
        notes.append(IN_COMMON.format(start=common[0], end=common[1]))
    return windows, tuple(notes)


def _by_subject(client: Client, metric: str, window: Window) -> Iterator[tuple[str, Decimal]]:
    """Yield the value of every subject of the metric: one call for every 500."""
    offset = 0
    while True:
        query = {
            "from": _text(window[0]),
            "to": _text(window[1]),
            "groupBy": "subject",
            "groupLimit": _GROUPS_PER_CALL,
            "groupOffset": offset,
        }
        page = client.get(_PATH, query, id=metric)
        groups = page.get("groupedValues")
        if not isinstance(groups, list):
            msg = f"the meter of {metric} can't be read: there is no list of its groups"
            raise Unreadable(msg)
        for group in groups:
            try:
                yield str(group["groupBy"]["subject"]), exact(group["value"])
            except (KeyError, TypeError) as error:
                msg = f"the meter of {metric} can't be read: a group lacks {error}"
                raise Unreadable(msg) from None
        offset += len(groups)
        if len(groups) < _GROUPS_PER_CALL:
            return


def _text(moment: datetime) -> str:
    return (moment.replace(tzinfo=None)).isoformat(timespec="milliseconds") + "Z"
