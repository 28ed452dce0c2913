"""Costs: their life, and their quantities and amounts, by the vendor's SDK."""

from datetime import datetime, timezone

import pytest
from paygentic_sdk import errors

from tests.emulator.support.merchant import Json, Merchant

PATH = "/v0/costs"
DAY = "from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z"


def _cost(merchant: Merchant, **fields: object) -> Json:
    body = {
        "type": "metered",
        "name": "Compute",
        "unitCost": 0.0002,
        "currency": "USD",
        "productId": merchant.product(),
        "aggregation": "SUM",
        "eventType": "run",
        "valueProperty": "$.seconds",
        "groupBy": {"region": "$.region"},
        "unit": "second",
    }
    return merchant.post(PATH, {**body, **fields})


def _run(merchant: Merchant, customer: str, hour: int, seconds: float, region: str) -> None:
    stamp = f"2026-01-01T{hour:02}:30:00Z"
    event = {"type": "run", "source": "t", "subject": customer, "timestamp": stamp}
    merchant.call("POST", "/v0/events", {**event, "data": {"seconds": seconds, "region": region}}, expect=202)


def test_a_cost_has_the_whole_life(merchant: Merchant) -> None:
    made = merchant.sdk.costs.get_cost(id=_cost(merchant)["id"])
    assert (made.unit_cost, made.unit, made.deleted_at) == ("0.0002", "second", None)
    changed = merchant.sdk.costs.update_cost(id=made.id, unit_cost=1, currency="EUR", unit=None, aggregation="COUNT")
    assert (changed.unit_cost, changed.currency, changed.unit, changed.value_property) == ("1", "EUR", None, None)
    listed = merchant.sdk.costs.list_costs(request={"product_id": made.product_id})
    assert [cost.id for cost in listed.data] == [made.id]
    merchant.sdk.costs.delete_cost(id=made.id)
    with pytest.raises(errors.Error):
        merchant.sdk.costs.get_cost(id=made.id)
    refused = {"type": "metered", "name": "A", "unitCost": -1, "currency": "USD", "productId": made.product_id}
    assert merchant.refused("POST", PATH, {**refused, "aggregation": "COUNT", "eventType": "run"}) == {"unitCost"}


def test_a_summary_is_the_quantity_times_the_unit_cost(merchant: Merchant) -> None:
    cost = _cost(merchant)
    one, two = merchant.customer("a@example.com"), merchant.customer("b@example.com")
    for row in ((one, 1, 10, "eu"), (one, 2, 5, "us"), (two, 2, 2.5, "eu")):
        _run(merchant, *row)
    found = merchant.sdk.costs.get_cost_summary(
        id=cost["id"],
        from_=datetime(2026, 1, 1, tzinfo=timezone.utc),
        to=datetime(2026, 1, 2, tzinfo=timezone.utc),
        group_by="region",
        window="HOUR",
    )
    assert (found.total_quantity, found.total_cost, found.unit) == (17.5, 0.0035, "second")
    groups = [(group.dimensions, group.quantity, group.cost) for group in found.groups or ()]
    assert groups == [({"region": "eu"}, 12.5, 0.0025), ({"region": "us"}, 5, 0.001)]
    windows = [(window.window_start.hour, window.quantity) for window in found.time_series or ()]
    assert windows == [(1, 10), (2, 7.5)]
    path = f"{PATH}/{cost['id']}/summary?{DAY}"
    assert merchant.get(f"{path}&subject={two}")["totalQuantity"] == 2.5
    assert merchant.get(f'{path}&filterGroupBy={{"region":"us"}}')["totalCost"] == 0.001
    for wrong in ("&groupBy=colour", "&window=MONTH", '&filterGroupBy={"colour":"red"}'):
        merchant.call("GET", path + wrong, expect=400)


def test_a_cost_without_what_measures_it_has_no_amount(merchant: Merchant) -> None:
    cost = _cost(merchant, unit="")
    merchant.patch(f"{PATH}/{cost['id']}", {"aggregation": None, "eventType": None, "unit": None})
    found = merchant.get(f"{PATH}/{cost['id']}/summary?{DAY}&window=DAY")
    assert (found["totalQuantity"], found["totalCost"], "unit" in found) == (None, None, False)
