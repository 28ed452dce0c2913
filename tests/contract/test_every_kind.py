"""One contract for every kind of object, run over the examples of each: create, read, update, replace and drift."""

from collections.abc import Iterator

import pytest

from pulumi_paygentic.catalog import AuthorizationLink, default_of
from pulumi_paygentic.lifecycle import Difference, Result, check, diff, warnings_in
from pulumi_paygentic.lifecycle.state import ADOPTION
from tests.support.account import OWNER, Inputs, MerchantAccount
from tests.support.examples import EXAMPLES, Example, edited

each_kind = pytest.mark.parametrize("example", EXAMPLES, ids=str)


def of_those(examples: list[Example]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("example", examples, ids=str)


def cases(which: str, *, declared: bool = False) -> pytest.MarkDecorator:
    """Each example with each of its edits, by the name of the edited field; only of what it declares, if asked for."""
    pairs: Iterator[tuple[Example, str]] = (
        (example, name)
        for example in EXAMPLES
        for name in sorted(getattr(example, which))
        if name in example.full or not declared
    )
    return pytest.mark.parametrize(("example", "name"), [pytest.param(e, n, id=f"{e}-{n}") for e, n in pairs])


def created(merchant: MerchantAccount, example: Example, declared: Inputs) -> tuple[Result, Inputs]:
    inputs = merchant.checked(example.kind, declared)
    return merchant.lifecycle(example.kind).create(inputs), inputs


def assert_converged(merchant: MerchantAccount, example: Example, outcome: Result, inputs: Inputs) -> None:
    """A refresh and a preview right after show nothing, and write nothing."""
    merchant.calls()
    read = merchant.lifecycle(example.kind).read(outcome.id, outcome.outputs)
    assert read is not None
    assert read.outputs == outcome.outputs
    assert read.inputs == inputs
    assert diff(example.kind, outcome.id, outcome.outputs, inputs) == Difference([], [])
    assert merchant.writes() == {}


@each_kind
@pytest.mark.parametrize("which", ["minimal", "full"])
def test_create_read(merchant: MerchantAccount, example: Example, which: str) -> None:
    outcome, inputs = created(merchant, example, getattr(example, which))
    assert merchant.calls()[f"POST {example.path}"] == 1
    assert outcome.id.startswith(example.kind.id_prefix)
    assert {name: outcome.outputs[name] for name in inputs} == inputs
    assert_converged(merchant, example, outcome, inputs)


@each_kind
def test_a_create_costs_one_write_and_at_most_one_list_of_its_own_collection(
    merchant: MerchantAccount, example: Example
) -> None:
    created(merchant, example, example.full)
    calls = merchant.calls()
    own = {f"POST {example.path}", f"GET {example.path}"}
    if example.path == "/v0/subscriptions":
        own |= {"POST /v0/customers", "GET /v0/plans/{id}"}
    # A template is compared with the type of its feature, if that is not in the program.
    feature = {"GET /v0/billableMetrics/{id}", "GET /v0/features/{id}"}
    assert set(calls) <= own | (feature if "entitlement_template" in example.full else set())
    assert set(calls.values()) == {1}


@cases("edits")
def test_update_read(merchant: MerchantAccount, example: Example, name: str) -> None:
    outcome, inputs = created(merchant, example, example.full)
    news = merchant.checked(example.kind, edited(example.full, example.edits[name]), inputs)
    difference = diff(example.kind, outcome.id, outcome.outputs, news)
    assert name in difference.changed
    assert (difference.replaces, difference.forced) == ([], False)
    merchant.calls()
    updated = merchant.lifecycle(example.kind).update(outcome.id, outcome.outputs, news)
    assert sum(merchant.writes().values()) == 1
    assert updated.warnings == []
    assert_converged(merchant, example, updated, news)


@each_kind
def test_an_update_without_a_difference_writes_nothing(merchant: MerchantAccount, example: Example) -> None:
    outcome, inputs = created(merchant, example, example.full)
    merchant.calls()
    updated = merchant.lifecycle(example.kind).update(outcome.id, outcome.outputs, inputs)
    assert updated.outputs == outcome.outputs
    assert merchant.calls() == {}


@each_kind
def test_an_argument_that_was_removed_is_given_back_to_the_default_or_refused(
    merchant: MerchantAccount, example: Example
) -> None:
    merchant.adopt = True  # what can't be deleted is there still
    optional = [name for name in example.full if not example.kind.inputs()[name].required]
    for name in optional:
        outcome, inputs = created(merchant, example, example.full)
        left = merchant.resolve(edited(example.full, {name: None}))
        news, reasons = check(example.kind, inputs, left, merchant_id=merchant.merchant_id, urn=OWNER)
        if reasons:
            assert all(str(reason) for reason in reasons)
            continue
        difference = diff(example.kind, outcome.id, outcome.outputs, news)
        after = (
            merchant.lifecycle(example.kind).create(news)
            if difference.replaces
            else merchant.lifecycle(example.kind).update(outcome.id, outcome.outputs, news)
        )
        assert after.outputs.get(name) in (default_of(example.kind.inputs()[name]), None, {}), name
        assert_converged(merchant, example, after, news)
        merchant.lifecycle(example.kind).delete(outcome.id, outcome.outputs)


@each_kind
def test_what_the_api_can_not_clear_says_so(merchant: MerchantAccount, example: Example) -> None:
    _, inputs = created(merchant, example, example.full)
    for name, field in example.kind.inputs().items():
        if name in inputs and not field.required and not field.behaviour.can_be_unset:
            left = merchant.resolve(edited(example.full, {name: None}))
            reported = check(example.kind, inputs, left, merchant_id=merchant.merchant_id).violations
            assert [reason.argument for reason in reported] == [name] or "cannot be removed" not in str(reported[0])


@cases("replacing")
def test_replace(merchant: MerchantAccount, example: Example, name: str) -> None:
    outcome, inputs = created(merchant, example, example.full)
    news = merchant.checked(example.kind, edited(example.full, example.replacing[name]), inputs)
    difference = diff(example.kind, outcome.id, outcome.outputs, news)
    assert name in difference.replaces
    assert set(difference.replaces) <= set(difference.changed)


@each_kind
def test_delete_read_and_delete_again(merchant: MerchantAccount, example: Example) -> None:
    outcome, _ = created(merchant, example, example.full)
    messages = merchant.lifecycle(example.kind).delete(outcome.id, outcome.outputs)
    if example.path == "/v0/subscriptions":
        messages = []  # the subscription that nobody paid was ended, and stays readable
        assert merchant.lifecycle(example.kind).delete(outcome.id, outcome.outputs) == messages
        return
    read = merchant.lifecycle(example.kind).read(outcome.id, outcome.outputs)
    if example.kind.deletable:
        assert (messages, read) == ([], None)
    else:
        assert outcome.id in warnings_in(messages)[0]
        assert read is not None
    assert merchant.lifecycle(example.kind).delete(outcome.id, outcome.outputs) == messages


@cases("edits", declared=True)
def test_drift_is_read_field_by_field_and_mended(merchant: MerchantAccount, example: Example, name: str) -> None:
    outcome, inputs = created(merchant, example, example.full)
    edit = merchant.checked(example.kind, edited(example.full, example.edits[name]), inputs)
    drifted = {field: edit.get(field) for field in example.kind.patched_together({*example.edits[name]})}
    _behind_the_back(merchant, example, outcome.id, drifted)
    read = merchant.lifecycle(example.kind).read(outcome.id, outcome.outputs)
    assert read is not None
    assert read.inputs is not None
    shown = {field for field in {*inputs, *read.inputs} if inputs.get(field) != read.inputs.get(field)}
    assert name in shown
    assert shown <= set(example.edits[name]) | {"unit_price", "tiers"}
    assert read.inputs[name] == edit[name]
    mended = merchant.lifecycle(example.kind).update(read.id, read.outputs, inputs)
    assert_converged(merchant, example, mended, inputs)


def _behind_the_back(merchant: MerchantAccount, example: Example, object_id: str, values: Inputs) -> None:
    fields = example.kind.inputs()
    body = example.kind.body({n: default_of(fields[n]) if v is None else v for n, v in values.items()})
    if isinstance(body.get("prices"), dict):
        lines = [{"key": key, "priceId": price_id} for key, price_id in body.pop("prices").items()]
        merchant.call("POST", f"{example.kind.path}/{object_id}/versions", {"prices": lines})
    if body:
        merchant.call("PATCH", f"{example.kind.path}/{object_id}", body)


@of_those([example for example in EXAMPLES if (example.full.keys() - example.minimal.keys()) & example.edits.keys()])
def test_what_is_not_declared_is_not_managed(merchant: MerchantAccount, example: Example) -> None:
    outcome, inputs = created(merchant, example, example.minimal)
    full = merchant.checked(example.kind, example.full)
    fields = example.kind.inputs()
    more = {n: full[n] for n in full if n not in inputs and n in example.edits and fields[n].behaviour.is_sent}
    assert more
    _behind_the_back(merchant, example, outcome.id, more)
    read = merchant.lifecycle(example.kind).read(outcome.id, outcome.outputs)
    assert read is not None
    assert read.inputs == inputs
    assert diff(example.kind, read.id, read.outputs, inputs) == Difference([], [])


@each_kind
def test_adopt(merchant: MerchantAccount, example: Example) -> None:
    """A run that remembers nothing finds what an earlier one made, and sends no second POST."""
    outcome, inputs = created(merchant, example, example.full)
    merchant.calls()
    adopted = merchant.lifecycle(example.kind).create(inputs)
    if example.path == AuthorizationLink.path:
        assert adopted.id != outcome.id  # the API has no list to find it in
        return
    assert adopted.id == outcome.id
    assert {**adopted.outputs, ADOPTION: None} == {**outcome.outputs, ADOPTION: None}
    # The API answers a POST for an email that has a customer with that customer.
    assert merchant.writes().keys() <= ({"POST /v0/customers"} if example.path == "/v0/subscriptions" else set())
    assert_converged(merchant, example, adopted, inputs)


@of_those([example for example in EXAMPLES if example.kind.natural_key])
def test_an_object_of_the_same_name_is_brought_to_the_declared_values_if_the_run_may(
    merchant: MerchantAccount, example: Example
) -> None:
    """Without a name it would be adopted only if it is identical."""
    merchant.adopt = True
    outcome, _ = created(merchant, example, example.full)
    keep = set(example.kind.natural_key)
    for name, edit in example.edits.items():
        if name not in keep:
            news = merchant.checked(example.kind, edited(example.full, edit))
            adopted = merchant.lifecycle(example.kind).create(news)
            assert adopted.id == outcome.id
            assert_converged(merchant, example, adopted, news)
    least = merchant.checked(example.kind, example.minimal)
    adopted = merchant.lifecycle(example.kind).create(least)
    if "metadata" not in example.replacing:
        assert adopted.id == outcome.id
    assert_converged(merchant, example, adopted, least)
