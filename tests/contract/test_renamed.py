"""A state that was written before an argument or a hidden key was renamed means the same as before."""

import pytest

from pulumi_paygentic.lifecycle import Difference, Result, WrongMerchant
from pulumi_paygentic.lifecycle.state import DECLARED, migrated
from tests.support.account import Inputs, MerchantAccount
from tests.support.renamed_kind import Charge, as_before

DECLARATION = {"product_id": "prod_A", "name": "Setup", "description": "Once"}


def created(merchant: MerchantAccount) -> tuple[Result, Inputs]:
    """An object with a state of the version before, and its inputs as this version checks them."""
    inputs = merchant.checked(Charge, DECLARATION)
    result = merchant.lifecycle(Charge).create(inputs)
    state = as_before({**result.outputs, "__holder": "finance"})
    assert "name" not in state
    assert "label" in state[DECLARED]
    merchant.calls()
    return Result(result.id, state), inputs


def test_a_state_is_migrated_whole_and_once(merchant: MerchantAccount) -> None:
    before, _ = created(merchant)
    present = migrated(Charge, before.outputs)
    assert (present["name"], present["__holder"]) == ("Setup", "finance")
    assert "name" in present[DECLARED]
    assert not {"label", "__owner"} & {*present, *present[DECLARED]}
    assert migrated(Charge, present) == present


def test_the_old_name_in_a_state_is_no_difference_and_no_write(merchant: MerchantAccount) -> None:
    before, inputs = created(merchant)
    checked, reasons = merchant.lifecycle(Charge).check(as_before(inputs), inputs)
    assert (checked, reasons) == (inputs, [])
    difference = merchant.lifecycle(Charge).diff(before.id, before.outputs, inputs)
    assert difference == Difference([], [], migrated=True)
    assert difference.is_change is False
    assert merchant.calls() == {}


def test_a_real_change_beside_it_is_one(merchant: MerchantAccount) -> None:
    before, inputs = created(merchant)
    news = {**inputs, "name": "Onboarding"}
    difference = merchant.lifecycle(Charge).diff(before.id, before.outputs, news)
    assert (difference.changed, difference.is_change) == (["name"], True)
    updated = merchant.lifecycle(Charge).update(before.id, before.outputs, news)
    assert (updated.outputs["name"], updated.outputs["__holder"]) == ("Onboarding", "finance")
    assert "label" not in updated.outputs
    assert merchant.writes() == {"PATCH /v0/fees/{id}": 1}


def test_an_argument_that_the_program_gives_up_is_still_known_as_declared(merchant: MerchantAccount) -> None:
    """Else it would count as not managed, and never be given back."""
    before, inputs = created(merchant)
    assert merchant.lifecycle(Charge).diff(before.id, before.outputs, {**inputs, "name": None}).changed == ["name"]
    left = {name: value for name, value in inputs.items() if name != "name"}
    assert merchant.lifecycle(Charge).diff(before.id, before.outputs, left).changed == ["name"]


def test_a_state_of_today_leaves_the_comparison_to_the_engine(merchant: MerchantAccount) -> None:
    before, inputs = created(merchant)
    difference = merchant.lifecycle(Charge).diff(before.id, migrated(Charge, before.outputs), inputs)
    assert (difference.migrated, difference.is_change) == (False, None)


def test_a_read_brings_the_state_up_to_date(merchant: MerchantAccount) -> None:
    before, inputs = created(merchant)
    read = merchant.lifecycle(Charge).read(before.id, before.outputs)
    assert read is not None
    assert read.inputs == inputs
    assert read.outputs == migrated(Charge, before.outputs)


def test_what_an_old_state_holds_is_deleted(merchant: MerchantAccount) -> None:
    before, _ = created(merchant)
    assert merchant.lifecycle(Charge).delete(before.id, before.outputs) == []
    assert merchant.lifecycle(Charge).read(before.id, before.outputs) is None
    with pytest.raises(WrongMerchant):
        merchant.lifecycle(Charge).delete(before.id, {**before.outputs, "merchant_id": "org_other"})
