"""A charge that is most likely not meant is warned about, once a run; a template for another feature is refused."""

from typing import Any

import pytest

from pulumi_paygentic.catalog import UNKNOWN, BillableMetric, Feature, Fee, Plan, Price, Product
from pulumi_paygentic.lifecycle.advice import Advice, template_mismatch
from tests.support.account import Inputs, MerchantAccount
from tests.support.model_engine import Engine, Program, Ref, Report, Resource

METRIC: Inputs = {
    "product_id": Ref("api"),
    "description": "",
    "unit": "call",
    "aggregation": "COUNT",
    "event_type": "call",
}
PRICE: Inputs = {
    "billable_metric_id": Ref("calls"),
    "model": "standard",
    "unit_price": "0.01",
    "payment_term": "in_arrears",
    "invoice_display_name": "Calls",
}
INCLUDED: Inputs = {
    "feature_id": Ref("quota"),
    "entitlement_template": {"type": "metered", "issue_after_reset": 1000, "usage_period": {"interval": "P1M"}},
}


def shop(*plans: Inputs, price: Inputs | None = None, more: Inputs | None = None) -> dict[str, Resource]:
    """A metric with one price, or a second one as `more`, listed by all plans unless they say otherwise."""
    program = {
        "api": Resource(Product, {"name": "API", "description": ""}),
        "calls": Resource(BillableMetric, {**METRIC, "name": "Calls"}),
        "quota": Resource(Feature, {"product_id": Ref("api"), "key": "quota", "name": "Quota", "type": "metered"}),
        "price": Resource(Price, {**PRICE, **(price or {})}),
    }
    prices = {"calls": Ref("price")}
    if more is not None:
        program["more"] = Resource(Price, {**PRICE, "invoice_display_name": "More", **more})
        prices["more"] = Ref("more")
    for number, plan in enumerate(plans):
        common = {"product_id": Ref("api"), "name": f"Plan {number}", "currency": "USD", "prices": prices}
        program[f"plan{number}"] = Resource(Plan, {**common, **plan})
    return program


@pytest.fixture
def engine(merchant: MerchantAccount) -> Engine:
    return Engine(merchant)


def twice(engine: Engine, program: Program) -> list[str]:
    """The warnings of the run that creates everything; those of the next run, which changes nothing, are the same."""
    first: Report = engine.up(program)
    assert first.errors == {}
    second = engine.up(program)
    assert second.is_empty
    assert sorted(second.warnings) == sorted(first.warnings)
    return first.warnings


def test_an_included_allowance_that_discounts_nothing_is_warned_about(engine: Engine) -> None:
    [warning] = twice(engine, shop(price=INCLUDED))
    assert "includes 1000 units" in warning
    assert twice(engine, shop(price={**INCLUDED, "grant_discount_enabled": True})) == []


@pytest.mark.parametrize("keyed", [True, False])
def test_two_lines_of_one_plan_that_charge_one_metric_are_warned_about(engine: Engine, keyed: bool) -> None:
    [warning] = twice(
        engine, shop({} if keyed else {"prices": [Ref("price"), Ref("more")]}, more={"unit_price": "0.02"})
    )
    named = ("calls", "more") if keyed else (engine.id("price"), engine.id("more"))
    for name in (*named, "'calls'", engine.id("calls"), "charged twice"):
        assert name in warning


def test_a_rebate_beside_a_charge_is_meant(engine: Engine) -> None:
    assert twice(engine, shop({}, more={"unit_price": "-0.02"})) == []


def test_a_fee_beside_a_charge_is_meant(engine: Engine) -> None:
    fee = {"fee_id": Ref("setup"), "billable_metric_id": None, "billing_cadence": "P1M"}
    program = shop({}, more=fee)
    setup = Resource(Fee, {"product_id": Ref("api"), "name": "Setup", "description": ""})
    assert twice(engine, {"api": program.pop("api"), "setup": setup, **program}) == []


@pytest.mark.parametrize("keyed", [True, False])
def test_one_price_in_plans_of_two_currencies_is_warned_about_once(engine: Engine, keyed: bool) -> None:
    listed: Inputs = {} if keyed else {"prices": [Ref("price")]}
    plans = ({**listed, "currency": currency} for currency in ("USD", "EUR", "JPY"))
    [warning] = twice(engine, shop(*plans))
    for word in ("price 'price'", "plan 'plan0'", "USD", "EUR", "a price for each currency"):
        assert word in warning


