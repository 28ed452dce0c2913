from datetime import datetime, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pulumi_paygentic.changes.cadence import Cadence
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.rating import (
    Use,
    boundary_after,
    charge,
    cover,
    covered_after,
    in_minor_units,
    minor_places,
    share_of_period,
    take_back,
    to_atomic,
    whole_window,
)

METRIC = {"aggregation": "SUM", "event_type": "call", "value_property": "$.n"}
MONTH = Cadence.of("P1M")


def metered(**price: Any) -> Pricing:
    return Pricing.of({"billable_metric_id": "bm_1", "payment_term": "in_arrears", **price}, METRIC)


def fee(**price: Any) -> Pricing:
    return Pricing.of({"fee_id": "fee_1", "payment_term": "in_arrears", "billing_cadence": "P1M", **price}, {})


def day(month: int, number: int, hour: int = 0) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=timezone.utc)


def test_a_standard_price_costs_its_quantity_times_the_unit_price() -> None:
    assert charge(metered(unit_price="0.001"), Use(Decimal(12))) == Decimal("0.012")
    assert charge(metered(unit_price="-0.5"), Use(Decimal(3))) == Decimal("-1.5")
    assert charge(metered(unit_price="0.02", rate_type="proportion"), Use(Decimal("250.5"))) == Decimal("5.01")


@pytest.mark.parametrize(("quantity", "amount"), [("0", "0"), ("100", "500"), ("100.5", "301.5"), ("101", "303")])
def test_the_band_of_the_whole_quantity_prices_every_unit(quantity: str, amount: str) -> None:
    ladder = metered(model="volume", tiers=[{"up_to": "100", "unit_price": "5"}, {"unit_price": "3"}])
    assert charge(ladder, Use(Decimal(quantity))) == Decimal(amount)


def test_a_quantity_above_every_band_has_the_last_one() -> None:
    closed = metered(model="volume", tiers=[{"up_to": "10", "unit_price": "5"}])
    assert charge(closed, Use(Decimal(20))) == Decimal(100)


def test_a_fee_costs_its_quantity_and_a_partial_period_its_share() -> None:
    assert charge(fee(unit_price="12.345"), Use(Decimal(3))) == Decimal("37.035")
    assert charge(fee(unit_price="30"), Use(Decimal(1), share=Fraction(14, 31))) == Decimal("13.548387097")
    whole = fee(unit_price="30", is_obligation=True)
    assert charge(whole, Use(Decimal(1), share=Fraction(14, 31))) == Decimal(30)


def test_the_older_percentage_has_a_least_and_a_most_charge() -> None:
    wire = {
        "merchantId": "org_1",
        "billableMetricId": "bm_1",
        "paymentTerm": "in_arrears",
        "invoiceDisplayName": "Share",
        "model": "percentage",
        "properties": {"percentage": "0.03", "minCharge": "5.00", "maxCharge": "500.00"},
    }
    pricing = Pricing.of_wire(wire)
    amounts = [charge(pricing, Use(Decimal(quantity))) for quantity in (10, 1000, 100_000)]
    assert amounts == [Decimal(5), Decimal(30), Decimal(500)]


def test_a_price_that_follows_from_no_quantity_is_not_rated() -> None:
    credits_ = metered(unit_price="1", pricing_unit_id="pu_1")
    dynamic = metered(model="dynamic")
    for pricing in (credits_, dynamic):
        assert not pricing.is_rateable
        with pytest.raises(ValueError, match="a price"):
            charge(pricing, Use(Decimal(1)))


def test_included_tax_is_taken_out_of_the_stated_amount() -> None:
    tax = Decimal("0.19")
    assert charge(metered(unit_price="0.5"), Use(Decimal(5), tax_rate=tax)) == Decimal("2.100840336")
    assert charge(metered(unit_price="-0.000001103"), Use(Decimal("0.020034"), tax_rate=tax)) == Decimal("-1.8e-8")
    assert take_back(metered(unit_price="0.5"), Decimal(-2), Use(Decimal(5), tax_rate=tax)) == Decimal("-0.840336134")


