"""Check and diff need no network: what they refuse, what they fill in, and what they call a change."""

from datetime import datetime, timezone
from typing import Any

import pytest

from pulumi_paygentic.catalog import (
    UNKNOWN,
    Access,
    AuthorizationLink,
    BillableMetric,
    CatalogObject,
    Fee,
    Plan,
    Price,
    Product,
    all_kinds,
)
from pulumi_paygentic.lifecycle import Difference, PriceChangeRefused, check, diff
from pulumi_paygentic.lifecycle.diff import is_over
from pulumi_paygentic.lifecycle.natural_keys import NaturalKeys
from pulumi_paygentic.lifecycle.state import DECLARED, SUBSCRIBERS, declared_in, visible
from tests.support.examples import EXAMPLES, Example, Inputs, edited

KINDS = [pytest.param(kind, id=kind.__name__) for kind in all_kinds()]
PRODUCT: Inputs = {"name": "API", "description": ""}
LINK: Inputs = {"merchant_id": "org_1", "plan_id": "plan_1", "email": "a@b.org"}
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=str)


def checked(
    kind: type[CatalogObject], news: Inputs, olds: Inputs | None = None, **more: Any
) -> tuple[Inputs, list[str]]:
    inputs, reasons = check(kind, olds or {}, news, merchant_id="org_1", **more)
    return inputs, [str(reason) for reason in reasons]


def test_the_merchant_comes_from_the_configuration() -> None:
    assert checked(Product, PRODUCT) == ({**PRODUCT, "merchant_id": "org_1"}, [])
    assert checked(Product, {**PRODUCT, "merchant_id": "org_1"})[1] == []


@pytest.mark.parametrize(
    ("news", "olds"), [({"merchant_id": "org_2"}, {}), ({}, {**PRODUCT, "merchant_id": "org_2"})], ids=["new", "old"]
)
def test_objects_of_another_merchant_are_refused_with_the_ways_out(news: Inputs, olds: Inputs) -> None:
    [reason] = checked(Product, {**PRODUCT, **news}, olds)[1]
    assert reason.startswith("merchant_id")
    for word in ("org_1", "org_2", "paygentic.Provider", "configure"):
        assert word in reason


def test_none_is_the_same_as_not_given() -> None:
    assert checked(Product, {**PRODUCT, "metadata": None, "allow_same_name": None}) == checked(Product, PRODUCT)


def test_a_mark_is_set_once_and_stays() -> None:
    urn = "urn:pulumi:dev::shop::type::api"
    inputs, _ = checked(Product, PRODUCT, urn=urn)
    assert inputs["__mark"] == "shop/dev/api"
    assert checked(Product, PRODUCT, inputs, urn=urn.replace("api", "renamed"))[0] == inputs
    assert "__mark" not in checked(Product, PRODUCT, {**PRODUCT, "merchant_id": "org_1"}, urn=urn)[0]
    assert "__mark" not in checked(Fee, {**PRODUCT, "product_id": "prod_1"}, urn=urn)[0]


@each_example
def test_exactly_what_the_api_can_not_clear_may_not_be_removed(example: Example) -> None:
    olds, _ = checked(example.kind, example.full)
    for name in example.full:
        field = example.kind.inputs()[name]
        _, reasons = checked(example.kind, edited(example.full, {name: None}), olds)
        stuck = not field.required and not field.behaviour.can_be_unset
        if stuck:
            assert reasons, name
            assert reasons[0].startswith((name, "billable_metric_id", "unit_price"))
        assert any("cannot be removed" in reason for reason in reasons) is (stuck and name != "billable_metric_id")


def test_it_may_be_left_out_when_the_object_is_made_anew_anyway() -> None:
    plan = {"product_id": "prod_1", "name": "A", "currency": "USD", "description": "Old"}
    olds, _ = checked(Plan, plan)
    assert checked(Plan, edited(plan, {"description": None, "currency": "EUR"}), olds)[1] == []


@each_example
def test_a_change_replaces_exactly_where_the_behaviour_says(example: Example) -> None:
    olds, _ = checked(example.kind, example.full)
    state = {**olds, DECLARED: sorted(olds)}
    for name in example.full:
        news = {**olds, name: UNKNOWN}
        changed, replaces, *_ = diff(example.kind, "id", state, news)
        assert changed == [name]
        assert replaces == ([name] if example.kind.inputs()[name].behaviour.replaces else [])


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_not_declared_is_no_change_and_what_is_no_more_goes_back_to_the_default(
    kind: type[CatalogObject],
) -> None:
    for name, field in kind.inputs().items():
        if field.behaviour.access is Access.MUTABLE and field.behaviour.can_be_unset and not field.required:
            state = {name: "somebody's value"}
            assert diff(kind, "id", {**state, DECLARED: []}, {}).changed == []
            assert diff(kind, "id", {**state, DECLARED: [name]}, {}).changed == [name]
            assert diff(kind, "id", {name: field.behaviour.default, DECLARED: [name]}, {}).changed == []


