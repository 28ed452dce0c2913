"""An entitlement template has the keys of its feature's type."""

import pulumi

import pulumi_paygentic as paygentic
from pulumi_paygentic import BooleanTemplateArgs, MeteredTemplateArgs, StaticTemplateArgs


def price(
    template: BooleanTemplateArgs | StaticTemplateArgs | MeteredTemplateArgs,
) -> paygentic.Price:
    return paygentic.Price(
        "runs",
        billable_metric_id="bm_1",
        unit_price="1",
        invoice_display_name="Runs",
        payment_term="in_arrears",
        feature_id="feat_1",
        entitlement_template=template,
    )


price({"type": "boolean"})
price({"type": "static", "config": {"seats": 5}})
price({"type": "metered", "issue_after_reset": 1000, "usage_period": {"interval": "P1M"}})
price({"type": "metered", "is_soft_limit": pulumi.Output.from_input(1).apply(bool)})

on: BooleanTemplateArgs = {"type": "boolean", "config": {}}  # error: "config" [typeddict-unknown-key]
fixed: StaticTemplateArgs = {"type": "static"}  # error: Missing key "config" [typeddict-item]
metered: MeteredTemplateArgs = {"type": "metered", "issueAfterReset": 5}  # error: Extra key [typeddict-unknown-key]
monthly: MeteredTemplateArgs = {"type": "metered", "usage_period": "P1M"}  # error: item "usage_period" [typeddict-item]
amount: MeteredTemplateArgs = {"type": "metered", "issue_after_reset": "1000"}  # error: item [typeddict-item]
other: MeteredTemplateArgs = {"type": "static"}  # error: item "type" [typeddict-item]

paygentic.Price(
    "runs",
    billable_metric_id="bm_1",
    unit_price="1",
    invoice_display_name="Runs",
    payment_term="in_arrears",
    feature_id="feat_1",
    entitlement_template={},
)
paygentic.Price(
    "runs",
    billable_metric_id="bm_1",
    unit_price="1",
    invoice_display_name="Runs",
    payment_term="in_arrears",
    feature_id="feat_1",
    entitlement_template={"type": "meterd", "issue_after_reset": 5},  # error: "entitlement_template" [arg-type]
)
paygentic.Price(
    "runs",
    billable_metric_id="bm_1",
    unit_price="1",
    invoice_display_name="Runs",
    payment_term="in_arrears",
    feature_id="feat_1",
    entitlement_template={"issue_after_reset": 5},  # error: "entitlement_template" [arg-type]
)