def test_grants_cover_units_at_the_same_price_and_fees_not_at_all() -> None:
    use = Use(Decimal(12), Decimal(5))
    assert cover(metered(unit_price="0.001"), use) == Decimal("-0.005")
    assert cover(metered(unit_price="0.001"), Use(Decimal(12))) == 0
    assert cover(fee(unit_price="1"), use) == 0


@pytest.mark.parametrize(
    ("before", "after", "covered", "expected"),
    [
        (100, 200, 100, 150),  # the old allowance was used up: more of the usage is covered
        (100, 50, 100, 50),
        (100, 50, 120, 70),  # twenty came from other grants
        (None, 40, 0, 40),
    ],
)
def test_another_allowance_covers_other_units(before: int | None, after: int, covered: int, expected: int) -> None:
    def priced(units: int | None) -> Pricing:
        template = None if units is None else {"type": "metered", "issue_after_reset": float(units)}
        return metered(unit_price="1", grant_discount_enabled=True, entitlement_template=template)

    assert covered_after(priced(before), priced(after), Use(Decimal(150), Decimal(covered))) == expected


def test_without_grant_discounts_nothing_is_covered() -> None:
    priced = metered(unit_price="1", grant_discount_enabled=True)
    assert covered_after(priced, metered(unit_price="1"), Use(Decimal(10), Decimal(10))) == 0


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0.0000000005", "0"),
        ("0.0000000015", "0.000000002"),
        ("0.0000000025", "0.000000002"),
        ("-0.0000000006", "-0.000000001"),
        ("100", "100"),
        ("1e65", "1e65"),
    ],
)
def test_amounts_are_stated_in_billionths_halves_to_even(amount: str, expected: str) -> None:
    assert to_atomic(Decimal(amount)) == to_atomic(Fraction(amount)) == Decimal(expected)


@pytest.mark.parametrize(
    ("currency", "places", "rounded"),
    [("JPY", 0, "12"), ("USD", 2, "12.34"), ("KWD", 3, "12.345"), ("???", 2, "12.34")],
)
def test_the_amount_due_is_rounded_to_the_minor_unit(currency: str, places: int, rounded: str) -> None:
    assert minor_places(currency) == places
    assert in_minor_units(Decimal("12.345"), currency) == Decimal(rounded)


def test_boundaries_keep_the_day_of_the_anchor() -> None:
    anchor = day(1, 31, 10)
    ends = [boundary_after(anchor, MONTH, moment) for moment in (anchor, day(2, 28, 10), day(3, 31, 9))]
    assert ends == [day(2, 28, 10), day(3, 31, 10), day(3, 31, 10)]
    assert boundary_after(anchor, Cadence.of("P10D"), day(1, 1)) == day(1, 1, 10)
    assert whole_window(anchor, MONTH, day(2, 28, 10)) == (anchor, day(2, 28, 10))
    assert whole_window(day(1, 15), Cadence.of("PT6H"), day(1, 15, 7)) == (day(1, 15, 6), day(1, 15, 12))


def test_nothing_recurs_of_what_is_charged_once() -> None:
    once = Cadence.of("P0D")
    with pytest.raises(ValueError, match="nothing recurs"):
        boundary_after(day(1, 1), once, day(1, 2))
    assert share_of_period(day(1, 1), day(1, 1), day(1, 1), once) == 1


def test_a_partial_period_has_its_share_of_time() -> None:
    anchor = day(1, 15)
    assert share_of_period(day(1, 1), day(1, 15), anchor, MONTH) == Fraction(14, 31)
    assert share_of_period(day(1, 15), day(2, 15), anchor, MONTH) == 1
    assert share_of_period(day(1, 1), day(2, 15), anchor, MONTH) == 1
