"""Prices: which are valid, what an edit may do, and when they may go."""

from typing import Any

import pytest
from paygentic_sdk import errors

from tests.emulator.support.merchant import Json, Merchant

CASHBACK = {"supplyScope": "OUTSIDE_SCOPE", "outsideScopeLabel": "CASHBACK"}


def _tiers(*tiers: tuple[str | None, str]) -> Json:
    properties = {"tiers": [{"upTo": up_to, "unitPrice": unit_price} for up_to, unit_price in tiers]}
    return {"model": "volume", "properties": properties}


def test_a_price_bills_exactly_one_metric_or_fee(merchant: Merchant) -> None:
    both = {**merchant.price_fields(), "feeId": merchant.fee()}
    neither = {name: value for name, value in both.items() if name not in {"feeId", "billableMetricId"}}
    for body in (both, neither):
        assert merchant.refused("POST", "/v0/prices", body) == {"billableMetricId"}
    merchant.call("POST", "/v0/prices", merchant.price_fields("bm_nothing"), expect=404)
    merchant.call("POST", "/v0/prices", merchant.price_fields(feeId="fee_nothing"), expect=404)


def test_the_api_fills_in_what_a_price_leaves_out(merchant: Merchant) -> None:
    price = merchant.sdk.prices.get(id=merchant.price())
    assert (price.merchant_id, price.model, price.quantity, price.rate_type) == (merchant.id, "standard", 1, "amount")
    assert (price.tax.supply_scope, price.features, price.billing_cadence) == ("IN_SCOPE", [], None)
    assert (price.grant_discount_enabled, price.is_obligation, price.invoice_display_group) == (False, False, None)


def test_a_fee_price_is_standard_without_saying_so_and_a_metered_one_must_say(merchant: Merchant) -> None:
    body = merchant.price_fields(feeId=merchant.fee())
    del body["model"]
    assert merchant.post("/v0/prices", body)["model"] == "standard"
    body = merchant.price_fields()
    del body["model"]
    assert merchant.refused("POST", "/v0/prices", body) == {"model"}


@pytest.mark.parametrize("unit_price", ["0.001", "1.50", "-1", "007", "0", "0.00000000001", "1" * 70])
def test_money_is_answered_as_it_was_sent(merchant: Merchant, unit_price: str) -> None:
    price = merchant.get(f"/v0/prices/{merchant.price(unit_price=unit_price)}")
    assert price["properties"] == {"unitPrice": unit_price}


@pytest.mark.parametrize("unit_price", ["", "1e3", "1,5", "$1", " 1", "1.", ".5", "NaN", "+1", "\uff11", 1, 0.5, None])
def test_money_is_a_plain_decimal_string(merchant: Merchant, unit_price: Any) -> None:
    assert merchant.refused("POST", "/v0/prices", merchant.price_fields(unit_price=unit_price)) == {
        "properties.unitPrice"
    }


@pytest.mark.parametrize("model", ["dynamic", "percentage", "graduated"])
def test_older_models_cannot_be_created(merchant: Merchant, model: str) -> None:
    assert merchant.refused("POST", "/v0/prices", merchant.price_fields(model=model)) == {"model"}


def test_a_volume_price_is_a_ladder(merchant: Merchant) -> None:
    ladder = _tiers(("1000", "0.002"), ("5000.5", "0"), (None, "0.001"))
    created = merchant.post("/v0/prices", merchant.price_fields(**ladder))
    assert created["properties"] == ladder["properties"]
    read = merchant.sdk.prices.get(id=created["id"])
    assert read.model == "volume"


