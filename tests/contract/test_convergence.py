"""Converged means empty: whatever is validly declared and however it is edited, the account then equals the program.

A seeded sample by default; `HYPOTHESIS_PROFILE=thorough pytest tests/contract` runs forty times as many, ever new ones.
"""

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.catalog import CatalogObject, Plan, Price, all_kinds
from pulumi_paygentic.lifecycle import Difference, check, diff
from pulumi_paygentic.lifecycle.state import ADOPTION
from tests.support.account import MERCHANT, OWNER, Inputs, MerchantAccount
from tests.support.profiles import cases
from tests.support.strategies import PREFIXES, Ids, inputs_of

KINDS = [pytest.param(kind, id=kind.__name__) for kind in all_kinds()]
EXISTING: Ids = {prefix: st.sampled_from([f"{prefix}_A", f"{prefix}_B"]) for prefix in PREFIXES.values()}
"""Objects of the merchant, by their placeholders, so that what Hypothesis shows can be read."""


@cache
def merchant() -> MerchantAccount:
    return MerchantAccount()


def clean() -> MerchantAccount:
    """The merchant as it was at first."""
    here = merchant()
    here.reset()
    return here


def in_one_product(inputs: Inputs) -> Inputs:
    """The merchant's items, metrics, fees and features all belong to its first product."""
    return {name: "prod_A" if name == "product_id" else value for name, value in inputs.items()}


def pairs(kind: type[CatalogObject]) -> st.SearchStrategy[tuple[Inputs, Inputs]]:
    one = inputs_of(kind, EXISTING).map(in_one_product)
    if kind is Price:
        one = one.map(lambda inputs: {**inputs, "on_change": "in_place"})
    return st.tuples(one, one)


def edit_of(kind: type[CatalogObject], before: Inputs, after: Inputs, checked: Inputs, here: MerchantAccount) -> Inputs:
    """The second declaration as an edit of the first: what can't change stays, and so does what can't be cleared."""
    fixed = {name for name, field in kind.inputs().items() if field.behaviour.replaces}
    if kind is Price:
        fixed = {"billable_metric_id", "fee_id"}
        if {name for name in fixed if name in before} != {name for name in fixed if name in after}:
            return before
    edited = {name: value for name, value in after.items() if name not in fixed}
    edited |= {name: before[name] for name in fixed if name in before}
    reasons = check(kind, checked, here.resolve(edited), merchant_id=MERCHANT, urn=OWNER).violations
    kept = {reason.argument for reason in reasons if "cannot be removed" in reason.message}
    edited |= {name: before[name] for name in kept}
    if check(kind, checked, here.resolve(edited), merchant_id=MERCHANT, urn=OWNER).violations:
        return before
    return edited


def assert_converged(here: MerchantAccount, kind: type[CatalogObject], outcome: Any, inputs: Inputs) -> Inputs:
    read = here.lifecycle(kind).read(outcome.id, outcome.outputs)
    assert read is not None
    assert read.inputs == inputs
    assert read.outputs == outcome.outputs
    assert diff(kind, read.id, read.outputs, inputs) == Difference([], [])
    return read.outputs


def assert_edit_converges(kind: type[CatalogObject], before: Inputs, after: Inputs) -> None:
    """Create an object, edit it, and edit it once more: each leaves the account equal to the declaration."""
    here = clean()
    inputs = here.checked(kind, before)
    outcome = here.lifecycle(kind).create(inputs)
    outputs = assert_converged(here, kind, outcome, inputs)
    news = here.checked(kind, edit_of(kind, before, after, inputs, here), inputs)
    difference = diff(kind, outcome.id, outputs, news)
    assert difference.replaces == []
    updated = here.lifecycle(kind).update(outcome.id, outputs, news)
    assert updated.warnings == [] or news.get("stable_price_ids") or outputs.get("stable_price_ids")
    if not updated.warnings:
        assert_converged(here, kind, updated, news)
    again = here.lifecycle(kind).update(outcome.id, updated.outputs, news)
    assert not again.wrote or updated.warnings


@pytest.mark.parametrize("kind", KINDS)
def test_any_object_and_any_edit_of_it_converge(kind: type[CatalogObject]) -> None:
    @cases(40)
    @given(pairs(kind))
    def holds(pair: tuple[Inputs, Inputs]) -> None:
        assert_edit_converges(kind, *pair)

    holds()


def test_a_plan_whose_prices_are_listed_in_another_order_converges() -> None:
    plan = {"product_id": "prod_A", "name": "A", "currency": "USD"}
    for stable in (False, True):
        declared = {**plan, "stable_price_ids": stable}
        assert_edit_converges(
            Plan, {**declared, "prices": ["price_B", "price_A"]}, {**declared, "prices": ["price_A", "price_B"]}
        )


@pytest.mark.parametrize("kind", [kind for kind in all_kinds() if kind.listed_by is not None])
def test_any_object_is_adopted_again_by_a_run_that_remembers_nothing(kind: type[CatalogObject]) -> None:

    @cases(30)
    @given(pairs(kind))
    def holds(pair: tuple[Inputs, Inputs]) -> None:
        here = clean()
        inputs = here.checked(kind, pair[0])
        first = here.lifecycle(kind).create(inputs)
        here.calls()
        again = here.lifecycle(kind).create(inputs)
        assert again.id == first.id
        assert {**again.outputs, ADOPTION: None} == {**first.outputs, ADOPTION: None}
        assert here.writes() == {}

    holds()
