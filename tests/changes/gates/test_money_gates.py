"""The gates about money, on changes whose impact is known."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

import pytest

from pulumi_paygentic.changes.changeset import Changeset
from pulumi_paygentic.changes.gates import evaluate, parse_gate
from pulumi_paygentic.changes.impact import Amounts, CurrencyImpact, Gap, Impact, PlanImpact
from pulumi_paygentic.changes.preview import read_preview
from tests.support.previews import price_change

TODAY = date(2026, 11, 25)


def says_no(gate: str, changeset: Changeset) -> bool:
    (result,) = evaluate([parse_gate(gate)], changeset, today=TODAY)
    return result.says_no


def with_money(changeset: Changeset, old: int, new: int) -> Changeset:
    amounts = Amounts(Decimal(old), Decimal(new))
    impact = Impact(
        source="invoices",
        currencies=(CurrencyImpact(currency="USD", customers=3, subscriptions=4, amounts=amounts),),
        plans=tuple(
            PlanImpact(urn=one.urn, name=one.name, currency="USD", subscriptions=4, amounts=amounts)
            for one in changeset.plans
        ),
    )
    return dataclasses.replace(changeset, impact=impact)


@pytest.mark.parametrize(
    ("old", "new", "gate", "refuses"),
    [
        (100, 90, "revenue-drop", True),
        (100, 90, "revenue-drop>9%", True),
        (100, 90, "revenue-drop>10%", False),
        (100, 110, "revenue-drop", False),
        (0, -5, "revenue-drop>50%", True),
    ],
)
def test_a_drop_of_revenue_is_refused(old: int, new: int, gate: str, *, refuses: bool) -> None:
    change = with_money(read_preview(price_change().file()), old, new)
    assert says_no(gate, change) is refuses
    assert says_no(f"{gate} and more-than 3 customers", change) is refuses
    assert not says_no(f"{gate} and more-than 4 customers", change)


def test_money_that_could_not_be_read_is_not_taken_for_none() -> None:
    unread = Impact(source="invoices", gaps=(Gap("subscribers and revenue: 403 Forbidden", 0),))
    change = dataclasses.replace(read_preview(price_change("2", "1").file()), impact=unread)
    (result,) = evaluate([parse_gate("revenue-drop")], change, today=TODAY)
    assert result.says_no
    assert "subscribers and revenue: 403 Forbidden" in result.findings[0].text
