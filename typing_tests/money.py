"""Money is a decimal string, a Decimal or an int; a float is never exact enough."""

from decimal import Decimal

import pulumi

import pulumi_paygentic as paygentic


def price(unit_price: "str | Decimal | int | pulumi.Output[str] | pulumi.Output[Decimal]") -> paygentic.Price:
    return paygentic.Price(
        "runs",
        billable_metric_id="bm_1",
        unit_price=unit_price,
        invoice_display_name="Runs",
        payment_term="in_arrears",
    )


price("0.001")
price(Decimal("0.001"))
price(5)
price(pulumi.Output.from_input("0.001"))

paygentic.Price(
    "runs",
    billable_metric_id="bm_1",
    unit_price=0.001,  # error: "unit_price" to "Price" has incompatible type "float" [arg-type]
    invoice_display_name="Runs",
    payment_term="in_arrears",
)
paygentic.Price(
    "runs",
    billable_metric_id="bm_1",
    unit_price=pulumi.Output.from_input(0.001),  # error: incompatible type "float" [arg-type]
    invoice_display_name="Runs",
    payment_term="in_arrears",
)