@pytest.mark.parametrize(
    ("tiers", "field"),
    [
        ([], "properties.tiers"),
        ([("10", "1")], "properties.tiers.0.upTo"),
        ([(None, "1"), (None, "2")], "properties.tiers.0.upTo"),
        ([("10", "1"), ("10", "2"), (None, "3")], "properties.tiers.1.upTo"),
        ([("10", "1"), ("9.999999", "2"), (None, "3")], "properties.tiers.1.upTo"),
        ([("0", "1"), (None, "3")], "properties.tiers.0.upTo"),
        ([("1.0000001", "1"), (None, "3")], "properties.tiers.0.upTo"),
        ([("1" + "0" * 65, "1"), (None, "3")], "properties.tiers.0.upTo"),
        ([("10", "-1"), (None, "3")], "properties.tiers.0.unitPrice"),
        ([(None, "0.0000001")], "properties.tiers.0.unitPrice"),
        ([(None, "x")], "properties.tiers.0.unitPrice"),
    ],
)
def test_a_ladder_that_is_none_is_refused_at_the_rung(
    merchant: Merchant, tiers: list[tuple[str | None, str]], field: str
) -> None:
    assert merchant.refused("POST", "/v0/prices", merchant.price_fields(**_tiers(*tiers))) == {field}


METERED_RULES: list[tuple[Json, str]] = [
    ({"quantity": 2}, "quantity"),
    ({"isObligation": True}, "isObligation"),
    ({**_tiers((None, "1")), "grantDiscountEnabled": True}, "grantDiscountEnabled"),
    ({**_tiers((None, "1")), "rateType": "proportion"}, "rateType"),
    ({**_tiers((None, "1")), "invoiceDisplayGroup": "Fees"}, "invoiceDisplayGroup"),
    ({"pricingUnitId": "pu_credits"}, "pricingUnitId"),
    ({"properties": {"unitPrice": "-1"}, "grantDiscountEnabled": True}, "properties.unitPrice"),
    ({"billingCadence": "monthly"}, "billingCadence"),
    ({"billingCadence": "P"}, "billingCadence"),
    ({"billingCadence": "P1DT"}, "billingCadence"),
    ({"paymentTerm": "instant"}, "paymentTerm"),
    ({"tax": {}}, "tax.supplyScope"),
    ({"tax": {"supplyScope": "IN_SCOPE", "supplyscope": "x"}}, "tax.supplyscope"),
    ({"tax": {"supplyScope": "OUTSIDE_SCOPE"}}, "tax.outsideScopeLabel"),
    ({"tax": {**CASHBACK, "supplyScope": "IN_SCOPE"}}, "tax.outsideScopeLabel"),
    ({"tax": CASHBACK}, "properties.unitPrice"),
    ({**_tiers((None, "0")), "tax": CASHBACK}, "model"),
    ({"model": "volume"}, "properties.tiers"),
    ({"feature": {"featureId": "sso"}}, "feature.featureId"),
]


@pytest.mark.parametrize(("fields", "refused"), METERED_RULES)
def test_a_metered_price_breaks_no_rule(merchant: Merchant, fields: Json, refused: str) -> None:
    assert merchant.refused("POST", "/v0/prices", {**merchant.price_fields(), **fields}) == {refused}


FEE_RULES: list[tuple[Json, str]] = [
    ({"billingCadence": None}, "billingCadence"),
    (_tiers((None, "1")), "model"),
    ({"properties": {"unitPrice": "-1"}}, "properties.unitPrice"),
    ({"grantDiscountEnabled": True}, "grantDiscountEnabled"),
    ({"rateType": "proportion"}, "rateType"),
    ({"pricingUnitId": "pu_credits"}, "pricingUnitId"),
    ({"quantity": -1}, "quantity"),
    ({"quantity": 1.5}, "quantity"),
    ({"quantity": True}, "quantity"),
]


@pytest.mark.parametrize(("fields", "refused"), FEE_RULES)
def test_a_fee_price_breaks_no_rule(merchant: Merchant, fields: Json, refused: str) -> None:
    body = {**merchant.price_fields(feeId=merchant.fee()), **fields}
    assert merchant.refused("POST", "/v0/prices", body) == {refused}


def test_all_broken_rules_are_named_at_once(merchant: Merchant) -> None:
    fields: Json = {"quantity": 2, "isObligation": True, "tax": CASHBACK}
    refused = merchant.refused("POST", "/v0/prices", merchant.price_fields(**fields))
    assert refused == {"quantity", "isObligation", "properties.unitPrice"}


