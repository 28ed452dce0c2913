"""A value of few is checked letter by letter."""

import pulumi

import pulumi_paygentic as paygentic

paygentic.Price(
    "runs",
    billable_metric_id="bm_1",
    model="standard",
    unit_price="1",
    rate_type="amount",
    invoice_display_name="Runs",
    payment_term="in_arrears",
    on_change="in_place",
)
paygentic.Price(
    "runs",
    billable_metric_id="bm_1",
    model="tiered",  # error: "model" [arg-type]
    unit_price="1",
    rate_type="Amount",  # error: "rate_type" [arg-type]
    invoice_display_name="Runs",
    payment_term="in arrears",  # error: "payment_term" [arg-type]
    on_change="replace",  # error: "on_change" [arg-type]
    tax={"supply_scope": "OUTSIDE"},  # error: "tax" [arg-type]
)
paygentic.BillableMetric(
    "runs",
    product_id="prod_1",
    name="Runs",
    description="",
    unit="run",
    aggregation="COUNT",
    event_type="run",
)
paygentic.BillableMetric(
    "runs",
    product_id="prod_1",
    name="Runs",
    description="",
    unit="run",
    aggregation="count",  # error: "aggregation" [arg-type]
    event_type="run",
)
paygentic.Feature("sso", product_id="prod_1", key="sso", name="SSO", type="static")
paygentic.Feature("sso", product_id="prod_1", key="sso", name="SSO", type="toggle")  # error: "type" [arg-type]
paygentic.Plan("a", product_id="prod_1", name="A", currency="USD", billing_cadence="P3M", tax_behavior="inclusive")
paygentic.Plan("a", product_id="prod_1", name="A", currency="USD", billing_cadence="P2M")  # error: [arg-type]
paygentic.Plan("a", product_id="prod_1", name="A", currency="USD", tax_behavior="none")  # error: [arg-type]
paygentic.AuthorizationLink("ada", plan_id="plan_1", email="ada@example.com", flow="subscription")
paygentic.AuthorizationLink("ada", plan_id="plan_1", email="ada@example.com", flow="checkout")  # error: [arg-type]
paygentic.Provider("eu", environment="sandbox")
paygentic.Provider("eu", environment="staging")  # error: "environment" [arg-type]

stage = pulumi.Config().require("stage")
paygentic.Provider("eu", environment=stage)  # error: "environment" [arg-type]
