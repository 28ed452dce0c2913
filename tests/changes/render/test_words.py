"""Amounts, tiers, terms and people in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pulumi_paygentic.changes.changeset import LineChange, Move, PlanChange, Subscribers
from pulumi_paygentic.changes.comparison import BandChange, compare
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.render import words
from pulumi_paygentic.changes.render.money import bar, money, percent, total
from pulumi_paygentic.changes.render.rows import rows

PLAN = PlanChange(urn="u", name="P", name_before="P", resource="p", op="update", currency="USD", currency_before="USD")
LINE = LineChange(key="k", name="Calls", name_before="Calls", unit="call")


def pricing(**inputs: Any) -> Pricing:
    return Pricing.of({"unit_price": "2", "payment_term": "in_arrears", **inputs}, {})


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (money(Decimal("1204.1"), "USD"), "1,204.10 USD"),
        (money(Decimal("-0.000000001"), "USD"), "-0.000000001 USD"),
        (money(Decimal("1E+3"), "JPY", signed=True), "+1,000 JPY"),
        (money(Decimal(5), ""), "5.00"),
        (total(Decimal("1202.345"), "USD"), "1,202.34 USD"),
        (total(Decimal("0.02755"), "USD"), "0.0276 USD"),
        (total(Decimal("102.5"), "JPY", signed=True), "+102 JPY"),
        (percent(None), ""),
        (percent(Decimal("0.01")), "+<0.1 %"),
        (percent(Decimal("-0.01")), "-<0.1 %"),
        (percent(Decimal(0)), "0 %"),
        (percent(Decimal("20.408")), "+20.4 %"),
        (percent(Decimal(-100)), "-100 %"),
        (bar(Decimal("0.5"), 4), "██"),
        (bar(Decimal("0.3"), 4), "█▎"),
        (bar(Decimal(2), 4), "████"),
        (words.count(1, "plan"), "1 plan"),
        (words.count(1000, "plan"), "1,000 plans"),
        (words.cadence_word("P6M"), "P6M"),
        (words.period("P1Y"), "year"),
        (words.period("odd"), "odd"),
    ],
)
def test_amounts_and_numbers(shown: str, expected: str) -> None:
    assert shown == expected


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, "2.00 USD per call"),
        ({"rate_type": "proportion", "unit_price": "0.025"}, "2.5 % of the amount"),
        ({"pricing_unit_id": "pu_1"}, "2 credits per call"),
        ({"fee_id": "fee_1"}, "2.00 USD per month, in arrears"),
        ({"fee_id": "fee_1", "billing_cadence": "P0D", "payment_term": "in_advance"}, "2.00 USD once, in advance"),
        (
            {"entitlement_template": {"type": "metered", "issue_after_reset": 1000}},
            "2.00 USD per call, 1,000 included",
        ),
        (
            {"model": "volume", "tiers": [{"up_to": "10", "unit_price": "2"}, {"unit_price": "1"}]},
            "up to 10: 2.00 USD per call; above: 1.00 USD per call",
        ),
    ],
)
def test_a_price_in_one_cell(inputs: dict[str, Any], expected: str) -> None:
    assert words.price(pricing(**inputs), LINE, PLAN) == expected


def test_a_price_without_bands_says_its_model() -> None:
    wire = {"model": "dynamic", "properties": {}, "paymentTerm": "in_arrears"}
    assert words.price(Pricing.of_wire(wire), LINE, PLAN) == "dynamic price"


@pytest.mark.parametrize(
    ("band", "expected"),
    [((0, None), ""), ((0, 10), "up to 10"), ((10, 20), "10 to 20"), ((1000, None), "above 1,000")],
)
def test_a_band_in_words(band: tuple[int, int | None], expected: str) -> None:
    over, up_to = band
    change = BandChange(Decimal(over), None if up_to is None else Decimal(up_to), None, None)
    assert words.band(change) == expected


@pytest.mark.parametrize(
    ("before", "after", "mints", "expected"),
    [
        (3, 4, True, "version 3 → 4"),
        (None, 1, True, "version 1"),
        (3, None, True, "version 3 → next"),
        (3, None, False, "version 3"),
        (None, None, True, "new version"),
        (None, None, False, ""),
    ],
)
def test_a_version_as_far_as_it_is_known(before: int | None, after: int | None, mints: bool, expected: str) -> None:
    plan = PlanChange(
        urn="u",
        name="P",
        name_before="P",
        resource="p",
        op="update",
        version_before=before,
        version_after=after,
        mints=mints,
    )
    assert words.version(plan) == expected


@pytest.mark.parametrize(
    ("subscribers", "expected"),
    [
        (Subscribers(floating=0, pinned=0), "no subscribers"),
        (Subscribers(floating=1, pinned=0), "1 subscriber"),
        (Subscribers(floating=1, pinned=2), "3 subscribers: 2 pinned"),
        (Subscribers(floating=2, pinned=0, moves=(Move(moment="now", count=2),)), "2 subscribers: 2 at once"),
        (
            Subscribers(
                floating=1,
                pinned=0,
                moves=(Move(moment="period_end", count=1, first=date(2026, 12, 1), last=date(2026, 12, 1)),),
            ),
            "1 subscriber: 1 at the end of their period (1 Dec 2026)",
        ),
        (
            Subscribers(floating=1, pinned=0, moves=(Move(moment="period_end", count=1), Move(moment="now", count=0))),
            "1 subscriber: 1 at the end of their period",
        ),
    ],
)
def test_subscribers_in_words(subscribers: Subscribers, expected: str) -> None:
    assert words.subscribers(subscribers) == expected


def tiers(*bands: tuple[str | None, str]) -> Pricing:
    return pricing(model="volume", tiers=[{"up_to": up_to, "unit_price": rate} for up_to, rate in bands])


@pytest.mark.parametrize(
    ("before", "after", "direction", "percentage"),
    [
        (pricing(), pricing(unit_price="3"), "up", Decimal(50)),
        (pricing(), pricing(unit_price="1"), "down", Decimal(-50)),
        (pricing(), pricing(), "same", Decimal(0)),
        (pricing(), pricing(payment_term="in_advance"), "terms", Decimal(0)),
        (pricing(unit_price="0"), pricing(), "up", None),
        (tiers(("10", "2"), (None, "1")), tiers(("10", "3"), (None, "0.5")), "mixed", Decimal(50)),
        (tiers(("10", "2")), tiers(("20", "2")), "mixed", Decimal(0)),
        (tiers(("20", "2")), tiers(("10", "2")), "mixed", Decimal(0)),
        (tiers(("10", "2"), (None, "1")), tiers(("10", "2"), (None, "2")), "up", Decimal(100)),
        (pricing(fee_id="f", quantity=2), pricing(fee_id="f", quantity=3), "up", Decimal(50)),
    ],
)
def test_the_direction_of_a_change(before: Pricing, after: Pricing, direction: str, percentage: Decimal | None) -> None:
    compared = compare(before, after)
    assert (compared.direction, compared.percent) == (direction, percentage)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (pricing(unit_price="0"), pricing(), ["+2.00"]),
        (tiers(("10", "2")), tiers(("20", "2")), ["new tier"]),
        (tiers(("20", "2")), tiers(("10", "2")), ["tier removed"]),
        (pricing(rate_type="proportion"), pricing(rate_type="proportion", unit_price="3"), ["+50 %"]),
        (
            pricing(fee_id="f", billing_cadence="P1M"),
            pricing(fee_id="f", billing_cadence="P1Y", unit_price="20"),
            ["every: month → year"],
        ),
        (pricing(is_obligation=True), pricing(), ["obligation: yes → no"]),
    ],
)
def test_a_change_in_words(before: Pricing, after: Pricing, expected: list[str]) -> None:
    line = LineChange(key="k", name="", before=before, after=after)
    assert [row.change for row in rows(PLAN, line)] == expected


def test_a_line_without_a_name_has_its_key() -> None:
    line = LineChange(key="", name="", before=None, after=pricing())
    assert [row.name for row in rows(PLAN, line)] == ["(unnamed)"]


def test_a_line_that_changes_its_name_with_its_price_says_both() -> None:
    line = LineChange(
        key="k", name="Calls", name_before="Requests", unit="call", before=pricing(), after=pricing(unit_price="3")
    )
    (row,) = rows(PLAN, line)
    assert row.name == "Calls (was Requests)"
    assert row.change == "+1.00 (+50 %)"
