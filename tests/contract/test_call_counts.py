"""Calls grow with the objects, never with prices times plans."""

import pytest

from pulumi_paygentic.catalog import BillableMetric, Plan, Price, Product
from tests.support.account import MerchantAccount
from tests.support.model_engine import Engine, Ref, Resource


def program(prices: int, plans: int, on_change: str = "version") -> dict[str, Resource]:
    """So many prices of one metric, dealt out to so many plans."""
    metric = {"name": "m", "description": "", "unit": "u", "aggregation": "COUNT", "event_type": "e"}
    price = {"model": "standard", "payment_term": "in_arrears", "on_change": on_change}
    made = {
        "product": Resource(Product, {"name": "P", "description": ""}),
        "metric": Resource(BillableMetric, {"product_id": Ref("product"), **metric}),
    }
    for i in range(prices):
        own = {"unit_price": str(i + 1), "invoice_display_name": f"n{i}"}
        made[f"price{i}"] = Resource(Price, {"billable_metric_id": Ref("metric"), **price, **own})
    for j in range(plans):
        lines = {f"k{i}": Ref(f"price{i}") for i in range(j, prices, plans)}
        plan = {"product_id": Ref("product"), "name": f"plan{j}", "currency": "USD", "prices": lines}
        made[f"plan{j}"] = Resource(Plan, plan)
    return made


def refresh_calls(prices: int, plans: int, on_change: str) -> int:
    merchant = MerchantAccount()
    engine = Engine(merchant)
    assert not engine.up(program(prices, plans, on_change)).errors
    merchant.calls()
    engine.refresh()
    return sum(merchant.calls().values())


def test_a_refresh_of_prices_that_refuse_costs_two_calls_a_plan_more() -> None:
    assert refresh_calls(40, 10, "refuse") <= refresh_calls(40, 10, "version") + 2 * 10


@pytest.mark.parametrize("count", [10, 40])
def test_up_after_destroy_costs_at_most_three_calls_an_object(merchant: MerchantAccount, count: int) -> None:
    engine, catalog = Engine(merchant), program(count, count)
    assert not engine.up(catalog).errors
    engine.destroy()
    merchant.calls()
    assert not engine.up(catalog).errors
    assert sum(merchant.calls().values()) <= 3 * len(catalog)
