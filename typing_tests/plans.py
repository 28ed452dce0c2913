"""A plan's prices come by line key or as a list, and are ids; what is nested has its keys checked."""

import pulumi

import pulumi_paygentic as paygentic

basic = paygentic.Price(
    "basic", billable_metric_id="bm_1", unit_price="1", invoice_display_name="Runs", payment_term="in_arrears"
)


def plan(name: str, prices: "pulumi.Input[dict[str, pulumi.Input[str]]] | list[pulumi.Input[str]]") -> None:
    paygentic.Plan(name, product_id="prod_1", name=name, currency="USD", prices=prices)


plan("by-key", {"basic": basic.id, "premium": "price_1"})
plan("list", [basic.id, "price_1"])
plan("later", pulumi.Output.from_input({"basic": "price_1"}))

paygentic.Plan("a", product_id="prod_1", name="A", currency="USD", prices={"basic": basic.id})
paygentic.Plan("a", product_id="prod_1", name="A", currency="USD", prices=[basic.id])
paygentic.Plan("a", product_id="prod_1", name="A", currency="USD", prices={"basic": basic})  # error: [dict-item]
paygentic.Plan("a", product_id="prod_1", name="A", currency="USD", prices=[basic])  # error: type "Price" [list-item]
paygentic.Plan("a", product_id="prod_1", name="A", currency="USD", prices={1: basic.id})  # error: "int": [dict-item]
paygentic.Plan("a", product_id="prod_1", name="A", currency="USD", prices=basic)  # error: "prices" [arg-type]
paygentic.Plan(
    "b",
    product_id="prod_1",
    name="B",
    currency="USD",
    credit_allocations=[{"pricing_unit_id": "pu_1", "amount": 2.5, "recurrence_period": "P1M"}],
    version_transition={"effective_date": "immediate", "proration": "none"},
)
paygentic.Plan(
    "b",
    product_id="prod_1",
    name="B",
    currency="USD",
    credit_allocations=[{"pricing_unit_id": "pu_1"}],  # error: CreditAllocationArgs [list-item]
    version_transition={"effective_date": "at_once"},  # error: "version_transition" [arg-type]
    default_tax_rate="19",  # error: "default_tax_rate" [arg-type]
    renewal_reminder_days=7.5,  # error: "renewal_reminder_days" [arg-type]
    renewal_reminder_enabled="yes",  # error: "renewal_reminder_enabled" [arg-type]
)
