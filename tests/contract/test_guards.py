"""Guards: replacing is a decision, an item's product is not ours to change, and a unique key moves in two runs."""

from typing import Any

import pytest

from pulumi_paygentic.catalog import UNKNOWN, BillableMetric, Feature, Fee, Plan, Product
from pulumi_paygentic.lifecycle import KeyInUse, Lifecycle, ProductMismatch, ReplacementRefused
from tests.contract.test_prices_and_plans import converged, shop
from tests.support.account import MERCHANT, OWNER, MerchantAccount
from tests.support.model_engine import Engine, Ref, Resource


@pytest.fixture
def engine(merchant: MerchantAccount) -> Engine:
    return Engine(merchant)


def changed(name: str, **edit: Any) -> dict[str, Resource]:
    program = shop()
    program[name] = Resource(program[name].kind, {**program[name].inputs, **edit})
    return program


@pytest.mark.parametrize(
    ("name", "edit", "consequence"),
    [
        ("api", {"metadata": {"team": "a"}}, "subscribers would stay on the old plans"),
        ("runs", {"aggregation": "UNIQUE_COUNT"}, "usage reported so far would stay"),
        ("plan0", {"currency": "EUR"}, "subscribers would stay on the old plan"),
    ],
)
def test_a_replacement_is_refused_unless_it_is_declared(
    engine: Engine, merchant: MerchantAccount, name: str, edit: dict[str, Any], consequence: str
) -> None:
    engine.up(shop())
    held = engine.id(name)
    merchant.calls()
    error = engine.up(changed(name, **edit)).errors[name]
    assert merchant.calls() == {}
    for word in (held, next(iter(edit)), consequence, "allow_replace=True"):
        assert word in error
    report = engine.up(changed(name, **edit, allow_replace=True))
    assert name not in report.errors
    assert engine.id(name) != held


def test_what_hangs_on_a_replaced_product_is_refused_as_well(merchant: MerchantAccount) -> None:
    """In preview the new product's id is not known yet, but that it is replaced is."""
    account = merchant.run()
    product = merchant.checked(Product, {"name": "API", "description": ""})
    metric = {"product_id": "prod_A", "name": "m", "description": "", "unit": "u", "aggregation": "COUNT"}
    inputs = merchant.checked(BillableMetric, {**metric, "event_type": "e"})
    replaced = {**product, "metadata": {"a": "b"}, "allow_replace": True}
    below = Lifecycle(BillableMetric, account, "urn:metric")
    state = {**inputs, "product_id": "prod_1"}
    unknown = {**inputs, "product_id": UNKNOWN}
    assert below.diff("bm_1", state, unknown).replaces == ["product_id"]  # may turn out to be the old one
    Lifecycle(Product, account, "urn:product").diff("prod_1", product, replaced)
    with pytest.raises(ReplacementRefused, match="product_id"):
        below.diff("bm_1", state, unknown)
    assert below.diff("bm_1", state, {**unknown, "allow_replace": True}).replaces == ["product_id"]


@pytest.mark.parametrize("kind", [BillableMetric, Fee])
def test_a_refiled_item_is_drift_with_a_sentence_and_never_a_replacement(merchant: MerchantAccount, kind: Any) -> None:
    other = merchant.call("POST", "/v0/products", {"merchantId": MERCHANT, "name": "Other", "description": ""})["id"]
    charge = {"product_id": "prod_A", "name": "c", "description": "", "item_id": "itm_A"}
    more = {"unit": "u", "aggregation": "COUNT", "event_type": "e"} if kind is BillableMetric else {}
    inputs = merchant.checked(kind, {**charge, **more, **({"allow_replace": True} if more else {})})
    made = merchant.lifecycle(kind).create(inputs)
    merchant.call("PATCH", f"/v0/items/{merchant.id('itm_A')}", {"catalogId": other})
    read = merchant.lifecycle(kind).read(made.id, made.outputs)
    assert read is not None
    assert read.outputs["product_id"] == other
    with pytest.raises(ProductMismatch) as caught:
        merchant.lifecycle(kind).diff(made.id, read.outputs, inputs)
    for word in (made.id, other, merchant.id("prod_A"), merchant.id("itm_A")):
        assert word in str(caught.value)


def features(**keys: str) -> dict[str, Resource]:
    program = {"api": shop()["api"]}
    for name, key in keys.items():
        program[name] = Resource(Feature, {"product_id": Ref("api"), "key": key, "name": name.upper()})
    return program


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        ({"a": "k1", "b": "k2"}, {"a": "k2", "b": "k1"}, {"a": "k3", "b": "k2"}),
        ({"a": "k1", "b": "k2"}, {"a": "k2", "b": "k3"}, {"a": "k1", "b": "k3"}),
        ({"a": "k1", "b": "k2"}, {"b": "k1"}, {"b": "k2"}),
    ],
    ids=["swap", "chain", "of a removed one"],
)
def test_a_unique_key_that_moves_is_an_error_that_names_both_and_two_runs_do_it(
    engine: Engine, before: dict[str, str], after: dict[str, str], first: dict[str, str]
) -> None:
    engine.up(features(**before))
    errors = " ".join(engine.up(features(**after)).errors.values())
    assert "two runs" in errors
    assert "key 'k" in errors
    assert any(other in errors for other in ("'a'", "'A'", "'B'"))
    engine.refresh()
    assert not engine.up(features(**first)).errors
    if first["b"] != after["b"] and "a" in after:
        assert not engine.up(features(**{**after, "a": first["a"]})).errors
    assert not engine.up(features(**after)).errors
    converged(engine, features(**after))


def test_a_new_resource_that_takes_the_key_of_a_live_one_is_refused_by_check(merchant: MerchantAccount) -> None:
    account = merchant.run()
    old = merchant.checked(Feature, {"product_id": "prod_A", "key": "sso", "name": "SSO"})
    new = {**old, "key": "other"}
    giver = Lifecycle(Feature, account, "urn::giver")
    giver.check(old, new)
    giver.diff("feat_1", old, new)
    [reason] = Lifecycle(Feature, account, "urn::taker").check({}, {**old, "name": "Taker"}).violations
    assert "'giver'" in str(reason)
    assert "two runs" in str(reason)


def test_a_key_that_a_foreign_object_holds_is_named_in_the_error(merchant: MerchantAccount) -> None:
    feature = {"product_id": "prod_A", "key": "sso", "name": "Theirs"}
    body = {**Feature.body(merchant.resolve(feature)), "merchantId": MERCHANT}
    theirs = merchant.call("POST", "/v0/features", body)["id"]
    inputs = merchant.checked(Feature, {**feature, "key": "mine", "name": "Mine"})
    made = merchant.lifecycle(Feature).create(inputs)
    with pytest.raises(KeyInUse, match=theirs):
        merchant.lifecycle(Feature).update(made.id, made.outputs, {**inputs, "key": "sso"})
    assert OWNER  # the resource keeps its object
    assert merchant.call("GET", f"/v0/features/{made.id}")["key"] == "mine"


def test_a_plan_that_is_replaced_on_purpose_leaves_the_old_one_with_a_warning(engine: Engine) -> None:
    engine.up(shop())
    old = engine.id("plan0")
    report = engine.up(changed("plan0", currency="EUR", allow_replace=True))
    assert not report.errors
    assert any(old in text for text in report.warnings)
    assert Plan.replacement_effect
