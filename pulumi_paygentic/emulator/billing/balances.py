"""What is left of a metered entitlement: an allowance for each of its periods, grants beside it, and usage off both."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from pulumi_paygentic.emulator import events, kinds, metering, rating
from pulumi_paygentic.emulator.errors import NotReproduced
from pulumi_paygentic.emulator.fields import parse_date_time
from pulumi_paygentic.emulator.metering import Question
from pulumi_paygentic.emulator.rating import Period
from pulumi_paygentic.emulator.store import Record, Store

_MOST_PERIODS = 400


class Balance(NamedTuple):
    balance: Decimal
    used: Decimal
    overage: Decimal
    start: datetime
    end: datetime | None


def balance_of(store: Store, entitlement: Record, at: datetime) -> Balance:
    """Period by period: usage takes the allowance first, then the grants, which stay until they are used up."""
    allowance = Decimal(str(entitlement["template"].get("issueAfterReset", 0)))
    grants = store.find(kinds.GRANT, {"entitlementId": entitlement["id"]})
    spent = Decimal(0)
    for period in _periods(entitlement, at):
        used = _used(store, entitlement, period)
        beyond = max(used - allowance, Decimal(0))
        granted = sum((Decimal(str(grant["amount"])) for grant in grants if _counts(grant, period, at)), Decimal(0))
        free = max(granted - spent, Decimal(0))
        if period.start <= at < period.end:
            end = None if period.end.year > rating.LAST_YEAR else period.end
            left = max(allowance - used, Decimal(0)) + max(free - beyond, Decimal(0))
            return Balance(left, used, max(beyond - free, Decimal(0)), period.start, end)
        spent += min(beyond, free)
    start = parse_date_time(entitlement["activeFrom"])
    return Balance(Decimal(0), Decimal(0), Decimal(0), start, None)


def metrics_of(store: Store, feature_id: str, merchant: str) -> list[Record]:
    """The metrics whose prices carry the feature."""
    found = {}
    for price in store.find(kinds.PRICE, merchant=merchant):
        if any(attached["featureId"] == feature_id for attached in price["features"]):
            metric = store.get(kinds.BILLABLE_METRIC, price.get("billableMetricId", ""))
            if metric is not None:
                found[metric["id"]] = metric
    return list(found.values())


def _periods(entitlement: Record, at: datetime) -> list[Period]:
    """From activation up to the period that `at` is in; without a usage period there is one, which lasts."""
    start = parse_date_time(entitlement["activeFrom"])
    if at < start:
        return []
    usage_period = entitlement["template"].get("usagePeriod")
    if usage_period is None:
        return [Period(start, start.replace(year=rating.LAST_YEAR + 1, day=1))]
    anchor = parse_date_time(usage_period["anchor"]) if "anchor" in usage_period else start
    found: list[Period] = []
    for period in rating.periods(anchor, rating.cadence(usage_period["interval"]), start):
        found.append(period)
        if at < period.end:
            break
        if len(found) == _MOST_PERIODS:
            raise NotReproduced("entitlements of so many periods")
    return found


def _counts(grant: Record, period: Period, at: datetime) -> bool:
    moment = min(at, period.end)
    if "voidedAt" in grant and grant["voidedAt"] is not None:
        return False
    expires = grant["expiresAt"]
    return parse_date_time(grant["effectiveAt"]) <= moment and (expires is None or parse_date_time(expires) > moment)


def _used(store: Store, entitlement: Record, period: Period) -> Decimal:
    asked = Question(events.milliseconds(period.start), events.milliseconds(period.end), str(entitlement["customerId"]))
    metrics = metrics_of(store, entitlement["featureId"], entitlement["merchantId"])
    return rating.total(
        [metering.measure(store, metric, asked).whole.result(metric["aggregation"]) for metric in metrics]
    )
