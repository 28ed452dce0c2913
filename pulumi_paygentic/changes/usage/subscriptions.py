"""The subscriptions of some plans, and the moments at which they move to a new version."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from pulumi_paygentic.api import Client
from pulumi_paygentic.changes.plan_change import Moment, Move, Subscribers
from pulumi_paygentic.changes.rating.periods import boundary_after
from pulumi_paygentic.changes.usage.bill import Subscription
from pulumi_paygentic.changes.usage.wire import subscription_of

_LIVE: Final = ("active", "pending_payment")


def read_subscriptions(client: Client, plan_ids: Collection[str]) -> dict[str, tuple[Subscription, ...]]:
    """Return the live subscriptions of each plan: one call for every 100 of the account's.

    The API lists them by merchant, not by plan. Raises `PaygenticError`, and `Unreadable` for one that can't be read.
    """
    found: dict[str, list[Subscription]] = {plan_id: [] for plan_id in plan_ids}
    if found:
        for status in _LIVE:
            query = {"merchantId": client.settings.merchant_id, "status": status}
            for read in client.list("/v0/subscriptions", query):
                if read.get("planId") in found:
                    found[read["planId"]].append(subscription_of(read))
    return {plan_id: tuple(some) for plan_id, some in found.items()}


def current_end(subscription: Subscription, now: datetime) -> datetime:
    """Return the end of the period that holds the moment, or of the first one if it has not begun."""
    return boundary_after(subscription.anchor, subscription.cadence, max(now, subscription.started_at))


def subscribers(
    subscriptions: Iterable[Subscription],
    transition: Moment,
    now: datetime,
    ends: Mapping[str, datetime] | None = None,
) -> Subscribers:
    """Return the subscribers of one plan: how many follow its default version, and when they move.

    `transition` is the plan's: `now` or `period_end`. `ends` has the end of the last complete period by subscription:
    no current period ends before it, whatever the clock of this machine says. Pinned subscribers never move.
    """
    floating: list[datetime] = []
    pinned = 0
    for one in subscriptions:
        if one.is_pinned:
            pinned += 1
        else:
            floating.append(current_end(one, max(now, (ends or {}).get(one.id, now))))
    moves: list[Move] = []
    if floating:
        dated = transition == "period_end"
        first, last = min(floating).date(), max(floating).date()
        moves.append(
            Move(
                moment=transition,
                count=len(floating),
                first=first if dated else None,
                last=last if dated else None,
            )
        )
    if pinned:
        moves.append(Move(moment="never", count=pinned))
    return Subscribers(floating=len(floating), pinned=pinned, moves=tuple(moves))
