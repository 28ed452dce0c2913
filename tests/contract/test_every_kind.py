"""One contract for every kind of object, run over the examples of each: create, read, update, replace and drift."""

from collections.abc import Iterator

import pytest

from pulumi_paygentic.catalog import AuthorizationLink, default_of
from pulumi_paygentic.lifecycle import Difference, Result, check, diff, warnings_in
from pulumi_paygentic.lifecycle.state import ADOPTION
from tests.contract.world import OWNER, Inputs, World
from tests.examples_of_kinds import EXAMPLES, Example, edited

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


def created(world: World, example: Example, declared: Inputs) -> tuple[Result, Inputs]:
    inputs = world.checked(example.kind, declared)
    return world.lifecycle(example.kind).create(inputs), inputs


def assert_converged(world: World, example: Example, outcome: Result, inputs: Inputs) -> None:
    """A refresh and a preview right after show nothing, and write nothing."""
    world.calls()
    read = world.lifecycle(example.kind).read(outcome.id, outcome.outputs)
    assert read is not None
    assert read.outputs == outcome.outputs
    assert read.inputs == inputs
    assert diff(example.kind, outcome.id, outcome.outputs, inputs) == Difference([], [])
    assert world.writes() == {}


@each_kind
@pytest.mark.parametrize("which", ["minimal", "full"])
def test_create_read(world: World, example: Example, which: str) -> None:
    outcome, inputs = created(world, example, getattr(example, which))
    assert sum(world.calls().get(f"POST {p}", 0) for p in (example.kind.path,)) == 1
    assert outcome.id.startswith(example.kind.id_prefix)
    assert {name: outcome.outputs[name] for name in inputs} == inputs
    assert_converged(world, example, outcome, inputs)


@each_kind
def test_a_create_costs_one_write_and_at_most_one_list_of_its_own_collection(world: World, example: Example) -> None:
    created(world, example, example.full)
    calls = world.calls()
    own = {f"POST {example.kind.path}", f"GET {example.kind.path}"}
    # A template is compared with the type of its feature, if that is not in the program.
    feature = {"GET /v0/billableMetrics/{id}", "GET /v0/features/{id}"}
    assert set(calls) <= own | (feature if "entitlement_template" in example.full else set())
    assert set(calls.values()) == {1}


@cases("edits")
def test_update_read(world: World, example: Example, name: str) -> None:
    outcome, inputs = created(world, example, example.full)
    news = world.checked(example.kind, edited(example.full, example.edits[name]), inputs)
    difference = diff(example.kind, outcome.id, outcome.outputs, news)
    assert name in difference.changed
    assert (difference.replaces, difference.forced) == ([], False)
    world.calls()
    updated = world.lifecycle(example.kind).update(outcome.id, outcome.outputs, news)
    assert sum(world.writes().values()) == 1
    assert updated.warnings == []
    assert_converged(world, example, updated, news)


@each_kind
def test_an_update_without_a_difference_writes_nothing(world: World, example: Example) -> None:
    outcome, inputs = created(world, example, example.full)
    world.calls()
    updated = world.lifecycle(example.kind).update(outcome.id, outcome.outputs, inputs)
    assert updated.outputs == outcome.outputs
    assert world.calls() == {}


@each_kind
def test_an_argument_taken_out_is_given_back_to_the_default_or_refused(world: World, example: Example) -> None:
    world.adopt = True  # what can't be deleted is there still
    optional = [name for name in example.full if not example.kind.inputs()[name].required]
    for name in optional:
        outcome, inputs = created(world, example, example.full)
        left = world.resolve(edited(example.full, {name: None}))
        news, reasons = check(example.kind, inputs, left, merchant_id=world.merchant, urn=OWNER)
        if reasons:
            assert all(str(reason) for reason in reasons)
            continue
        difference = diff(example.kind, outcome.id, outcome.outputs, news)
        after = (
            world.lifecycle(example.kind).create(news)
            if difference.replaces
            else world.lifecycle(example.kind).update(outcome.id, outcome.outputs, news)
        )
        assert after.outputs.get(name) in (default_of(example.kind.inputs()[name]), None, {}), name
        assert_converged(world, example, after, news)
        world.lifecycle(example.kind).delete(outcome.id, outcome.outputs)


@each_kind
def test_what_the_api_can_not_clear_says_so(world: World, example: Example) -> None:
    _, inputs = created(world, example, example.full)
    for name, field in example.kind.inputs().items():
        if name in inputs and not field.required and not field.behaviour.can_be_unset:
            left = world.resolve(edited(example.full, {name: None}))
            told = check(example.kind, inputs, left, merchant_id=world.merchant).violations
            assert [reason.argument for reason in told] == [name] or "cannot be removed" not in str(told[0])