def test_a_price_within_the_rules_is_stored(merchant: Merchant) -> None:
    rebate: Json = {"tax": CASHBACK, "invoiceDisplayGroup": "Rebates", "rateType": "proportion"}
    fee = {"quantity": 3, "isObligation": True, "billingCadence": "P0D", "paymentTerm": "in_advance"}
    metered = merchant.post("/v0/prices", merchant.price_fields(unit_price="-0.02", **rebate))
    owed = merchant.post("/v0/prices", {**merchant.price_fields(feeId=merchant.fee()), **fee})
    assert metered.items() >= rebate.items()
    assert owed.items() >= fee.items()


def test_a_feature_is_written_and_features_are_read(merchant: Merchant) -> None:
    product = merchant.product()
    feature, metric = merchant.feature(product, "metered", "tokens"), merchant.metric(product)
    template = {"type": "metered", "isSoftLimit": False}
    price = merchant.price(metric, feature={"featureId": feature, "entitlementTemplate": template})
    [attached] = merchant.sdk.prices.get(id=price).features or []
    assert (attached.feature_id, attached.entitlement_template) == (feature, template)
    assert attached.feature is not None
    assert (attached.feature.key, attached.feature.type) == ("tokens", "metered")
    merchant.sdk.features.update(id=feature, key="words")
    assert merchant.get(f"/v0/prices/{price}")["features"][0]["feature"]["key"] == "words"
    merchant.sdk.prices.update(id=price, invoice_display_name="kept")
    assert len(merchant.get(f"/v0/prices/{price}")["features"]) == 1
    merchant.sdk.prices.update(id=price, feature=None)
    assert merchant.get(f"/v0/prices/{price}")["features"] == []


def test_a_deleted_feature_is_gone_from_its_prices(merchant: Merchant) -> None:
    product = merchant.product()
    feature, metric = merchant.feature(product), merchant.metric(product)
    price = merchant.price(metric, feature={"featureId": feature})
    assert merchant.get(f"/v0/prices/{price}")["features"][0]["entitlementTemplate"] == {}
    merchant.sdk.features.delete(id=feature)
    assert merchant.get(f"/v0/prices/{price}")["features"] == []
    merchant.sdk.prices.update(id=price, invoice_display_name="still editable")


def test_a_feature_must_be_of_the_prices_product(merchant: Merchant) -> None:
    feature = merchant.feature(merchant.product())
    assert merchant.refused("POST", "/v0/prices", merchant.price_fields(feature={"featureId": feature})) == {
        "feature.featureId"
    }
    merchant.call("POST", "/v0/prices", merchant.price_fields(feature={"featureId": "feat_nothing"}), expect=404)


def test_credits_need_a_metered_feature_and_a_hard_limit_allows_no_rebate(merchant: Merchant) -> None:
    product = merchant.product()
    metric, feature = merchant.metric(product), merchant.feature(product, "metered")
    hard = {"featureId": feature, "entitlementTemplate": {"type": "metered", "isSoftLimit": False}}
    soft = {"featureId": feature, "entitlementTemplate": {"type": "metered", "isSoftLimit": True}}
    price = merchant.price(metric, feature=soft, pricingUnitId="pu_credits")
    assert merchant.get(f"/v0/prices/{price}")["pricingUnitId"] == "pu_credits"
    assert merchant.refused("PATCH", f"/v0/prices/{price}", {"properties": {"unitPrice": "-1"}}) == {
        "properties.unitPrice"
    }
    merchant.sdk.prices.update(id=price, pricing_unit_id=None)
    assert "pricingUnitId" not in merchant.get(f"/v0/prices/{price}")
    merchant.patch(f"/v0/prices/{price}", {"properties": {"unitPrice": "-1"}})
    assert merchant.refused("PATCH", f"/v0/prices/{price}", {"feature": hard}) == {"properties.unitPrice"}