def test_one_price_in_plans_of_two_cadences_is_warned_about_until_it_has_its_own(engine: Engine) -> None:
    [warning] = twice(engine, shop({}, {"billing_cadence": "P1Y"}))
    for word in ("price 'price'", "plan 'plan0'", "every P1M, not every P1Y", "Declare billing_cadence"):
        assert word in warning
    assert twice(engine, shop({}, {"billing_cadence": "P1Y"}, price={"billing_cadence": "P1M"})) == []


def test_plans_that_charge_alike_are_not_warned_about(engine: Engine) -> None:
    assert twice(engine, shop({}, {"billing_cadence": "P1M"}, {"prices": {"renamed": Ref("price")}})) == []


def test_a_proportion_is_the_same_in_every_currency(engine: Engine) -> None:
    assert twice(engine, shop({}, {"currency": "EUR"}, price={"rate_type": "proportion"})) == []


def test_what_is_not_known_is_not_warned_about() -> None:
    advice = Advice()
    urn = "urn:pulumi:dev::shop::Plan::"
    advice.note(Price, "price_1", "urn::price", {}, {**PRICE, "billable_metric_id": UNKNOWN})
    known: Any = {"name": "A", "currency": "USD", "prices": {"a": "price_1", "b": UNKNOWN, "c": "price_2"}}
    for other in ({**known, "currency": UNKNOWN}, {**known, "prices": UNKNOWN}, {**known, "prices": None}):
        assert advice.about(Plan, f"{urn}one", known) == ()
        assert advice.about(Plan, f"{urn}two", other) == ()
    assert advice.seen(UNKNOWN) is None
    assert advice.seen(["price_1"]) is None


def test_a_template_of_another_type_than_its_feature_is_refused(engine: Engine, merchant: MerchantAccount) -> None:
    wrong = shop(price={**INCLUDED, "entitlement_template": {"type": "static", "config": {}}})
    report = engine.up(wrong)
    assert "entitlement_template is of type static, and its feature is metered" in report.errors["price"]
    assert "POST /v0/prices" not in merchant.writes()
    assert engine.up(shop(price={**INCLUDED, "grant_discount_enabled": True})).errors == {}
    assert "its feature is metered" in engine.up(wrong).errors["price"]
    boolean = shop(price={**INCLUDED, "entitlement_template": {"type": "boolean"}})
    boolean["quota"].inputs["type"] = "boolean"
    assert engine.up(boolean).errors == {}
    del boolean["quota"].inputs["type"]
    assert engine.up(boolean).errors == {}


@pytest.mark.parametrize("policy", ["version", "in_place"])
def test_a_feature_outside_of_the_program_is_asked_for_before_anything_is_written(
    engine: Engine, merchant: MerchantAccount, policy: str
) -> None:
    boolean: Inputs = {"type": "boolean"}
    outside = {
        **PRICE,
        "billable_metric_id": merchant.id("bm_A"),
        "feature_id": merchant.id("feat_A"),
        "on_change": policy,
    }
    metered = Resource(Price, {**outside, "entitlement_template": {"type": "metered"}})
    wrong = Resource(Price, {**outside, "entitlement_template": boolean})
    for held in (False, True):
        report = engine.up({"price": wrong})
        assert f"and its feature is metered: give both one type ({merchant.id('feat_A')})" in report.errors["price"]
        assert merchant.writes() == {}
        if not held:
            assert engine.up({"price": metered}).errors == {}
        merchant.calls()
    assert engine.up({"price": Resource(Price, {**metered.inputs, "invoice_display_name": "B"})}).errors == {}
    assert merchant.calls() == {"PATCH /v0/prices/{id}": 1}


@pytest.mark.parametrize(
    ("template", "feature"),
    [
        (UNKNOWN, {"type": "metered"}),
        (None, {"type": "metered"}),
        ({}, {"type": "metered"}),
        ({"type": UNKNOWN}, {"type": "metered"}),
        ({"type": "metered"}, {"type": UNKNOWN}),
        ({"type": "metered"}, None),
        ({"type": "boolean"}, {}),
    ],
)
def test_types_that_are_not_known_match(template: Any, feature: Any) -> None:
    assert template_mismatch(template, feature) is None
