"""The bands of a volume price: their keys, and a variable that holds them."""

from decimal import Decimal

import pulumi

import pulumi_paygentic as paygentic

bands: list[paygentic.VolumeTierArgs] = [
    {"up_to": "1000", "unit_price": "0.002"},
    {"up_to": pulumi.Output.from_input("2000"), "unit_price": Decimal("0.0015")},
    {"unit_price": "0.001"},
]


def price(tiers: list[paygentic.VolumeTierArgs]) -> paygentic.Price:
    return paygentic.Price(
        "runs",
        billable_metric_id="bm_1",
        model="volume",
        tiers=tiers,
        invoice_display_name="Runs",
        payment_term="in_arrears",
    )


price(bands)
price([{"unit_price": 1}])
price([{"up_to": "1000"}])  # error: Missing key "unit_price" [typeddict-item]
price([{"upTo": "1000", "unit_price": "1"}])  # error: Extra key "upTo" [typeddict-unknown-key]
price([{"up_to": 1000.0, "unit_price": "1"}])  # error: item "up_to" [typeddict-item]
price([{"up_to": "1000", "unit_price": 0.5}])  # error: item "unit_price" [typeddict-item]
price([{"up_to": None, "unit_price": "1"}])  # error: item "up_to" [typeddict-item]
price([paygentic.VolumeTierArgs(unit_price="1")])
price([paygentic.VolumeTierArgs(price="1")])  # error: Missing [typeddict-item] # error: Extra [typeddict-unknown-key]
