"""Metrics, fees, features and items: what belongs together, and what may go."""

from typing import Any

import pytest
from paygentic_sdk import errors

from tests.emulator.support.merchant import Json, Merchant

VALUED = ["SUM", "AVG", "MIN", "MAX", "LATEST"]


@pytest.mark.parametrize("aggregation", VALUED)
def test_an_aggregation_of_values_needs_to_know_the_value(merchant: Merchant, aggregation: str) -> None:
    body = merchant.metric_fields(merchant.product(), aggregation=aggregation)
    assert merchant.refused("POST", "/v0/billableMetrics", body) == {"valueProperty"}
    created = merchant.post("/v0/billableMetrics", {**body, "valueProperty": "$.amount"})
    assert merchant.refused("PATCH", f"/v0/billableMetrics/{created['id']}", {"valueProperty": None}) == {
        "valueProperty"
    }


@pytest.mark.parametrize(("aggregation", "kept"), [("COUNT", None), ("UNIQUE_COUNT", "$.user")])
def test_a_count_stores_no_value_and_a_unique_count_may(merchant: Merchant, aggregation: str, kept: str | None) -> None:
    metric = merchant.metric(aggregation=aggregation, valueProperty="$.user")
    assert merchant.get(f"/v0/billableMetrics/{metric}")["valueProperty"] == kept
    assert merchant.get(f"/v0/billableMetrics/{merchant.metric(aggregation=aggregation)}")["valueProperty"] is None


def test_null_resets_the_nullable_fields_of_a_metric(merchant: Merchant) -> None:
    nullable: Json = {"groupBy": {"region": "$.region"}, "eventFrom": "2026-01-01T00:00:00Z", "valueProperty": "$.user"}
    metric = merchant.metric(aggregation="UNIQUE_COUNT", **nullable)
    merchant.sdk.billable_metrics.update(id=metric, group_by=None, event_from=None, value_property=None)
    assert all(merchant.get(f"/v0/billableMetrics/{metric}")[name] is None for name in nullable)
    assert merchant.refused("PATCH", f"/v0/billableMetrics/{metric}", {"eventType": None}) == {"eventType"}


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"),
        ("2026-01-01T02:30:00.5+02:00", "2026-01-01T00:30:00.500Z"),
        ("2026-01-01t00:00:00.123456789z", "2026-01-01T00:00:00.123Z"),
    ],
)
def test_dates_are_answered_in_utc_with_milliseconds(merchant: Merchant, sent: str, answered: str) -> None:
    metric = merchant.metric(eventFrom=sent)
    assert merchant.get(f"/v0/billableMetrics/{metric}")["eventFrom"] == answered


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("aggregation", "MEDIAN"),
        ("valueProperty", "amount"),
        ("valueProperty", "$.a..b"),
        ("groupBy", {"region": "region"}),
        ("groupBy", []),
        ("eventFrom", "2026-01-01"),
        ("eventFrom", "2026-01-01T00:00:00"),
        ("eventFrom", "2026-02-30T00:00:00Z"),
        ("eventFrom", "0001-01-01T00:00:00+23:59"),
        ("eventFrom", 1767225600),
        ("productId", "plan_x"),
    ],
)
def test_fields_of_a_metric_have_their_formats(merchant: Merchant, field: str, value: object) -> None:
    body = merchant.metric_fields(merchant.product(), **{field: value})
    refused = merchant.refused("POST", "/v0/billableMetrics", body)
    assert {name.partition(".")[0] for name in refused} == {field}


charges = pytest.mark.parametrize("path", ["/v0/billableMetrics", "/v0/fees"])


def _charge(merchant: Merchant, **fields: Any) -> Json:
    """A body that makes a metric, and a fee as well, which knows fewer of the fields."""
    body = merchant.metric_fields("", **fields)
    if "productId" not in fields:
        del body["productId"]
    return body


@charges
def test_a_charge_needs_a_product_that_exists(merchant: Merchant, other: Merchant, path: str) -> None:
    assert merchant.refused("POST", path, _charge(merchant)) == {"productId"}
    merchant.call("POST", path, _charge(merchant, productId="prod_nothing"), expect=404)
    merchant.call("POST", path, _charge(merchant, productId=other.product()), expect=403)
    merchant.call("POST", path, _charge(merchant, productId=merchant.product()), expect=201)


@charges
def test_an_item_gives_its_product_to_the_charge(merchant: Merchant, path: str) -> None:
    product, another = merchant.product(), merchant.product()
    item = merchant.sdk.items.create_item(merchant_id=merchant.id, name="SKU", catalog_id=product).id
    created = merchant.post(path, _charge(merchant, itemId=item))
    assert (created["productId"], created["itemId"]) == (product, item)
    body = _charge(merchant, itemId=item, productId=another)
    assert merchant.call("POST", path, body, expect=400)["code"] == "ITEM_PRODUCT_MISMATCH"
    merchant.patch(f"{path}/{created['id']}", {"itemId": None})
    read = merchant.get(f"{path}/{created['id']}")
    assert (read["productId"], read["itemId"]) == (product, None)


