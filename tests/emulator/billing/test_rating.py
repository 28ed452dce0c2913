"""Prices, periods and amounts, held against whole-number and fraction arithmetic of their own."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from itertools import islice, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.emulator.billing import rating
from pulumi_paygentic.emulator.billing.rating import Period
from pulumi_paygentic.emulator.storage import durations

TIERS = [("100", "0.05"), ("1000", "0.04"), (None, "0.03")]
VOLUME = {
    "model": "volume",
    "properties": {"tiers": [{"upTo": bound, "unitPrice": price} for bound, price in TIERS]},
}
amounts = st.decimals(-10_000, 10_000, places=9)
quantities = st.decimals(0, 1_000_000, places=6)


def _standard(price: str) -> dict[str, Any]:
    return {"model": "standard", "properties": {"unitPrice": price}}


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def _starts(anchor: str, every: str, start: str, count: int) -> list[str]:
    found = islice(rating.periods(_day(anchor), durations.parse(every), _day(start)), count)
    return [period.start.date().isoformat() for period in found]


def test_months_are_counted_from_the_anchor_so_the_31st_comes_back() -> None:
    assert _starts("2026-01-31", "P1M", "2026-01-31", 4) == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]
    assert _starts("2024-02-29", "P1Y", "2024-02-29", 5)[-1] == "2028-02-29"
    assert _starts("2024-02-29", "P1Y", "2024-02-29", 2)[-1] == "2025-02-28"
    assert _starts("2025-11-30", "P3M", "2025-11-30", 3) == ["2025-11-30", "2026-02-28", "2026-05-30"]


def test_the_first_period_ends_at_the_anchors_next_boundary() -> None:
    assert _starts("2020-01-15", "P1M", "2026-03-20", 3) == ["2026-03-20", "2026-04-15", "2026-05-15"]
    assert _starts("2026-06-01", "P1M", "2026-03-20", 2) == ["2026-03-20", "2026-04-01"]
    assert _starts("2026-01-01", "P7D", "2026-01-08", 2) == ["2026-01-08", "2026-01-15"]
    assert _starts("2026-07-01", "P1M", "2026-08-31", 2) == ["2026-08-31", "2026-09-01"]


@given(
    anchor=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    start=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    every=st.sampled_from(["P1M", "P3M", "P1Y", "P1W", "P10D", "PT12H", "P1M2D"]),
)
def test_periods_follow_one_another_without_gap_or_overlap(anchor: datetime, start: datetime, every: str) -> None:
    found = list(islice(rating.periods(anchor, durations.parse(every), start), 5))
    assert found[0].start == start
    assert all(one.end == following.start for one, following in pairwise(found))
    assert all(period.start < period.end for period in found)


def test_periods_end_with_the_calendar() -> None:
    assert list(rating.periods(_day("2998-06-01"), durations.parse("P1Y"), _day("2998-06-01"))) == [
        Period(_day("2998-06-01"), _day("2999-06-01"))
    ]


@pytest.mark.parametrize(
    ("quantity", "cost"),
    [("0", "0"), ("100", "5.00"), ("100.5", "4.020"), ("101", "4.04"), ("1000", "40"), ("1001", "30.03")],
)
def test_with_a_volume_price_every_unit_costs_what_the_tier_says(quantity: str, cost: str) -> None:
    assert rating.exact_cost(VOLUME, Decimal(quantity)) == Decimal(cost)


@given(unit=amounts, quantity=quantities, percent=st.decimals(0, 100, places=3), inclusive=st.booleans())
def test_amounts_are_right_to_the_last_digit(
    unit: Decimal, quantity: Decimal, percent: Decimal, inclusive: bool
) -> None:
    amount = rating.rate(_standard(f"{unit:f}"), quantity, tax_percent=percent, inclusive=inclusive)
    asked = Fraction(round(Fraction(unit) * Fraction(quantity) * 10**9))
    if inclusive:
        net = Fraction(round(asked * 100 / (100 + Fraction(percent))))
        tax = asked - net
    else:
        net, tax = asked, Fraction(round(asked * Fraction(percent) / 100))
    assert (Fraction(amount.price) * 10**9, Fraction(amount.tax) * 10**9) == (net, tax)
    assert Fraction(amount.total) * 10**9 == net + tax


@given(st.lists(amounts, max_size=20))
def test_sums_are_exact(values: list[Decimal]) -> None:
    assert Fraction(rating.total(values)) == sum(map(Fraction, values))


@given(amounts)
def test_plain_amounts_and_atoms_are_read_back(amount: Decimal) -> None:
    text = rating.plain(amount)
    assert Decimal(text) == amount
    assert len(text.partition(".")[2]) >= 2
    assert rating.from_atoms(rating.atoms(amount)) == amount


def test_a_cadence_is_calendar_or_exact_or_once() -> None:
    assert durations.parse("P1Y2M3W4DT5H6M7S") == (14, timedelta(days=25, hours=5, minutes=6, seconds=7))
    assert not durations.parse(rating.ONCE).recurs
    with pytest.raises(ValueError, match="must be an ISO 8601 duration"):
        durations.parse("1 month")
