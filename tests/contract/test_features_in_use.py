"""A feature is never deleted from under a price: whoever subscribes to the price would lose it without a word."""

from __future__ import annotations

from pulumi_paygentic.catalog import Feature, Price
from pulumi_paygentic.lifecycle import warning
from tests.support.account import OWNER, MerchantAccount

FEATURE = {"product_id": "prod_A", "key": "support", "name": "Support"}
PRICE = {
    "billable_metric_id": "bm_A",
    "model": "standard",
    "unit_price": "1",
    "payment_term": "in_arrears",
    "invoice_display_name": "Calls",
}


def test_a_feature_that_a_price_has_is_retained_with_a_warning_that_names_the_price(merchant: MerchantAccount) -> None:
    feature = merchant.lifecycle(Feature).create(merchant.checked(Feature, FEATURE))
    price = merchant.lifecycle(Price, f"{OWNER}-price").create(
        merchant.checked(Price, {**PRICE, "feature_id": feature.id})
    )
    reported = merchant.lifecycle(Feature).delete(feature.id, feature.outputs)
    assert reported == [warning(f"feature {feature.id} was retained: it is still held by prices 'Calls' ({price.id})")]
    assert merchant.call("GET", f"/v0/features/{feature.id}")["id"] == feature.id
    assert merchant.call("GET", f"/v0/prices/{price.id}")["features"][0]["featureId"] == feature.id


def test_a_feature_whose_price_went_first_is_deleted(merchant: MerchantAccount) -> None:
    feature = merchant.lifecycle(Feature).create(merchant.checked(Feature, FEATURE))
    price = merchant.lifecycle(Price, f"{OWNER}-price").create(
        merchant.checked(Price, {**PRICE, "feature_id": feature.id})
    )
    assert merchant.lifecycle(Price, f"{OWNER}-price").delete(price.id, price.outputs) == []
    assert merchant.lifecycle(Feature).delete(feature.id, feature.outputs) == []
    merchant.call("GET", f"/v0/features/{feature.id}", expect=404)
