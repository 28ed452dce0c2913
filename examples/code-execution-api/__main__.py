"""The billing catalog of a code execution service: what is counted, what it costs, and who may subscribe."""

import pulumi

import pulumi_paygentic as paygentic

config = pulumi.Config()

api = paygentic.Product("api", name="Code Execution API", description="Runs code, billed by the submission")

basic = paygentic.BillableMetric(
    "basic",
    product_id=api.id,
    name="Basic Submissions",
    description="Submissions in simple languages: Python, JavaScript",
    unit="submission",
    aggregation="COUNT",
    event_type="submission.basic",
)
premium = paygentic.BillableMetric(
    "premium",
    product_id=api.id,
    name="Premium Submissions",
    description="Submissions in complex languages: Rust, C++, Haskell",
    unit="submission",
    aggregation="COUNT",
    event_type="submission.premium",
)
seconds = paygentic.BillableMetric(
    "seconds",
    product_id=api.id,
    name="Execution Time",
    description="Seconds that submitted code ran",
    unit="second",
    aggregation="SUM",
    event_type="execution",
    value_property="$.seconds",
)

basic_price = paygentic.Price(
    "basic",
    billable_metric_id=basic.id,
    model="standard",
    unit_price=config.require("rate"),
    invoice_display_name="Basic submissions",
    payment_term="in_arrears",
)
premium_price = paygentic.Price(
    "premium",
    billable_metric_id=premium.id,
    model="volume",
    tiers=[{"up_to": "1000", "unit_price": "0.005"}, {"unit_price": "0.004"}],
    invoice_display_name="Premium submissions",
    payment_term="in_arrears",
)
seconds_price = paygentic.Price(
    "seconds",
    billable_metric_id=seconds.id,
    model="standard",
    unit_price="0.0002",
    invoice_display_name="Execution time (seconds)",
    payment_term="in_arrears",
)

plan = paygentic.Plan(
    "payg",
    product_id=api.id,
    name="Pay as you go",
    description="No monthly fee: pay for what you run",
    currency="USD",
    billing_cadence="P1M",
    prices={"basic": basic_price.id, "premium": premium_price.id, "seconds": seconds_price.id},
)

link = paygentic.AuthorizationLink(
    "ada", plan_id=plan.id, email="ada@example.com", redirect_url=config.require("welcome")
)

pulumi.export("merchant", api.merchant_id)
pulumi.export("product", api.id)
pulumi.export("metrics", {"basic": basic.id, "premium": premium.id, "seconds": seconds.id})
pulumi.export("plan", plan.id)
pulumi.export("link", link.id)
pulumi.export("checkout", link.url)  # a secret
