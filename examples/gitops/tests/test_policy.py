"""The rules of the finance team, over catalogs of a few objects."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent / "policy"))

from rules import CATALOG_RULES, OBJECT_RULES, Catalog, Declared

METRIC = Declared("m", "BillableMetric", {"name": "Routes", "event_type": "route"}, protected=True)


def price(**inputs: Any) -> Declared:
    return Declared("p", "Price", inputs, refers_to={"billable_metric_id": ["m"]})


def refused(rule: str, *objects: Declared, stack: str = "production") -> dict[str, str]:
    rules = {**OBJECT_RULES, **CATALOG_RULES}
    return dict(rules[rule](Catalog(stack, objects)))


def test_a_plan_in_another_currency_is_refused() -> None:
    assert refused("allowed-currencies", Declared("a", "Plan", {"currency": "EUR"})) == {}
    assert refused("allowed-currencies", Declared("a", "Plan", {"currency": "GBP"})).keys() == {"a"}


@pytest.mark.parametrize("name", ["maps", "Maps!", "Maps  API", " Maps", ""])
def test_a_name_that_customers_cannot_read_is_refused(name: str) -> None:
    assert refused("names-that-customers-can-read", Declared("a", "Product", {"name": name})).keys() == {"a"}
    assert refused("names-that-customers-can-read", Declared("a", "Product", {"name": "Maps (dev)"})) == {}


def test_lasting_objects_are_protected_in_production_alone() -> None:
    product = Declared("a", "Product", {"name": "Maps"})
    assert refused("protected-in-production", product, METRIC, price()).keys() == {"a"}
    assert refused("protected-in-production", product, stack="staging") == {}


def test_no_band_is_below_the_cost_of_its_event() -> None:
    rule = "no-price-below-its-cost"
    assert refused(rule, METRIC, price(unit_price="0.0035")) == {}
    assert refused(rule, METRIC, price(unit_price="0.0034")).keys() == {"p"}
    assert refused(rule, METRIC, price(tiers=[{"up_to": "9", "unit_price": "1"}, {"unit_price": "0"}])).keys() == {"p"}


def test_an_event_without_a_known_cost_is_refused() -> None:
    other = Declared("m", "BillableMetric", {"event_type": "tile"})
    assert "no cost" in refused("no-price-below-its-cost", other, price(unit_price="1"))["p"]
