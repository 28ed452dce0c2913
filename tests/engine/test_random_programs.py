"""Random catalogs and edits through the real CLI: after each `up`, account and program agree and nothing is left to do.

The default run is one seed of four edits; THOROUGH=1 runs ten: `THOROUGH=1 scripts/check engine -k random`.
"""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from tests.engine.support.server import Server
from tests.engine.support.stack import Stack, thorough

#: Declares whatever `catalog.json` says, so that an edit is a change of data.
PROGRAM = """
import json
given = json.load(open("catalog.json", encoding="utf-8"))
api = paygentic.Product("api", name="API", description=given["description"])
ids = {}
for name, metric in given["metrics"].items():
    made = paygentic.BillableMetric(name, product_id=api.id, name=name, description="", unit="call",
                                    aggregation="COUNT", **metric["fields"])
    ids[name] = paygentic.Price(name, billable_metric_id=made.id, invoice_display_name=name, **metric["price"]).id
for name, plan in given["plans"].items():
    prices = {key: ids[key] for key in plan["lines"]}
    paygentic.Plan(name, product_id=api.id, name=name, currency="USD", **plan["fields"],
                   prices=prices if plan["by_key"] else list(prices.values()))
"""


def metric(chance: random.Random) -> dict[str, Any]:
    """A metric and its price."""
    fields: dict[str, Any] = {"event_type": chance.choice(["call", "hit"])}
    if chance.random() < 0.5:
        fields["group_by"] = {"region": chance.choice(["$.region", "$.data.region"])}
    rate = str(chance.randint(1, 9) / 1000)
    price: dict[str, Any] = {"model": "standard", "unit_price": rate}
    if chance.random() < 0.3:
        price = {"model": "volume", "tiers": [{"up_to": "100", "unit_price": rate}, {"unit_price": "0.0001"}]}
    return {"fields": fields, "price": {**price, "payment_term": chance.choice(["in_arrears", "in_advance"])}}


def plan(chance: random.Random, metrics: list[str]) -> dict[str, Any]:
    """A plan of some of the metrics' prices."""
    lines = sorted(chance.sample(metrics, chance.randint(1, len(metrics))))
    fields = {"billing_cadence": chance.choice(["P1M", "P3M", "P1Y"])}
    if chance.random() < 0.5:
        fields["default_tax_code"] = "saas"
    return {"lines": lines, "by_key": chance.random() < 0.5, "fields": fields}


def edit(chance: random.Random, given: dict[str, Any]) -> None:
    """Change one thing: a price, a metric's fields, a plan, or what there is."""
    names = sorted(given["metrics"])
    match chance.randint(0, 4):
        case 0:
            given["metrics"][chance.choice(names)]["price"] = metric(chance)["price"]
        case 1:
            given["metrics"][chance.choice(names)]["fields"] = metric(chance)["fields"]
        case 2:
            given["plans"][chance.choice(sorted(given["plans"]))] = plan(chance, names)
        case 3:
            given["metrics"][f"metric-{len(names)}"] = metric(chance)
        case _:
            given["plans"][f"plan-{len(given['plans'])}"] = plan(chance, names)


@pytest.mark.parametrize("seed", range(10 if thorough() else 1))
def test_random_programs_and_edits_converge(stack: Stack, server: Server, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  a seeded test
    given: dict[str, Any] = {"description": "", "metrics": {f"metric-{n}": metric(chance) for n in range(3)}}
    given["plans"] = {"plan-0": plan(chance, sorted(given["metrics"]))}
    stack.write(PROGRAM)
    superseded: set[str] = set()
    for step in range(5):
        if step:
            edit(chance, given)
        (stack.program / "catalog.json").write_text(json.dumps(given), encoding="utf-8")
        before = stack.ids().get("Price", set()) if step else set()
        stack.up()
        superseded = (superseded | before) - stack.ids()["Price"]
        assert stack.preview("--refresh").changes == {}
        kept = server.account.ids()["Price"] - stack.ids()["Price"]
        assert kept <= superseded
    stack.destroy()
    stack.up()
    counts = {"Product": 1, "BillableMetric": len(given["metrics"]), "Plan": len(given["plans"])}
    assert {kind: count for kind, count in server.account.counts().items() if kind != "Price"} == counts
    assert stack.ids()["Price"] <= server.account.ids()["Price"]
    assert server.account.ids()["Price"] - stack.ids()["Price"] <= superseded
    assert stack.preview("--refresh").changes == {}
