"""Credits over time, held against a day-by-day sum of the test's own."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.emulator import running
from tests.emulator.support.merchant import Json, Merchant, merchant_of
from tests.support.profiles import cases

MONTHS = (1, 32, 60, 91)
"""The first days of the months of 2030, counted from the year's first."""


class Grant(NamedTuple):
    amount: int
    begins: int
    lasts: int
    priority: int

    @property
    def ends(self) -> int:
        return self.begins + self.lasts


class Pot:
    """Some credits: how many are left, when they come and go, and in which order they are used."""

    def __init__(self, left: Fraction, begins: int, ends: int, priority: int) -> None:
        self.left, self.begins, self.ends, self.priority = left, begins, ends, priority

    def take(self, amount: Fraction) -> Fraction:
        taken = min(self.left, amount)
        self.left -= taken
        return taken


days = st.integers(1, 88)
grants = st.lists(st.builds(Grant, st.integers(1, 9), days, st.integers(1, 40), st.integers(-1, 1)), max_size=4)
usage = st.lists(st.tuples(days, st.decimals("0.1", 9, places=1)), max_size=8)
templates = st.fixed_dictionaries(
    {"issueAfterReset": st.integers(0, 9), "isSoftLimit": st.booleans()},
    optional={"resetMaxRollover": st.integers(0, 9), "resetMinRollover": st.integers(0, 3)},
)


@pytest.fixture(scope="module")
def alone() -> Iterator[Merchant]:
    with running() as emulator, merchant_of(emulator) as merchant:
        yield merchant


@given(template=templates, granted=grants, used=usage)
@cases(25)
def test_what_credits_cover_is_discounted_and_no_more_however_usage_and_grants_come(
    alone: Merchant, template: Json, granted: list[Grant], used: list[tuple[int, Decimal]]
) -> None:
    alone.call("POST", "/_emulator/reset", expect=204)
    alone.call("POST", "/_emulator/clock", {"now": "2030-01-01T00:00:00Z"})
    product = alone.product()
    metric = alone.metric(product, aggregation="SUM", valueProperty="$.n")
    monthly = {"type": "metered", "usagePeriod": {"interval": "P1M"}, **template}
    feature = {"featureId": alone.feature(product, "metered", "calls"), "entitlementTemplate": monthly}
    price = alone.price(metric, "1", feature=feature, grantDiscountEnabled=True)
    subscription = alone.subscription(alone.plan(product, [price])["id"], startedAt="2030-01-01T00:00:00Z")
    customer = subscription["customerId"]
    [entitlement] = alone.get(f"/v1/entitlements?customerId={customer}")["data"]
    for number, grant in enumerate(granted):
        when = {"effectiveAt": _moment(grant.begins), "expiresAt": _moment(min(grant.ends, 90))}
        body = {"amount": grant.amount, "idempotencyKey": str(number), "priority": grant.priority, **when}
        alone.call("POST", f"/v1/entitlements/{entitlement['entitlementId']}/grants", body, expect=201)
    for day, n in used:
        event = {"type": "request", "source": "t", "subject": customer, "timestamp": _moment(day, 12)}
        alone.call("POST", "/v0/events", {**event, "data": {"n": str(n)}}, expect=202)
    alone.call("POST", "/_emulator/clock", {"now": "2030-04-02T00:00:00Z"})

    invoices = alone.get(f"/v2/invoices?subscriptionId={subscription['id']}")["data"]
    issued = sorted(invoices, key=lambda invoice: int(invoice["sequenceNumber"]))[:3]
    for invoice, (covered, total) in zip(issued, _burnt(template, granted, used), strict=True):
        lines = alone.get(f"/v2/invoices/{invoice['id']}/lineItems")["lineItems"]
        charged = total if template["isSoftLimit"] else covered
        expected = {"usage": charged, "discount": -covered}
        found = {line["eventType"]: Fraction(str(line["quantity"])) for line in lines}
        assert found == {name: quantity for name, quantity in expected.items() if quantity}
        assert Fraction(invoice["grandTotal"]) == charged - covered


def _moment(day: int, hour: int = 0) -> str:
    month = max(n for n, first in enumerate(MONTHS, start=1) if first <= day)
    return f"2030-{month:02}-{day - MONTHS[month - 1] + 1:02}T{hour:02}:00:00Z"


def _burnt(template: Json, granted: list[Grant], used: list[tuple[int, Decimal]]) -> list[tuple[Fraction, Fraction]]:
    """For each month, what credits covered and what was used."""
    pots = [Pot(Fraction(g.amount), g.begins, min(g.ends, 90), g.priority) for g in granted]
    most, least = Fraction(template.get("resetMaxRollover", 0)), Fraction(template.get("resetMinRollover", 0))
    result, issued = [], None
    for first, following in pairwise(MONTHS):
        carried = Fraction(0) if issued is None else min(most, max(issued.left, least))
        issued = Pot(Fraction(template["issueAfterReset"]) + carried, first, following, 0)
        covered = total = Fraction(0)
        for day in range(first, following):
            live = [pot for pot in (issued, *pots) if pot.begins <= day < pot.ends]
            amount = sum((Fraction(n) for at, n in used if at == day), Fraction(0))
            total += amount
            for pot in sorted(live, key=lambda pot: (pot.priority, pot.ends, pot.begins)):
                taken = pot.take(amount)
                amount, covered = amount - taken, covered + taken
        result.append((covered, total))
    return result
