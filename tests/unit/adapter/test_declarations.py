"""The mistakes that a program alone shows are refused in it, before any id is known."""

from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime import Mocks, set_mocks
from pulumi.runtime.settings import reset_options

import pulumi_paygentic as paygentic


class Unknown(Mocks):
    """A preview of a new stack: every resource is accepted, and no id is known."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return None, dict(args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(args.token)


@pytest.fixture(autouse=True)
def program() -> Iterator[None]:
    set_mocks(Unknown(), preview=True)
    yield
    reset_options()


def product(name: str, **more: Any) -> paygentic.Product:
    return paygentic.Product(name, name=name, description="", **more)


def metric(name: str, owner: paygentic.Product, **more: Any) -> paygentic.BillableMetric:
    fields: Any = {"name": name, "description": "", "unit": "run", "aggregation": "COUNT", "event_type": "run", **more}
    return paygentic.BillableMetric(name, product_id=owner.id, **fields)


def price(name: str, of: paygentic.BillableMetric) -> paygentic.Price:
    return paygentic.Price(
        name, billable_metric_id=of.id, unit_price="1", invoice_display_name=name, payment_term="in_arrears"
    )


def test_two_metrics_of_one_product_and_name_are_refused() -> None:
    api = product("api")
    metric("calls", api)
    with pytest.raises(pulumi.RunError, match=r"BillableMetric 'more': 'calls' declares the same product_id and name"):
        paygentic.BillableMetric(
            "more", product_id=api.id, name="calls", description="", unit="x", aggregation="COUNT", event_type="y"
        )


def test_the_same_name_in_another_product_or_account_is_none_of_its_business() -> None:
    metric("calls", product("api"))
    paygentic.BillableMetric(
        "others",
        product_id=product("other").id,
        name="calls",
        description="",
        unit="x",
        aggregation="COUNT",
        event_type="y",
    )
    account = paygentic.Provider("second", api_key="sk_test_1", merchant_id="org_2", base_url="http://127.0.0.1:9")
    paygentic.Product("theirs", name="api", description="", opts=pulumi.ResourceOptions(provider=account))


def test_products_of_one_name_are_refused_unless_that_is_declared() -> None:
    product("api")
    with pytest.raises(pulumi.RunError, match="'api' declares the same name"):
        paygentic.Product("again", name="api", description="")
    paygentic.Product("twin", name="api", description="", allow_same_name=True)


LINES: list[Callable[[paygentic.Price], Any]] = [lambda one: {"calls": one.id}, lambda one: [one.id]]


@pytest.mark.parametrize("lines", LINES, ids=["by key", "list"])
def test_a_plan_that_lists_a_price_of_another_product_is_refused(lines: Callable[[paygentic.Price], Any]) -> None:
    mine, theirs = product("mine"), product("theirs")
    foreign, own = price("foreign", metric("a", theirs)), price("own", metric("b", mine))
    with pytest.raises(pulumi.RunError, match=r"prices\[.*\] bills product 'theirs', and the plan belongs to 'mine'"):
        paygentic.Plan("plan", product_id=mine.id, name="Plan", currency="USD", prices=lines(foreign))
    paygentic.Plan("plan", product_id=mine.id, name="Plan", currency="USD", prices=lines(own))


def test_what_is_computed_or_literal_is_left_to_the_provider() -> None:
    api = product("api")
    computed = api.id.apply(lambda value: value)
    for name in ("one", "two"):
        paygentic.BillableMetric(
            name, product_id=computed, name="calls", description="", unit="x", aggregation="COUNT", event_type="y"
        )
    paygentic.Plan(
        "plan", product_id="prod_1", name="Plan", currency="USD", prices={"x": price("p", metric("m", api)).id}
    )


def featured(name: str, feature: paygentic.Feature, of: paygentic.BillableMetric, template: Any) -> paygentic.Price:
    """A price with a template for the feature."""
    more: Any = {"feature_id": feature.id, "entitlement_template": template, "payment_term": "in_arrears"}
    return paygentic.Price(name, billable_metric_id=of.id, unit_price="1", invoice_display_name=name, **more)


def test_a_template_for_another_type_of_feature_is_refused() -> None:
    api = product("api")
    calls = metric("calls", api)
    metered = paygentic.Feature("quota", product_id=api.id, key="quota", name="Quota", type="metered")
    boolean = paygentic.Feature("sso", product_id=api.id, key="sso", name="SSO")
    with pytest.raises(pulumi.RunError, match="Price 'wrong': entitlement_template is of type boolean"):
        featured("wrong", metered, calls, {"type": "boolean"})
    with pytest.raises(pulumi.RunError, match="its feature is boolean"):
        featured("wrong", boolean, calls, {"type": "metered"})
    computed = pulumi.Output.from_input("boolean")
    for name, template in enumerate(({"type": "metered"}, {"type": computed}, {}, pulumi.Output.from_input({}))):
        featured(f"right {name}", metered, calls, template)
