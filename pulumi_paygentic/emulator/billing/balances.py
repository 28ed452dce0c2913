"""Balances of metered entitlements: credits issued for each period and grants, less the usage."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from decimal import Decimal, localcontext
from itertools import pairwise
from typing import NamedTuple

from pulumi_paygentic.emulator.billing import rating
from pulumi_paygentic.emulator.billing.credits import NEVER, Credit, State, decimal
from pulumi_paygentic.emulator.billing.rating import Period
from pulumi_paygentic.emulator.errors import OperationNotImplemented
from pulumi_paygentic.emulator.metering import measurement
from pulumi_paygentic.emulator.metering.aggregation import EXACT
from pulumi_paygentic.emulator.metering.measurement import UsageQuery
from pulumi_paygentic.emulator.storage import clock, durations, kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time
from pulumi_paygentic.emulator.storage.durations import Duration
from pulumi_paygentic.emulator.storage.store import Record, Store

MOST_PERIODS = 20_000
"""The most periods of an entitlement that one request computes."""
_NONE = Decimal(0)


class Balance(NamedTuple):
    """The balance at a moment, and of the period around it the usage and the part that no credit covered."""

    balance: Decimal
    used: Decimal
    overage: Decimal
    start: datetime
    end: datetime | None


def balance_of(store: Store, entitlement: Record, at: datetime) -> Balance:
    timeline = CreditTimeline(store, entitlement)
    if timeline.periods_until(at) > MOST_PERIODS:
        raise OperationNotImplemented("entitlements of so many periods")
    state = timeline.at(at)
    last = state.period
    if last is None:
        return Balance(_NONE, _NONE, _NONE, parse_date_time(entitlement["activeFrom"]), None)
    end = None if last.end.year > rating.LAST_YEAR else last.end
    return Balance(rating.total([credit.left for credit in state.credits]), state.used, state.overage, last.start, end)


def metrics_of(store: Store, feature_id: str, merchant: str) -> list[Record]:
    """The metrics whose prices carry the feature."""
    found = {}
    for price in store.find(kinds.PRICE, merchant=merchant):
        if any(attached["featureId"] == feature_id for attached in price["features"]):
            metric = store.get(kinds.BILLABLE_METRIC, price.get("billableMetricId", ""))
            if metric is not None:
                found[metric["id"]] = metric
    return list(found.values())


class CreditTimeline:
    """The credits of an entitlement from reset to reset. A later moment is computed from the last one."""

    def __init__(self, store: Store, entitlement: Record) -> None:
        self._store = store
        self._entitlement = entitlement
        self._metrics = metrics_of(store, entitlement["featureId"], entitlement["merchantId"])
        self._ahead = _periods(entitlement)
        self._next = next(self._ahead, None)
        coming = sorted(_grants(store, entitlement), key=lambda grant: grant.begins)
        self._state = State(coming, Credit(_NONE, 0, NEVER, NEVER, _NONE, _NONE))

    def periods_until(self, at: datetime) -> int:
        """Estimate the number of periods that begin until a moment."""
        interval = _interval(self._entitlement)
        return 1 if interval is None else (at - parse_date_time(self._entitlement["activeFrom"])) // interval.average

    def at(self, moment: datetime) -> State:
        """Compute the state at a moment, which must not lie before the previous one."""
        with localcontext(EXACT):
            while self._next is not None and self._next.end <= moment:
                self._run(self._state, self._next, self._next.end)
                self._next = next(self._ahead, None)
            state = deepcopy(self._state)
            if self._next is not None and self._next.start <= moment:
                self._run(state, self._next, moment)
        state.advance(moment)
        return state

    def _run(self, state: State, period: Period, until: datetime) -> None:
        """Apply a period's usage, in pieces within which no credit begins or ends."""
        state.reset(period, self._entitlement["template"])
        turns = {turn for grant in state.coming for turn in (grant.begins, grant.ends)}
        turns |= {credit.ends for credit in state.credits}
        marks = sorted({period.start, until, *(turn for turn in turns if period.start < turn < until)})
        reached = _NONE
        for start, stop in pairwise(marks):
            state.advance(start)
            state.used = self._measured(Period(period.start, stop))
            fresh = max(state.used - reached, _NONE)
            reached += fresh  # a falling metric returns no credits
            beyond = state.burn(fresh)
            state.covered += fresh - beyond
            state.overage += beyond

    def _measured(self, period: Period) -> Decimal:
        customer = str(self._entitlement["customerId"])
        asked = UsageQuery(clock.milliseconds(period.start), clock.milliseconds(period.end), customer)
        return rating.total(
            [measurement.measure(self._store, m, asked).whole.result(m["aggregation"]) for m in self._metrics]
        )


class CreditTimelines:
    """The credit timelines of a subscription's entitlements, for billing several periods in one go."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._timelines: dict[str, CreditTimeline] = {}

    def covered_within(self, entitlement: Record, period: Period) -> Decimal:
        """Compute the usage of a period that credits covered. Periods must be asked for in their order."""
        timeline = self._timelines.get(entitlement["id"])
        if timeline is None:
            timeline = self._timelines[entitlement["id"]] = CreditTimeline(self._store, entitlement)
        before, after = (timeline.at(moment).covered for moment in period)
        return rating.total([after, -before])


def _grants(store: Store, entitlement: Record) -> list[Credit]:
    """List an entitlement's grants as credits, oldest first; a voided grant ends when it was voided."""
    return [
        Credit(
            left=decimal(grant["amount"]),
            priority=grant["priority"],
            begins=parse_date_time(grant["effectiveAt"]),
            ends=min(_moment(grant["expiresAt"]), _moment(grant["voidedAt"])),
            least=decimal(grant["resetMinRollover"]),
            most=decimal(grant["resetMaxRollover"]),
        )
        for grant in store.find(kinds.GRANT, {"entitlementId": entitlement["id"]})
    ]


def _periods(entitlement: Record) -> Iterator[Period]:
    """Yield an entitlement's periods from its activation; without a usage period there is one, which never ends."""
    start, interval = parse_date_time(entitlement["activeFrom"]), _interval(entitlement)
    if interval is None:
        return iter([Period(start, start.replace(year=rating.LAST_YEAR + 1, day=1))])
    anchor = entitlement["template"]["usagePeriod"].get("anchor")
    return rating.periods(start if anchor is None else parse_date_time(anchor), interval, start)


def _interval(entitlement: Record) -> Duration | None:
    usage_period = entitlement["template"].get("usagePeriod")
    return None if usage_period is None else durations.parse(usage_period["interval"])


def _moment(stamp: str | None) -> datetime:
    return NEVER if stamp is None else parse_date_time(stamp)