def test_a_state_that_does_not_remember_what_was_declared_counts_all_of_it() -> None:
    assert declared_in(Fee, {"name": "A", "item_id": "itm_1", "created_at": "x", "__x": 1}) == {"name", "item_id"}
    assert declared_in(Fee, {"name": "A", DECLARED: ["name", "gone"]}) == {"name"}


@pytest.mark.parametrize(
    ("policy", "replaces"), [(None, ["unit_price"]), ("version", ["unit_price"]), ("in_place", []), ("refuse", [])]
)
def test_a_price_change_replaces_under_the_policy_version_only(policy: str | None, replaces: list[str]) -> None:
    state = {"unit_price": "1", "invoice_display_name": "A", DECLARED: ["unit_price", "invoice_display_name"]}
    news = {"unit_price": "2", "invoice_display_name": "B", **({"on_change": policy} if policy else {})}
    assert diff(Price, "price_1", state, news).replaces == replaces


def test_refuse_names_price_fields_and_plans_with_their_subscribers() -> None:
    state = {"unit_price": "1", DECLARED: ["unit_price"], SUBSCRIBERS: {"plan_1": 3}}
    with pytest.raises(PriceChangeRefused) as caught:
        diff(Price, "price_1", state, {"unit_price": "2", "on_change": "refuse"})
    for word in ("price_1", "unit_price", "plan_1", "3"):
        assert word in str(caught.value)
    assert diff(Price, "price_1", state, {"unit_price": "1", "on_change": "refuse"}).replaces == []


def test_refuse_lets_pass_what_may_turn_out_to_be_the_old_value() -> None:
    """Such as the metric of a product that is renamed in the program: it is compared again before any write."""
    old = {"billable_metric_id": "bm_1", "unit_price": "1", SUBSCRIBERS: {"plan_1": 3}}
    new = {"billable_metric_id": UNKNOWN, "unit_price": "1", "on_change": "refuse"}
    assert "billable_metric_id" in diff(Price, "price_1", old, new).changed
    with pytest.raises(PriceChangeRefused, match="Not changing unit_price of price"):
        diff(Price, "price_1", old, {**new, "unit_price": "2"})


def test_a_map_that_allows_extra_keys_is_compared_by_its_declared_keys() -> None:
    template = Price.inputs()["entitlement_template"]
    declared = {"type": "static", "config": {"a": {"b": 1}}}
    live = {"type": "static", "config": {"a": {"b": 2, "c": 3}, "d": 4}}
    assert template.as_declared(declared, live) == {"type": "static", "config": {"a": {"b": 2}}}
    assert template.as_declared(declared, {}) == {}
    assert template.as_declared(None, live) == live
    assert template.as_declared({}, None) == {}


NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("status", "expires", "over"),
    [
        ("pending", "2026-01-01T00:00:00Z", True),
        ("pending", "2026-01-02T00:00:00.000Z", True),
        ("pending", "2026-01-03T00:00:00Z", False),
        ("expired", "2026-01-03T00:00:00Z", True),
        ("expired", None, True),
        ("completed", "2026-01-01T00:00:00Z", False),
        (None, "2026-01-01T00:00:00Z", False),
        ("pending", None, False),
    ],
)
def test_a_link_is_over_when_it_expired_without_being_used(status: str | None, expires: str | None, over: bool) -> None:
    assert is_over({"status": status, "expires_at": expires}, NOW) is over


def test_a_link_that_is_over_is_renewed_only_where_that_is_asked_for() -> None:
    state = {**LINK, "status": "expired", "expires_at": "2026-01-01T00:00:00Z"}
    assert diff(AuthorizationLink, "auth_1", state, {**LINK, "renew": True}).forced
    assert diff(AuthorizationLink, "auth_1", state, LINK) == Difference([], [])
    assert not diff(AuthorizationLink, "auth_1", {**state, "status": "completed"}, {**LINK, "renew": True}).forced


def test_what_is_remembered_is_not_visible() -> None:
    assert visible({"name": "A", DECLARED: [], "__mark": "a/b/c"}) == {"name": "A"}


def test_names_not_known_yet_are_not_compared() -> None:
    names = NaturalKeys()
    metric = {"product_id": UNKNOWN, "name": "Runs"}
    assert names.declare(BillableMetric, metric, "urn::a") == names.declare(BillableMetric, metric, "urn::b") == []


def test_names_are_distinguished_by_kind_and_parent() -> None:
    names = NaturalKeys()
    declared: list[tuple[type[CatalogObject], str]] = [(Fee, "prod_1"), (BillableMetric, "prod_1"), (Fee, "prod_2")]
    for number, (kind, product) in enumerate(declared):
        assert names.declare(kind, {"product_id": product, "name": "Runs"}, f"urn::{number}") == []
    [reason] = names.declare(Fee, {"product_id": "prod_1", "name": "Runs"}, "urn::again")
    assert str(reason).startswith("name is not unique: '0' declares the same product_id and name")


def test_prices_have_no_name_to_share() -> None:
    names = NaturalKeys()
    assert (
        names.declare(Price, {"unit_price": "1"}, "urn::a") == names.declare(Price, {"unit_price": "1"}, "urn::b") == []
    )
