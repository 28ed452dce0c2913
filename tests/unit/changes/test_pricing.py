from decimal import Decimal
from typing import Any

import pytest

from pulumi_paygentic.catalog.unknown import UNKNOWN
from pulumi_paygentic.changes.cadence import Cadence
from pulumi_paygentic.changes.pricing import Allowance, Band, Pricing, UnknownPricing

METRIC = {"name": "Runs", "unit": "run", "aggregation": "COUNT", "event_type": "runs"}
PRICE = {"billable_metric_id": UNKNOWN, "unit_price": "0.10", "payment_term": "in_arrears"}
FEE_PRICE = {"fee_id": "fee_1", "unit_price": "5", "payment_term": "in_advance", "billing_cadence": "P1M"}
WIRE = {
    "id": "price_1",
    "merchantId": "org_1",
    "billableMetricId": "bm_1",
    "invoiceDisplayName": "Runs",
    "paymentTerm": "in_arrears",
    "model": "standard",
    "properties": {"unitPrice": "0.1"},
    "quantity": 1,
}


def test_a_declared_price_equals_the_api_reading_of_it() -> None:
    declared = Pricing.of(PRICE, METRIC)
    read = Pricing.of_wire(WIRE, {**METRIC, "id": "bm_1", "eventType": "runs"})
    assert declared == read
    assert (declared.source.id, read.source.id) == (None, "bm_1")
    assert Pricing.of_wire(WIRE) == Pricing.of_wire({**WIRE, "id": "price_2"})


def test_a_name_charges_nothing_and_a_value_property_does() -> None:
    assert Pricing.of(PRICE, {**METRIC, "name": "Other", "unit": "Läufe"}) == Pricing.of(PRICE, METRIC)
    assert Pricing.of(PRICE, {**METRIC, "value_property": "$.n"}) != Pricing.of(PRICE, METRIC)


@pytest.mark.parametrize(
    "change",
    [
        {"unit_price": "0.2"},
        {"payment_term": "in_advance"},
        {"billing_cadence": "P3M"},
        {"rate_type": "proportion"},
        {"is_obligation": True},
        {"grant_discount_enabled": True},
        {"pricing_unit_id": "pu_1"},
        {"entitlement_template": {"type": "metered", "issue_after_reset": 100.0}},
        {"model": "volume", "unit_price": None, "tiers": [{"unit_price": "0.1"}]},
    ],
)
def test_each_of_the_deciding_arguments_makes_another_pricing(change: dict[str, Any]) -> None:
    assert Pricing.of({**PRICE, **change}, METRIC) != Pricing.of(PRICE, METRIC)


def test_an_unknown_value_that_decides_is_named() -> None:
    with pytest.raises(UnknownPricing, match=r"not known before up: unit_price, event_type") as raised:
        Pricing.of({**PRICE, "unit_price": UNKNOWN}, {**METRIC, "event_type": UNKNOWN})
    assert raised.value.fields == ("unit_price", "event_type")


def test_an_argument_that_is_no_amount_or_no_term_is_refused() -> None:
    with pytest.raises(ValueError, match="not an amount: cheap"):
        Pricing.of({**PRICE, "unit_price": "cheap"}, METRIC)
    with pytest.raises(ValueError, match="payment_term"):
        Pricing.of({**PRICE, "payment_term": None}, METRIC)


def test_tiers_become_bands_with_both_ends() -> None:
    tiers = [{"up_to": "100", "unit_price": "5"}, {"unit_price": "3"}]
    pricing = Pricing.of({**PRICE, "model": "volume", "unit_price": None, "tiers": tiers}, METRIC)
    assert pricing.bands == (
        Band(Decimal(0), Decimal(100), Decimal(5)),
        Band(Decimal(100), None, Decimal(3)),
    )
    assert pricing.is_rateable


def test_a_fee_has_a_quantity_a_cadence_and_no_unit() -> None:
    pricing = Pricing.of({**FEE_PRICE, "quantity": 3.0}, {"name": "Seat"})
    assert (pricing.basis, pricing.quantity, pricing.per, pricing.source.id) == ("fee", 3, "month", "fee_1")
    assert Pricing.of({**FEE_PRICE, "billing_cadence": None}, {}).per == "period"
    assert Pricing.of({**FEE_PRICE, "billing_cadence": "P12M"}, {}) == Pricing.of(
        {**FEE_PRICE, "billing_cadence": "P1Y"}, {}
    )


def test_a_metered_quantity_comes_from_usage_only() -> None:
    assert Pricing.of({**PRICE, "quantity": 7}, METRIC).quantity == 1


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (None, None),
        ({}, None),
        ({"type": "boolean"}, None),
        ({"type": "metered"}, None),
        ({"type": "metered", "issue_after_reset": 100.0}, Allowance(Decimal(100))),
        ({"type": "metered", "is_soft_limit": False}, Allowance(None, is_hard_limit=True)),
    ],
)
def test_an_allowance_is_issued_units_or_a_hard_limit(template: Any, expected: Allowance | None) -> None:
    assert Pricing.of({**PRICE, "entitlement_template": template}, METRIC).allowance == expected


def test_older_models_are_read() -> None:
    share = Pricing.of_wire(
        {
            **WIRE,
            "model": "percentage",
            "properties": {"percentage": "0.03", "minCharge": "5.00", "maxCharge": "500.00"},
        }
    )
    assert (share.basis, share.bands[0].unit_price) == ("share", Decimal("0.03"))
    assert (share.minimum, share.maximum) == (Decimal("5.00"), Decimal("500.00"))
    dynamic = Pricing.of_wire({**WIRE, "model": "dynamic", "properties": {"minPrice": "0", "maxPrice": "1"}})
    assert (dynamic.bands, dynamic.is_rateable) == ((), False)


@pytest.mark.parametrize(
    ("text", "noun"),
    [
        ("P0D", "once"),
        ("P1M", "month"),
        ("P3M", "quarter"),
        ("P12M", "year"),
        ("P2Y", "2 years"),
        ("P6M", "6 months"),
        ("P1W", "week"),
        ("P10D", "10 days"),
        ("P1M3D", "P1M3D"),
        ("PT1H", "PT1H"),
    ],
)
def test_a_cadence_reads_as_a_noun(text: str, noun: str) -> None:
    assert Cadence.of(text).noun == noun
