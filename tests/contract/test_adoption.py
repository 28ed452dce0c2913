"""Adoption: of several objects with one key the equal one; another only by a decision, shown by field."""

from typing import Any

import pytest

from pulumi_paygentic.catalog import AuthorizationLink, BillableMetric, Plan, Product
from pulumi_paygentic.lifecycle import AdoptionImpossible, AmbiguousAdoption, DuplicateOwner, Lifecycle
from tests.contract.test_prices_and_plans import converged, default, lines, shop
from tests.support.account import MERCHANT, OWNER, Inputs, MerchantAccount
from tests.support.examples import EXAMPLES, Example, edited
from tests.support.model_engine import Engine, Ref, Resource

METRIC = {"product_id": "prod_A", "name": "Minutes", "description": "d", "unit": "min", "aggregation": "COUNT"}


def handmade(merchant: MerchantAccount, **more: Any) -> str:
    """A metric that somebody made in the dashboard."""
    body = {**BillableMetric.body(merchant.resolve({**METRIC, **more})), "merchantId": merchant.merchant_id}
    return str(merchant.call("POST", "/v0/billableMetrics", body)["id"])


@pytest.fixture
def engine(merchant: MerchantAccount) -> Engine:
    return Engine(merchant)


@pytest.mark.parametrize("adopt", [False, True])
@pytest.mark.parametrize("order", [("m1", "m2"), ("m2", "m1")])
def test_of_several_with_one_key_the_equal_one_is_adopted(
    merchant: MerchantAccount, order: tuple[str, str], *, adopt: bool
) -> None:
    ids = {event: handmade(merchant, event_type=event) for event in order}
    merchant.adopt = adopt
    merchant.calls()
    adopted = merchant.lifecycle(BillableMetric).create(
        merchant.checked(BillableMetric, {**METRIC, "event_type": "m2"})
    )
    assert adopted.id == ids["m2"]
    assert merchant.writes() == {}


@pytest.mark.parametrize("adopt", [False, True])
def test_if_none_of_several_is_equal_all_are_named_and_nothing_is_written(
    merchant: MerchantAccount, *, adopt: bool
) -> None:
    ids = [handmade(merchant, event_type=event) for event in ("m1", "m2")]
    merchant.adopt = adopt
    inputs = merchant.checked(BillableMetric, {**METRIC, "event_type": "m3"})
    merchant.calls()
    with pytest.raises(AmbiguousAdoption, match=f"{ids[0]} differs in event_type; {ids[1]} differs in event_type"):
        merchant.lifecycle(BillableMetric).create(inputs)
    assert merchant.writes() == {}
    adopted = merchant.lifecycle(BillableMetric).create({**inputs, "adopt_id": ids[1]})
    assert adopted.id == ids[1]
    assert merchant.call("GET", f"/v0/billableMetrics/{ids[0]}")["eventType"] == "m1"
    assert merchant.call("GET", f"/v0/billableMetrics/{ids[1]}")["eventType"] == "m3"


@pytest.mark.parametrize("example", [example for example in EXAMPLES if example.edits], ids=str)
def test_adopt_id_brings_this_very_object_to_the_declaration_and_says_what_changed(
    merchant: MerchantAccount, example: Example
) -> None:
    made = merchant.lifecycle(example.kind).create(merchant.checked(example.kind, example.full))
    name, edit = next((n, e) for n, e in example.edits.items() if n not in example.kind.natural_key)
    inputs = merchant.checked(example.kind, {**edited(example.full, edit), "adopt_id": made.id})
    adopted = merchant.lifecycle(example.kind).create(inputs)
    assert adopted.id == made.id
    assert adopted.outputs[name] == inputs[name]
    [message] = adopted.messages
    assert message.severity == "info"
    assert message.text.startswith(f"adopted {example.kind.title} {made.id}: changed ")
    assert name in message.text
    read = merchant.lifecycle(example.kind).read(adopted.id, adopted.outputs)
    assert read is not None
    assert read.inputs == inputs


def test_a_link_is_adopted_by_its_id(merchant: MerchantAccount) -> None:
    link: Inputs = {"plan_id": "plan_A", "email": "ada@example.com"}
    made = merchant.lifecycle(AuthorizationLink).create(merchant.checked(AuthorizationLink, link))
    inputs = merchant.checked(AuthorizationLink, {**link, "adopt_id": made.id})
    merchant.calls()
    assert merchant.lifecycle(AuthorizationLink).create(inputs).id == made.id
    assert merchant.writes() == {}


def test_adopt_id_takes_a_product_that_this_stack_did_not_create(engine: Engine, merchant: MerchantAccount) -> None:
    theirs = merchant.call("POST", "/v0/products", {"name": "API", "description": "Old", "merchantId": MERCHANT})["id"]
    product = {"name": "API", "description": "New"}
    assert f'adopt_id="{theirs}"' in engine.up({"api": Resource(Product, product)}).errors["api"]
    program = {"api": Resource(Product, {**product, "adopt_id": theirs})}
    report = engine.up(program)
    assert not report.errors
    assert engine.id("api") == theirs
    assert report.infos == [f"adopted product {theirs}: changed description"]
    converged(engine, program)
    without = {"api": Resource(Product, product)}
    assert not engine.up(without).errors  # it has done its work, and may be removed
    assert engine.id("api") == theirs
    converged(engine, without)


