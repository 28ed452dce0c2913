"""Programs that several tests run, and what an account must hold after them."""

from __future__ import annotations

from typing import Final

from tests.engine.support.server import Server
from tests.engine.support.stack import Stack

#: One product, one metric, its price and the plan that lists it.
SHOP: Final = """
api = paygentic.Product("api", name="API", description="Answers calls")
calls = paygentic.BillableMetric("calls", product_id=api.id, name="Calls", description="", unit="call",
                                 aggregation="COUNT", event_type="call")
price = paygentic.Price("calls", billable_metric_id=calls.id, model="standard", unit_price="1",
                        invoice_display_name="Calls", payment_term="in_arrears")
plan = paygentic.Plan("payg", product_id=api.id, name="Pay as you go", currency="USD", prices={"calls": price.id})
"""
SHOP_HOLDS: Final = {"Product": 1, "BillableMetric": 1, "Price": 1, "Plan": 1}

_CATALOG = """
def price(name, of, unit_price="1", **more):
    return paygentic.Price(name, model="standard", unit_price=unit_price, invoice_display_name=name.title(),
                           payment_term="in_arrears", **of, **more)

def catalog(prefix, metrics, fees, features):
    api = paygentic.Product(prefix, name=prefix.title(), description="")
    metered = []
    for number in range(metrics):
        metric = paygentic.BillableMetric(f"{prefix}-{number}", product_id=api.id, name=f"Metric {number}",
                                          description="", unit="call", aggregation="COUNT", event_type=f"e{number}")
        metered.append(price(f"{prefix}-{number}", {"billable_metric_id": metric.id}))
        if number < 2:  # an identical twin, billed by another plan
            twin = price(f"{prefix}-twin-{number}", {"billable_metric_id": metric.id},
                         opts=pulumi.ResourceOptions(depends_on=metered))
            twins = {} if number == 0 else twins
            twins[f"twin-{number}"] = twin.id
    charged = []
    for number in range(fees):
        fee = paygentic.Fee(f"{prefix}-{number}", product_id=api.id, name=f"Fee {number}", description="")
        charged.append(price(f"{prefix}-fee-{number}", {"fee_id": fee.id}, "5", billing_cadence="P1M"))
    for number in range(features):
        paygentic.Feature(f"{prefix}-{number}", product_id=api.id, key=f"feature-{number}", name=f"Feature {number}",
                          metadata={"number": str(number)})
    mapped = {f"metric-{number}": one.id for number, one in enumerate(metered)}
    paygentic.Plan(f"{prefix}-keys", product_id=api.id, name="By key", currency="USD", prices=mapped)
    paygentic.Plan(f"{prefix}-ids", product_id=api.id, name="By id", currency="USD", prices=[p.id for p in charged])
    paygentic.Plan(f"{prefix}-twins", product_id=api.id, name="Twins", currency="USD", prices=twins)
"""
#: 30 objects, two pairs of which are identical.
THIRTY: Final = _CATALOG + "catalog('api', metrics=7, fees=3, features=4)\n"
THIRTY_HOLDS: Final = {"Product": 1, "BillableMetric": 7, "Fee": 3, "Price": 12, "Plan": 3, "Feature": 4}
#: 200 objects: the same four times over, larger.
TWO_HUNDRED: Final = _CATALOG + "for number in range(4):\n    catalog(f'api{number}', 15, 4, 6)\n"
TWO_HUNDRED_HOLDS: Final = {"Product": 4, "BillableMetric": 60, "Fee": 16, "Price": 84, "Plan": 12, "Feature": 24}


def assert_settled(stack: Stack, server: Server, holds: dict[str, int]) -> None:
    """The account holds exactly what the state says, so many of each, and there is nothing left to do."""
    assert server.account.counts() == holds
    assert stack.ids() == {kind: ids for kind, ids in server.account.ids().items() if ids}
    preview = stack.preview("--refresh")
    assert preview.changes == {}, preview.shown
