"""An included allowance that discounts nothing is warned about, until the program decides."""

from typing import Any

import pytest

from pulumi_paygentic.catalog import UNKNOWN, Price, all_kinds
from pulumi_paygentic.lifecycle import check
from tests.support.examples import EXAMPLES, Inputs, edited

[METERED] = [e.minimal for e in EXAMPLES if str(e) == "Price-metered"]
[VOLUME] = [e.minimal for e in EXAMPLES if str(e) == "Price-volume"]
[FEE] = [e.minimal for e in EXAMPLES if str(e) == "Price-fee"]
INCLUDED = {"type": "metered", "issue_after_reset": 1000}


def advice(base: Inputs, **changes: Any) -> list[str]:
    declared = {"feature_id": "feat_A", "entitlement_template": INCLUDED, **changes}
    inputs, reasons = check(Price, {}, edited(base, declared), merchant_id="org_1")
    assert reasons == []
    return [str(reason) for reason in Price.advice(inputs)]


@pytest.mark.parametrize("soft", [{}, {"is_soft_limit": True}])
def test_an_allowance_that_discounts_nothing_is_warned_about_with_the_way_to_mend_it(soft: Inputs) -> None:
    [warning] = advice(METERED, entitlement_template={**INCLUDED, **soft})
    assert warning.startswith("entitlement_template includes 1000 units")
    assert "set grant_discount_enabled=True" in warning
    assert "or set grant_discount_enabled=False if that is meant" in warning
    [warning] = advice(VOLUME, entitlement_template={**INCLUDED, **soft})
    assert "only a standard price can be discounted" in warning


@pytest.mark.parametrize(
    "meant",
    [
        {"grant_discount_enabled": True},
        {"grant_discount_enabled": False},
        {"grant_discount_enabled": UNKNOWN},
        {"entitlement_template": {**INCLUDED, "is_soft_limit": False}},
        {"entitlement_template": {**INCLUDED, "is_soft_limit": UNKNOWN}},
        {"entitlement_template": {"type": "metered", "issue_after_reset": 0}},
        {"entitlement_template": {"type": "metered", "issue_after_reset": UNKNOWN}},
        {"entitlement_template": {"type": "metered"}},
        {"entitlement_template": {"type": "boolean"}},
        {"entitlement_template": {}},
        {"entitlement_template": UNKNOWN},
        {"entitlement_template": None},
        {"unit_price": "0"},
        {"unit_price": "-1"},
        {"unit_price": UNKNOWN},
        {"pricing_unit_id": "pu_A"},
    ],
    ids=str,
)
def test_what_is_meant_or_not_known_is_not_warned_about(meant: Inputs) -> None:
    assert advice(METERED, **meant) == []


def test_a_fee_and_free_bands_charge_no_usage() -> None:
    assert advice(FEE) == []
    assert advice(VOLUME, tiers=[{"unit_price": "0"}]) == []
    assert advice(VOLUME, tiers=[UNKNOWN]) == []
    assert advice(VOLUME, tiers=UNKNOWN) == []


def test_no_example_of_another_kind_is_warned_about() -> None:
    assert {example.kind for example in EXAMPLES} == set(all_kinds())
    for example in EXAMPLES:
        assert list(example.kind.advice(example.full)) == []