def test_adopt_id_has_no_effect_on_a_resource_that_manages_an_object(engine: Engine, merchant: MerchantAccount) -> None:
    """Neither when its price is replaced, nor when it is replaced without comparing it."""
    body = {"invoiceDisplayName": "Runs", "paymentTerm": "in_arrears", "model": "standard"}
    engine.up(shop())
    price = {**body, "billableMetricId": engine.id("runs"), "properties": {"unitPrice": "5"}}
    theirs = merchant.call("POST", "/v0/prices", price)["id"]
    first = shop("5", adopt_id=theirs)
    engine.state.pop("basic")
    assert not engine.up(first).errors
    assert engine.id("basic") == theirs
    second = shop("6", adopt_id=theirs)
    assert not engine.up(second).errors
    held = engine.id("basic")
    assert held != theirs
    assert not engine.up(second, replacing="basic").errors
    assert merchant.call("GET", f"/v0/prices/{theirs}")["properties"] == {"unitPrice": "5"}
    converged(engine, second)


def test_adopt_id_that_is_changed_later_is_refused(engine: Engine) -> None:
    engine.up(shop())
    program = shop()
    program["plan0"] = Resource(Plan, {**program["plan0"].inputs, "adopt_id": "plan_other"})
    error = engine.up(program).errors["plan0"]
    assert "plan_other" in error
    assert engine.id("plan0") in error
    assert "pulumi state delete" in error


def test_what_adopt_id_can_not_name_is_refused_before_any_write(merchant: MerchantAccount) -> None:
    made = handmade(merchant, event_type="m1")
    merchant.calls()
    absent, wrong = "bm_absent", {**METRIC, "event_type": "m1", "aggregation": "UNIQUE_COUNT"}
    inputs = merchant.checked(BillableMetric, {**METRIC, "event_type": "m1", "adopt_id": absent})
    with pytest.raises(AdoptionImpossible, match=f"{absent}, which does not exist"):
        merchant.lifecycle(BillableMetric).create(inputs)
    with pytest.raises(AdoptionImpossible, match="has aggregation 'COUNT'"):
        merchant.lifecycle(BillableMetric).create({**merchant.checked(BillableMetric, wrong), "adopt_id": made})
    invalid = merchant.resolve({**METRIC, "event_type": "m1", "adopt_id": "x"})
    [reason] = merchant.lifecycle(BillableMetric).check({}, invalid).violations
    assert "bm_" in str(reason)
    assert merchant.writes() == {}


def test_an_object_that_another_resource_holds_is_not_adopted_by_its_id(merchant: MerchantAccount) -> None:
    account = merchant.run()
    inputs = merchant.checked(BillableMetric, {**METRIC, "event_type": "m1"})
    made = Lifecycle(BillableMetric, account, OWNER).create(inputs)
    with pytest.raises(DuplicateOwner, match=OWNER):
        Lifecycle(BillableMetric, account, "urn:other").create({**inputs, "adopt_id": made.id})


def test_the_line_keys_that_the_api_generated_can_be_declared(engine: Engine, merchant: MerchantAccount) -> None:
    """A plan made by hand has them: to declare its lines by key costs no new version."""
    engine.up(shop(keyed=False))
    keys = {price_id: key for key, price_id in lines(default(merchant, engine.id("plan0"))).items()}
    assert all(key.startswith("line_") for key in keys.values())
    program = shop()
    named = {keys[engine.id(name)]: Ref(name) for name in ("basic", "premium")}
    program["plan0"] = Resource(Plan, {**program["plan0"].inputs, "prices": named})
    merchant.calls()
    assert not engine.up(program).errors
    assert merchant.writes() == {}
    converged(engine, program)


def test_a_list_of_prices_shows_one_changed_price_as_one(merchant: MerchantAccount) -> None:
    """An order that has no meaning stays as it was, whatever the new ids are."""
    plans = merchant.lifecycle(Plan)
    plan = {"product_id": "prod_A", "name": "Usage", "currency": "USD", "merchant_id": MERCHANT}
    olds = plans.check({}, {**plan, "prices": ["price_d", "price_b", "price_c", "price_a"]}).inputs
    assert olds["prices"] == ["price_d", "price_b", "price_c", "price_a"]
    changed = plans.check(olds, {**plan, "prices": ["price_a", "price_b", "price_e", "price_d"]}).inputs
    assert changed["prices"] == ["price_d", "price_b", "price_e", "price_a"]
    assert plans.check(olds, {**plan, "prices": sorted(olds["prices"])}).inputs == olds
    fewer = plans.check(olds, {**plan, "prices": ["price_a", "price_d"]}).inputs
    assert fewer["prices"] == ["price_d", "price_a"]


def test_a_list_in_another_order_is_no_change(engine: Engine, merchant: MerchantAccount) -> None:
    engine.up(shop(keyed=False))
    program = shop(keyed=False)
    program["plan0"] = Resource(Plan, {**program["plan0"].inputs, "prices": [Ref("premium"), Ref("basic")]})
    merchant.calls()
    assert engine.up(program).is_empty
    assert merchant.calls() == {}
    converged(engine, program)
    assert "POST /v0/plans/{id}/versions" not in merchant.calls()
