"""The catalog that the platform declares for each of its merchants: one stack a merchant."""

import pulumi

import pulumi_paygentic as paygentic

config = pulumi.Config()

api = paygentic.Product("api", name="API", description="Answers calls")
calls = paygentic.BillableMetric(
    "calls",
    product_id=api.id,
    name="Calls",
    description="Calls that were answered",
    unit="call",
    aggregation="COUNT",
    event_type="call",
)
price = paygentic.Price(
    "calls",
    billable_metric_id=calls.id,
    model="standard",
    unit_price=config.require("callPrice"),
    invoice_display_name="Calls",
    payment_term="in_arrears",
)
plan = paygentic.Plan(
    "payg",
    product_id=api.id,
    name="Pay as you go",
    currency=config.require("currency"),
    prices={"calls": price.id},
)

pulumi.export("plan", plan.id)
