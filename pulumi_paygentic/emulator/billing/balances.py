"""What is left of a metered entitlement: credits issued for each of its periods, grants beside them, usage off both.

Credits are burnt as usage comes: the lowest priority first, then what ends first, then the oldest. At a reset unused
credits roll over within their limits, and new ones are issued.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal, localcontext
from itertools import pairwise
from typing import NamedTuple

from pulumi_paygentic.emulator import events, kinds, metering, rating
from pulumi_paygentic.emulator.errors import NotReproduced
from pulumi_paygentic.emulator.fields import parse_date_time
from pulumi_paygentic.emulator.metering import Question
from pulumi_paygentic.emulator.rating import Period
from pulumi_paygentic.emulator.store import Record, Store
from pulumi_paygentic.emulator.tallies import EXACT

_MOST_PERIODS = 400
_NEVER = datetime.max.replace(tzinfo=timezone.utc)
_NONE = Decimal(0)


class Balance(NamedTuple):
    """At a moment: what is left; of the period that it is in, what was used and what of that no credit covered."""

    balance: Decimal
    used: Decimal
    overage: Decimal
    start: datetime
    end: datetime | None


@dataclass(slots=True)
class Credit:
    left: Decimal
    priority: int
    begins: datetime
    ends: datetime
    least: Decimal
    most: Decimal
    """What of it rolls over a reset, at least and at most."""

    def roll_over(self) -> Decimal:
        return min(self.most, max(self.left, self.least))


def balance_of(store: Store, entitlement: Record, at: datetime) -> Balance:
    course = _Course(store, entitlement, at)
    last = course.period
    if last is None:
        return Balance(_NONE, _NONE, _NONE, parse_date_time(entitlement["activeFrom"]), None)
    end = None if last.end.year > rating.LAST_YEAR else last.end
    return Balance(
        rating.total([credit.left for credit in course.credits]), course.used, course.overage, last.start, end
    )


def covered_until(store: Store, entitlement: Record, at: datetime) -> Decimal:
    """How much of all usage so far was taken off credits."""
    return _Course(store, entitlement, at).covered


def metrics_of(store: Store, feature_id: str, merchant: str) -> list[Record]:
    """The metrics whose prices carry the feature."""
    found = {}
    for price in store.find(kinds.PRICE, merchant=merchant):
        if any(attached["featureId"] == feature_id for attached in price["features"]):
            metric = store.get(kinds.BILLABLE_METRIC, price.get("billableMetricId", ""))
            if metric is not None:
                found[metric["id"]] = metric
    return list(found.values())


class _Course:
    """The life of an entitlement up to a moment, from reset to reset."""

    def __init__(self, store: Store, entitlement: Record, at: datetime) -> None:
        self._store = store
        self._entitlement = entitlement
        self._template = entitlement["template"]
        self._metrics = metrics_of(store, entitlement["featureId"], entitlement["merchantId"])
        self._coming = sorted(_grants(store, entitlement), key=lambda grant: grant.begins)
        self._issued = Credit(_NONE, 0, _NEVER, _NEVER, _NONE, _NONE)
        self.period: Period | None = None
        self.credits: list[Credit] = []
        self.covered = self.used = self.overage = _NONE
        with localcontext(EXACT):
            for period in _periods(entitlement, at):
                self._reset(period)
                self._run(period, min(at, period.end))
        self._turn(at)

    def _reset(self, period: Period) -> None:
        """A period begins: credits roll over, new ones are issued, and overage is taken along where that is asked."""
        carried = _NONE if self.period is None else self._issued.roll_over()
        self._turn(period.start, admit=False)
        for credit in self.credits:
            credit.left = credit.roll_over()
        template, overage = self._template, self.overage
        self._issued = Credit(
            left=_decimal(template.get("issueAfterReset", 0)) + carried,
            priority=template.get("issueAfterResetPriority", 0),
            begins=period.start,
            ends=period.end,
            least=_decimal(template.get("resetMinRollover", 0)),
            most=_decimal(template.get("resetMaxRollover", 0)),
        )
        self.credits.append(self._issued)
        self.period, self.used = period, _NONE
        self.overage = self._burn(overage) if template.get("preserveOverageAtReset") else _NONE

    def _run(self, period: Period, until: datetime) -> None:
        """Usage of the period, in pieces between which no credit comes or goes."""
        turns = {turn for grant in self._coming for turn in (grant.begins, grant.ends)}
        turns |= {credit.ends for credit in self.credits}
        marks = sorted({period.start, until, *(turn for turn in turns if period.start < turn < until)})
        reached = _NONE
        for start, stop in pairwise(marks):
            self._turn(start)
            self.used = self._measured(Period(period.start, stop))
            fresh = max(self.used - reached, _NONE)
            reached += fresh  # what a metric takes back is not given back
            beyond = self._burn(fresh)
            self.covered += fresh - beyond
            self.overage += beyond

    def _turn(self, moment: datetime, *, admit: bool = True) -> None:
        """Credits come and go."""
        while admit and self._coming and self._coming[0].begins <= moment:
            self.credits.append(self._coming.pop(0))
        self.credits = [credit for credit in self.credits if credit.ends > moment]

    def _burn(self, amount: Decimal) -> Decimal:
        """Take an amount off the credits; answers what they did not cover."""
        for credit in sorted(self.credits, key=lambda credit: (credit.priority, credit.ends, credit.begins)):
            taken = min(credit.left, amount)
            credit.left -= taken
            amount -= taken
        return amount

    def _measured(self, period: Period) -> Decimal:
        customer = str(self._entitlement["customerId"])
        asked = Question(events.milliseconds(period.start), events.milliseconds(period.end), customer)
        return rating.total(
            [metering.measure(self._store, m, asked).whole.result(m["aggregation"]) for m in self._metrics]
        )


def _grants(store: Store, entitlement: Record) -> list[Credit]:
    """As they were given, in order; one that was voided ends there."""
    return [
        Credit(
            left=_decimal(grant["amount"]),
            priority=grant["priority"],
            begins=parse_date_time(grant["effectiveAt"]),
            ends=min(_moment(grant["expiresAt"]), _moment(grant["voidedAt"])),
            least=_decimal(grant["resetMinRollover"]),
            most=_decimal(grant["resetMaxRollover"]),
        )
        for grant in store.find(kinds.GRANT, {"entitlementId": entitlement["id"]})
    ]


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


def _moment(stamp: str | None) -> datetime:
    return _NEVER if stamp is None else parse_date_time(stamp)


def _decimal(number: float) -> Decimal:
    return Decimal(str(number))
