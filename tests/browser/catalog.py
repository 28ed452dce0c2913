"""The catalog of the tutorial, with a plan that has every kind of price."""

from tests.emulator.support.merchant import Json, Merchant

TIERS = [
    {"upTo": "1000", "unitPrice": "0.002"},
    {"upTo": "1000000", "unitPrice": "0.0015"},
    {"upTo": None, "unitPrice": "0.000875"},
]


def make_plan(merchant: Merchant) -> Json:
    product = merchant.product("Code Execution API")
    basic = merchant.metric(product, name="Basic submissions", unit="submission", eventType="submission.basic")
    premium = merchant.metric(product, name="Premium submissions", unit="submission", eventType="submission.premium")
    setup = merchant.fee(product)
    prices = [
        merchant.price(basic, "0.001", invoiceDisplayName="Basic submissions"),
        merchant.price(
            premium,
            invoiceDisplayName="Premium submissions",
            model="volume",
            properties={"tiers": TIERS},
        ),
        merchant.price(
            "", "20", feeId=setup, invoiceDisplayName="Platform", billingCadence="P1M", paymentTerm="in_advance"
        ),
        merchant.price(
            "", "99.5", feeId=setup, invoiceDisplayName="Setup", billingCadence="P0D", paymentTerm="in_advance"
        ),
    ]
    return merchant.plan(product, prices, description="Runs code, billed by the submission")


def make_link(merchant: Merchant, plan_id: str, **fields: str) -> Json:
    return merchant.post("/v0/customers/authorization", {"email": "ada@example.com", "planId": plan_id, **fields})
