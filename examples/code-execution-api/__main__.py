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

if config.require("api") == "current":
    # Seconds are prepaid: the monthly fee includes them, and a hard limit ends them.
    execution = paygentic.Feature(
        "execution", product_id=api.id, key="execution", name="Execution time", type="metered"
    )
    subscription = paygentic.Fee("subscription", product_id=api.id, name="Subscription", description="An hour a month")
    fee_price = paygentic.Price(
        "subscription",
        fee_id=subscription.id,
        unit_price="5",
        invoice_display_name="Subscription",
        payment_term="in_advance",
        billing_cadence="P1M",
    )
    seconds_price = paygentic.Price(
        "seconds",
        billable_metric_id=seconds.id,
        model="standard",
        unit_price="0.0002",
        invoice_display_name="Execution time (seconds)",
        payment_term="in_arrears",
        feature_id=execution.id,
        entitlement_template={
            "type": "metered",
            "usage_period": {"interval": "P1M"},
            "issue_after_reset": 3600,
            "is_soft_limit": False,
        },
        grant_discount_enabled=True,
    )
    plan = paygentic.Plan(
        "prepaid",
        product_id=api.id,
        name="Prepaid",
        description="An hour of execution time a month; submissions cost extra",
        currency="USD",
        billing_cadence="P1M",
        prices={
            "subscription": fee_price.id,
            "basic": basic_price.id,
            "premium": premium_price.id,
            "seconds": seconds_price.id,
        },
    )
    pulumi.export("feature", execution.key)
else:
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
    "ada",
    plan_id=plan.id,
    email="ada@example.com",
    redirect_url=config.require("welcome"),
    flow="subscription" if config.require("api") == "current" else "authorization",
)

pulumi.export("api", config.require("api"))
pulumi.export("merchant", api.merchant_id)
pulumi.export("product", api.id)
pulumi.export("metrics", {"basic": basic.id, "premium": premium.id, "seconds": seconds.id})
pulumi.export("events", {"basic": basic.event_type, "premium": premium.event_type, "seconds": seconds.event_type})
pulumi.export("plan", plan.id)
pulumi.export("link", link.id)
pulumi.export("checkout", link.url)  # a secret