def test_null_resets_the_nullable_fields_of_a_price(merchant: Merchant) -> None:
    price = merchant.price(billingCadence="P1M", invoiceDisplayGroup="Group")
    merchant.sdk.prices.update(id=price, billing_cadence=None, invoice_display_group=None)
    read = merchant.get(f"/v0/prices/{price}")
    assert (read["billingCadence"], read["invoiceDisplayGroup"]) == (None, None)
    fee_price = merchant.price(feeId=merchant.fee())
    assert merchant.refused("PATCH", f"/v0/prices/{fee_price}", {"billingCadence": None}) == {"billingCadence"}


def test_an_update_is_checked_as_a_whole(merchant: Merchant) -> None:
    price = merchant.price()
    path = f"/v0/prices/{price}"
    assert merchant.refused("PATCH", path, {"model": "volume"}) == {"properties.tiers"}
    assert merchant.patch(path, _tiers((None, "1"))).items() >= _tiers((None, "1")).items()
    assert merchant.refused("PATCH", path, {"grantDiscountEnabled": True}) == {"grantDiscountEnabled"}
    tax = {"supplyScope": "OUTSIDE_SCOPE", "outsideScopeLabel": "CASHBACK"}
    back = {"model": "standard", "properties": {"unitPrice": "-1"}, "tax": tax}
    assert merchant.patch(path, back)["tax"] == tax
    assert merchant.patch(path, {"tax": {"supplyScope": "IN_SCOPE"}})["tax"] == {"supplyScope": "IN_SCOPE"}


def test_a_price_moves_to_another_metric_of_its_plans_product_only(merchant: Merchant) -> None:
    product = merchant.product()
    price, sibling = merchant.price(merchant.metric(product)), merchant.metric(product)
    merchant.plan(product, [price])
    assert merchant.sdk.prices.update(id=price, billable_metric_id=sibling).billable_metric_id == sibling
    assert merchant.refused("PATCH", f"/v0/prices/{price}", {"billableMetricId": merchant.metric()}) == {
        "billableMetricId"
    }
    fee_price = merchant.price(feeId=merchant.fee(product))
    assert merchant.refused("PATCH", f"/v0/prices/{fee_price}", {"billableMetricId": sibling}) == {"billableMetricId"}


def test_a_price_in_a_plan_is_not_deleted_and_the_refusal_names_plan_and_versions(merchant: Merchant) -> None:
    product = merchant.product()
    metric = merchant.metric(product)
    old, new = merchant.price(metric), merchant.price(metric)
    plan = merchant.plan(product, [{"priceId": old, "key": "a"}], stablePriceIds=False)
    with pytest.raises(errors.DeletePriceConflictError) as caught:
        merchant.sdk.prices.delete(id=old)
    assert caught.value.data.details is not None
    blockers = {blocker.type: blocker for blocker in caught.value.data.details.blockers or []}
    assert {kind: blocker.count for kind, blocker in blockers.items()} == {"plans": 1, "planVersions": 1}
    [holder] = blockers["plans"].items or []
    assert (holder.id, holder.name, holder.version_numbers) == (plan["id"], plan["name"], [1])
    merchant.mint(plan["id"], [{"priceId": new, "key": "a"}])
    answer = merchant.call("DELETE", f"/v0/prices/{old}", expect=409)
    assert [(blocker["type"], blocker["count"]) for blocker in answer["details"]["blockers"]] == [("planVersions", 1)]
    assert answer["details"]["blockers"][0]["items"][0]["versionNumber"] == 1
    assert merchant.sdk.prices.get(id=old).id == old


def test_a_price_out_of_every_plan_is_deleted(merchant: Merchant) -> None:
    product = merchant.product()
    metric = merchant.metric(product)
    old, new = merchant.price(metric), merchant.price(metric)
    plan = merchant.plan(product, [old])
    merchant.sdk.plans.update(id=plan["id"], prices=[new])
    merchant.sdk.prices.delete(id=old)
    assert [price.id for price in merchant.sdk.prices.list(request={}).data or []] == [new]


