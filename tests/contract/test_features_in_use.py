"""A feature is never deleted from under a price: whoever subscribes to the price would lose it without a word."""

from __future__ import annotations

from pulumi_paygentic.catalog import Feature, Price
from pulumi_paygentic.lifecycle import warning
from tests.contract.world import OWNER, World

FEATURE = {"product_id": "prod_A", "key": "support", "name": "Support"}
PRICE = {
    "billable_metric_id": "bm_A",
    "model": "standard",
    "unit_price": "1",
    "payment_term": "in_arrears",
    "invoice_display_name": "Calls",
}


def test_a_feature_that_a_price_has_is_kept_with_a_warning_that_names_the_price(world: World) -> None:
    feature = world.lifecycle(Feature).create(world.checked(Feature, FEATURE))
    price = world.lifecycle(Price, f"{OWNER}-price").create(world.checked(Price, {**PRICE, "feature_id": feature.id}))
    told = world.lifecycle(Feature).delete(feature.id, feature.outputs)
    assert told == [warning(f"feature {feature.id} was retained: it is still held by prices 'Calls' ({price.id})")]
    assert world.call("GET", f"/v0/features/{feature.id}")["id"] == feature.id
    assert world.call("GET", f"/v0/prices/{price.id}")["features"][0]["featureId"] == feature.id


def test_a_feature_whose_price_went_first_is_deleted(world: World) -> None:
    feature = world.lifecycle(Feature).create(world.checked(Feature, FEATURE))
    price = world.lifecycle(Price, f"{OWNER}-price").create(world.checked(Price, {**PRICE, "feature_id": feature.id}))
    assert world.lifecycle(Price, f"{OWNER}-price").delete(price.id, price.outputs) == []
    assert world.lifecycle(Feature).delete(feature.id, feature.outputs) == []
    world.call("GET", f"/v0/features/{feature.id}", expect=404)
