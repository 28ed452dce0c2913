"""The billing catalog of a maps service: one program for the stacks dev, staging and production."""

import pulumi

import pulumi_paygentic as paygentic

config = pulumi.Config()
lasting = pulumi.ResourceOptions(protect=config.require_bool("protect"))

maps = paygentic.Product(
    "maps",
    name=f"Maps{config.require('suffix')}",
    description="Maps and routes, billed by the request",
    adopt_id=config.get("adopt"),
    opts=lasting,
)

loads = paygentic.BillableMetric(
    "loads",
    product_id=maps.id,
    name="Map loads",
    description="Maps that were shown",
    unit="load",
    aggregation="COUNT",
    event_type="map.load",
    opts=lasting,
)
routes = paygentic.BillableMetric(
    "routes",
    product_id=maps.id,
    name="Routes",
    description="Routes that were computed",
    unit="route",
    aggregation="COUNT",
    event_type="route",
    opts=lasting,
)
support = paygentic.Fee("support", product_id=maps.id, name="Support", description="Support on working days")

loads_price = paygentic.Price(
    "loads",
    billable_metric_id=loads.id,
    model="standard",
    unit_price="0.002",
    invoice_display_name="Map loads",
    payment_term="in_arrears",
)
routes_price = paygentic.Price(
    "routes",
    billable_metric_id=routes.id,
    model="volume",
    tiers=[{"up_to": config.require("bandEnd"), "unit_price": "0.010"}, {"unit_price": "0.008"}],
    invoice_display_name="Routes",
    payment_term="in_arrears",
)
support_price = paygentic.Price(
    "support",
    fee_id=support.id,
    model="standard",
    unit_price="49",
    billing_cadence="P1M",
    invoice_display_name="Support",
    payment_term="in_arrears",
)

team = paygentic.Plan(
    "team",
    product_id=maps.id,
    name="Team",
    description="Maps and routes for a team, with support",
    currency="USD",
    billing_cadence="P1M",
    prices={"loads": loads_price.id, "routes": routes_price.id, "support": support_price.id},
    opts=lasting,
)

pulumi.export("plan", team.id)