@pytest.mark.parametrize("policy", ["floating", "pinned"])
def test_a_billed_price_cannot_be_restructured_but_every_other_edit_is_allowed(merchant: Merchant, policy: str) -> None:
    product = merchant.product()
    price = merchant.price(feeId=merchant.fee(product))
    plan = merchant.plan(product, [price])
    subscription = merchant.subscription(plan["id"], versionPolicy=policy)
    with pytest.raises(errors.UpdatePriceConflictError) as caught:
        merchant.sdk.prices.update(id=price, billing_cadence="P1Y", is_obligation=True)
    details = caught.value.data.details
    assert details is not None
    assert (details.price_id, details.subscription_count) == (price, 1)
    assert details.fields == ["billingCadence", "isObligation"]
    merchant.sdk.prices.update(id=price, billing_cadence="P1M", quantity=2, properties={"unit_price": "5"})
    merchant.sdk.subscriptions.terminate(id=subscription["id"], reason="over")
    merchant.sdk.prices.update(id=price, billing_cadence="P1Y")


def test_a_price_that_only_an_old_version_bills_is_blocked_by_its_pinned_subscriptions_alone(
    merchant: Merchant,
) -> None:
    product = merchant.product()
    fee = merchant.fee(product)
    old, new = merchant.price(feeId=fee), merchant.price(feeId=fee)
    plan = merchant.plan(product, [{"priceId": old, "key": "a"}], stablePriceIds=False)
    merchant.subscription(plan["id"], "floating@example.com", versionPolicy="floating")
    pinned = merchant.subscription(plan["id"], "pinned@example.com", versionPolicy="pinned")
    merchant.mint(plan["id"], [{"priceId": new, "key": "a"}])
    blocked = {"billingCadence": "P1Y"}
    assert merchant.call("PATCH", f"/v0/prices/{old}", blocked, expect=409)["details"]["subscriptionCount"] == 1
    assert merchant.call("PATCH", f"/v0/prices/{new}", blocked, expect=409)["details"]["subscriptionCount"] == 1
    merchant.sdk.subscriptions.terminate(id=pinned["id"], reason="over")
    merchant.patch(f"/v0/prices/{old}", blocked)


@pytest.mark.parametrize("unit_price", ["1" + "0" * 100, "-" + "9" * 300, "0." + "1" * 51])
def test_a_price_that_no_invoice_could_be_computed_with_is_refused(merchant: Merchant, unit_price: str) -> None:
    body = merchant.price_fields(unit_price=unit_price)
    assert merchant.refused("POST", "/v0/prices", body) == {"properties.unitPrice"}


@pytest.mark.parametrize("rate", [-100, -1e9, 1e7, 1e300])
def test_a_tax_rate_that_no_invoice_could_be_computed_with_is_refused(merchant: Merchant, rate: float) -> None:
    body = {"name": "A", "currency": "USD", "merchantId": merchant.id, "productId": merchant.product()}
    assert merchant.refused("POST", "/v0/plans", {**body, "defaultTaxRate": rate}) == {"defaultTaxRate"}


@pytest.mark.parametrize("quantity", [0, 1_000_001])
def test_a_price_is_made_with_a_quantity_that_no_plan_takes(merchant: Merchant, quantity: int) -> None:
    product = merchant.product()
    fee = merchant.fee(product)
    price = merchant.price(None, "1", feeId=fee, quantity=quantity)
    assert merchant.get(f"/v0/prices/{price}")["quantity"] == quantity
    body = {"name": "A", "currency": "USD", "merchantId": merchant.id, "productId": product, "prices": [price]}
    assert merchant.refused("POST", "/v0/plans", body) == {"prices.0"}
    listed = merchant.price(None, "1", feeId=fee)
    merchant.plan(product, [listed])
    assert merchant.refused("PATCH", f"/v0/prices/{listed}", {"quantity": quantity}) == {"quantity"}
    merchant.patch(f"/v0/prices/{listed}", {"quantity": 1_000_000})