@charges
def test_a_tag_moves_no_charge_to_another_product(merchant: Merchant, path: str) -> None:
    product, another = merchant.product(), merchant.product()
    charge = merchant.post(path, _charge(merchant, productId=product))
    elsewhere = merchant.sdk.items.create_item(merchant_id=merchant.id, name="SKU", catalog_id=another).id
    unfiled = merchant.sdk.items.create_item(merchant_id=merchant.id, name="SKU").id
    for item in (elsewhere, unfiled):
        answer = merchant.call("PATCH", f"{path}/{charge['id']}", {"itemId": item}, expect=400)
        assert answer["code"] == "ITEM_PRODUCT_MISMATCH"
    assert merchant.get(f"{path}/{charge['id']}") == charge


def test_an_item_in_use_is_not_archived_and_an_archived_one_not_used(merchant: Merchant) -> None:
    product = merchant.product()
    item = merchant.sdk.items.create_item(merchant_id=merchant.id, name="SKU", catalog_id=product).id
    fee = merchant.post("/v0/fees", _charge(merchant, itemId=item))
    with pytest.raises(errors.BadRequest):
        merchant.sdk.items.update_item(id=item, archived=True)
    merchant.sdk.fees.update(id=fee["id"], item_id=None)
    assert merchant.sdk.items.update_item(id=item, archived=True).archived_at is not None
    answer = merchant.call("PATCH", f"/v0/fees/{fee['id']}", {"itemId": item}, expect=400)
    assert answer["code"] == "ITEM_ARCHIVED"
    assert merchant.sdk.items.update_item(id=item, archived=False).archived_at is None


def test_filing_an_item_elsewhere_moves_its_charges(merchant: Merchant) -> None:
    product, another = merchant.product(), merchant.product()
    item = merchant.sdk.items.create_item(merchant_id=merchant.id, name="SKU", catalog_id=product).id
    fee = merchant.post("/v0/fees", _charge(merchant, itemId=item))
    merchant.sdk.items.update_item(id=item, catalog_id=another)
    assert merchant.sdk.fees.get(id=fee["id"]).product_id == another
    merchant.call("PATCH", f"/v0/items/{item}", {"catalogId": "prod_nothing"}, expect=404)


def test_a_fee_with_prices_is_not_deleted_and_the_refusal_names_them(merchant: Merchant) -> None:
    fee = merchant.fee()
    price = merchant.price(feeId=fee)
    with pytest.raises(errors.DeleteFeeConflictError) as caught:
        merchant.sdk.fees.delete(id=fee)
    assert caught.value.data.details is not None
    [blocker] = caught.value.data.details.blockers or []
    assert (blocker.type, blocker.count) == ("prices", 1)
    assert [(item.id, item.invoice_display_name) for item in blocker.items or []] == [(price, "Requests")]
    merchant.sdk.prices.delete(id=price)
    merchant.sdk.fees.delete(id=fee)
    merchant.call("GET", f"/v0/fees/{fee}", expect=404)


def test_a_feature_key_is_unique_within_its_product_only(merchant: Merchant) -> None:
    product = merchant.product()
    feature, audit = merchant.feature(product, key="sso"), merchant.feature(product, key="audit-log")
    merchant.feature(merchant.product(), key="sso")
    with pytest.raises(errors.Error) as caught:
        merchant.sdk.features.create(key="sso", name="", merchant_id=merchant.id, product_id=product)
    assert caught.value.status_code == 409
    merchant.call("PATCH", f"/v0/features/{audit}", {"key": "sso"}, expect=409)
    merchant.sdk.features.update(id=feature, key="sso")
    merchant.sdk.features.delete(id=feature)
    merchant.sdk.features.update(id=audit, key="sso")


@pytest.mark.parametrize("key", ["", "SSO", "a_b", "-a", "a-", "a--b", "ä", "a\n"])
def test_a_feature_key_is_a_slug(merchant: Merchant, key: str) -> None:
    body = {"key": key, "name": "", "merchantId": merchant.id, "productId": merchant.product()}
    assert merchant.refused("POST", "/v0/features", body) == {"key"}


def test_the_api_fills_in_what_a_feature_leaves_out(merchant: Merchant) -> None:
    fields = {"key": "sso", "name": "", "merchantId": merchant.id, "productId": merchant.product()}
    assert merchant.post("/v0/features", fields).items() >= {"type": "boolean", "metadata": {}}.items()
    merchant.call("POST", "/v0/features", {**fields, "productId": "prod_nothing"}, expect=404)


def test_metadata_of_a_product_are_strings_and_stay_as_created(merchant: Merchant) -> None:
    body = {"name": "A", "description": "", "merchantId": merchant.id}
    assert merchant.post("/v0/products", body)["metadata"] == {}
    created = merchant.post("/v0/products", {**body, "metadata": {"tier": "one"}})
    assert merchant.patch(f"/v0/products/{created['id']}", {"metadata": {}})["metadata"] == {"tier": "one"}
    assert merchant.refused("POST", "/v0/products", {**body, "metadata": {"tier": 1}}) == {"metadata.tier"}