@cases("replacing")
def test_replace(world: World, example: Example, name: str) -> None:
    outcome, inputs = created(world, example, example.full)
    news = world.checked(example.kind, edited(example.full, example.replacing[name]), inputs)
    difference = diff(example.kind, outcome.id, outcome.outputs, news)
    assert name in difference.replaces
    assert set(difference.replaces) <= set(difference.changed)


@each_kind
def test_delete_read_and_delete_again(world: World, example: Example) -> None:
    outcome, _ = created(world, example, example.full)
    messages = world.lifecycle(example.kind).delete(outcome.id, outcome.outputs)
    read = world.lifecycle(example.kind).read(outcome.id, outcome.outputs)
    if example.kind.deletable:
        assert (messages, read) == ([], None)
    else:
        assert outcome.id in warnings_in(messages)[0]
        assert read is not None
    assert world.lifecycle(example.kind).delete(outcome.id, outcome.outputs) == messages


@cases("edits", declared=True)
def test_drift_is_read_field_by_field_and_mended(world: World, example: Example, name: str) -> None:
    outcome, inputs = created(world, example, example.full)
    edit = world.checked(example.kind, edited(example.full, example.edits[name]), inputs)
    drifted = {field: edit.get(field) for field in example.kind.patched_together({*example.edits[name]})}
    _behind_the_back(world, example, outcome.id, drifted)
    read = world.lifecycle(example.kind).read(outcome.id, outcome.outputs)
    assert read is not None
    assert read.inputs is not None
    shown = {field for field in {*inputs, *read.inputs} if inputs.get(field) != read.inputs.get(field)}
    assert name in shown
    assert shown <= set(example.edits[name]) | {"unit_price", "tiers"}
    assert read.inputs[name] == edit[name]
    mended = world.lifecycle(example.kind).update(read.id, read.outputs, inputs)
    assert_converged(world, example, mended, inputs)


def _behind_the_back(world: World, example: Example, object_id: str, values: Inputs) -> None:
    fields = example.kind.inputs()
    body = example.kind.body({n: default_of(fields[n]) if v is None else v for n, v in values.items()})
    if isinstance(body.get("prices"), dict):
        lines = [{"key": key, "priceId": price_id} for key, price_id in body.pop("prices").items()]
        world.call("POST", f"{example.kind.path}/{object_id}/versions", {"prices": lines})
    if body:
        world.call("PATCH", f"{example.kind.path}/{object_id}", body)


@of_those([example for example in EXAMPLES if (example.full.keys() - example.minimal.keys()) & example.edits.keys()])
def test_what_is_not_declared_is_not_managed(world: World, example: Example) -> None:
    outcome, inputs = created(world, example, example.minimal)
    full = world.checked(example.kind, example.full)
    fields = example.kind.inputs()
    more = {n: full[n] for n in full if n not in inputs and n in example.edits and fields[n].behaviour.is_sent}
    assert more
    _behind_the_back(world, example, outcome.id, more)
    read = world.lifecycle(example.kind).read(outcome.id, outcome.outputs)
    assert read is not None
    assert read.inputs == inputs
    assert diff(example.kind, read.id, read.outputs, inputs) == Difference([], [])


@each_kind
def test_adopt(world: World, example: Example) -> None:
    """A run that remembers nothing finds what an earlier one made, and sends no second POST."""
    outcome, inputs = created(world, example, example.full)
    world.calls()
    adopted = world.lifecycle(example.kind).create(inputs)
    if example.kind is AuthorizationLink:
        assert adopted.id != outcome.id  # the API has no list to find it in
        return
    assert adopted.id == outcome.id
    assert {**adopted.outputs, ADOPTION: None} == {**outcome.outputs, ADOPTION: None}
    assert world.writes() == {}
    assert_converged(world, example, adopted, inputs)


@of_those([example for example in EXAMPLES if example.kind.natural_key])
def test_an_object_of_the_same_name_is_brought_to_the_declared_values_if_the_run_may(
    world: World, example: Example
) -> None:
    """Without a name it would be adopted only if it is identical."""
    world.adopt = True
    outcome, _ = created(world, example, example.full)
    keep = set(example.kind.natural_key)
    for name, edit in example.edits.items():
        if name not in keep:
            news = world.checked(example.kind, edited(example.full, edit))
            adopted = world.lifecycle(example.kind).create(news)
            assert adopted.id == outcome.id
            assert_converged(world, example, adopted, news)
    least = world.checked(example.kind, example.minimal)
    adopted = world.lifecycle(example.kind).create(least)
    if "metadata" not in example.replacing:
        assert adopted.id == outcome.id
    assert_converged(world, example, adopted, least)
