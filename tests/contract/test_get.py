"""A reference by id to an object that the program does not manage."""

from __future__ import annotations

import pytest

from pulumi_paygentic.catalog import Product
from pulumi_paygentic.lifecycle import ObjectNotFound
from tests.support.account import Inputs, MerchantAccount
from tests.support.examples import EXAMPLES, Example

each_kind = pytest.mark.parametrize("example", EXAMPLES, ids=str)


@each_kind
@pytest.mark.parametrize("given", [False, True])
def test_an_object_is_read_whole_whatever_arguments_come_with_its_id(
    merchant: MerchantAccount, example: Example, given: bool
) -> None:
    inputs = merchant.checked(example.kind, example.full)
    made = merchant.lifecycle(example.kind).create(inputs)
    found = merchant.lifecycle(example.kind).read(made.id, inputs if given else {})
    assert found is not None
    assert found.inputs is None
    assert sent(example, found.outputs) == sent(example, made.outputs)


def sent(example: Example, outputs: Inputs) -> Inputs:
    """The fields that the API answers; a plan that nobody declares has its prices by id."""
    unanswered = {"email", "redirect_url"} if example.full.get("flow") == "subscription" else set()
    known = {
        n: outputs[n]
        for n, f in example.kind.inputs().items()
        if f.behaviour.is_sent and n in outputs and n not in unanswered
    }
    if prices := known.get("prices"):
        known["prices"] = sorted(prices.values() if isinstance(prices, dict) else prices)
    return known


@each_kind
@pytest.mark.parametrize("given", [False, True])
def test_an_object_that_is_not_there_is_an_error_that_names_it_and_the_account(
    merchant: MerchantAccount, example: Example, given: bool
) -> None:
    object_id = f"{example.kind.id_prefix}doesnotexist12345678"
    state = merchant.checked(example.kind, example.full) if given else {}
    with pytest.raises(ObjectNotFound) as caught:
        merchant.lifecycle(example.kind).read(object_id, state)
    assert f"{example.kind.title} {object_id} does not exist in merchant org_" in str(caught.value)
    assert "(sandbox)" in str(caught.value)


def test_an_object_that_was_read_before_and_is_gone_is_no_error(merchant: MerchantAccount) -> None:
    """A refresh takes it out of the state; the program's next reference is the error."""
    made = merchant.lifecycle(Product).create(merchant.checked(Product, {"name": "Other", "description": ""}))
    found = merchant.lifecycle(Product).read(made.id, {})
    assert found is not None
    merchant.call("POST", "/_emulator/reset")
    assert merchant.lifecycle(Product).read(made.id, found.outputs) is None
