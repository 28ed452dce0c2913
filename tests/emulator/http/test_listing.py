"""Lists: pages, order, filters."""

import httpx
import pytest
from paygentic_sdk import errors

from tests.emulator.support.merchant import Merchant


def test_pages_are_cut_in_the_order_of_creation(merchant: Merchant) -> None:
    ids = [merchant.product(str(number)) for number in range(23)]
    pages = [merchant.sdk.products.list(request={"limit": 10, "offset": offset}) for offset in (0, 10, 20, 30)]
    assert [product.id for page in pages for product in page.data or []] == ids
    assert [page.pagination and page.pagination.total for page in pages] == [23] * 4
    merchant.sdk.products.update(id=ids[0], name="changed")
    assert [product.id for product in merchant.sdk.products.list(request={"limit": 1}).data or []] == ids[:1]


def test_a_page_has_ten_entries_by_default(merchant: Merchant) -> None:
    for number in range(11):
        merchant.product(str(number))
    answer = merchant.get("/v0/products")
    assert len(answer["data"]) == 10
    assert answer["pagination"] == {"limit": 10, "offset": 0, "total": 11}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "limit=1.0", "limit=-1", "limit=%D9%A1", "limit="]
)
def test_a_limit_outside_1_to_100_is_400(merchant: Merchant, query: str) -> None:
    assert merchant.call("GET", f"/v0/products?{query}", expect=400)["errors"][0]["field"] == "limit"


@pytest.mark.parametrize("query", ["offset=-1", "offset=x", f"offset={2**63}", f"offset={10**30}"])
def test_an_offset_that_is_no_count_is_400(merchant: Merchant, query: str) -> None:
    assert merchant.call("GET", f"/v0/products?{query}", expect=400)["errors"][0]["field"] == "offset"


@pytest.mark.parametrize("collection", ["billableMetrics", "fees"])
def test_these_lists_need_a_merchant(merchant: Merchant, collection: str) -> None:
    assert merchant.call("GET", f"/v0/{collection}", expect=400)["errors"][0]["field"] == "merchantId"


def test_features_are_listed_by_product_and_key(merchant: Merchant) -> None:
    product, another = merchant.product(), merchant.product()
    sso, _ = merchant.feature(product, key="sso"), merchant.feature(product, key="audit")
    merchant.feature(another, key="sso")
    found = merchant.sdk.features.list(product_id=product, key="sso")
    assert [feature.id for feature in found.data] == [sso]
    assert merchant.sdk.features.list(product_id=product).pagination.total == 2
    assert merchant.call("GET", "/v0/features", expect=400)["errors"][0]["field"] == "productId"
    merchant.call("GET", "/v0/features?productId=prod_nothing", expect=404)


def test_filters_narrow_the_list_and_its_total(merchant: Merchant) -> None:
    one, two = merchant.product(), merchant.product()
    metrics = {product: merchant.metric(product) for product in (one, two)}
    fees = {product: merchant.fee(product) for product in (one, two)}
    plans = {product: merchant.plan(product, [])["id"] for product in (one, two)}
    prices = {product: merchant.price(metrics[product]) for product in (one, two)}
    sdk, whose = merchant.sdk, merchant.id
    assert [m.id for m in sdk.billable_metrics.list(merchant_id=whose, product_id=two).data] == [metrics[two]]
    assert [f.id for f in sdk.fees.list(merchant_id=whose, product_id=two).data] == [fees[two]]
    assert [p.id for p in sdk.plans.list(request={"product_id": two}).data or []] == [plans[two]]
    listed = sdk.prices.list(request={"billable_metric_id": metrics[two]})
    assert [p.id for p in listed.data or []] == [prices[two]]
    assert listed.pagination is not None
    assert listed.pagination.total == 1


@pytest.mark.parametrize("query", ["merchantId=x", "productId=plan_x", "productId=prod_%0A", "productId=prod_x%0A"])
def test_a_filter_of_the_wrong_form_is_400(merchant: Merchant, query: str) -> None:
    assert merchant.call("GET", f"/v0/plans?{query}", expect=400)["error"] == "validation_error"


def test_prices_of_a_merchant_that_does_not_exist_are_404(merchant: Merchant) -> None:
    with pytest.raises(errors.Error) as caught:
        merchant.sdk.prices.list(request={"merchant_id": "org_nobody"})
    assert caught.value.status_code == 404
    with pytest.raises(errors.Error) as caught:
        merchant.sdk.prices.list(request={"merchant_id": "org_other"})
    assert caught.value.status_code == 403


def test_lists_hold_no_object_of_another_merchant(merchant: Merchant, other: Merchant) -> None:
    other.product()
    assert merchant.sdk.products.list(request={}).data == []


def test_every_list_that_documents_it_says_that_it_is_one(merchant: Merchant) -> None:
    product = merchant.product()
    queries = {
        "products": "",
        "prices": "",
        "plans": "",
        "items": "",
        "billableMetrics": f"merchantId={merchant.id}",
        "fees": f"merchantId={merchant.id}",
        "features": f"productId={product}",
        "customers": f"organizationId={merchant.id}",
    }
    said = {name: "object" in merchant.get(f"/v0/{name}?{query}") for name, query in queries.items()}
    assert [name for name, says in said.items() if says] == ["billableMetrics", "fees", "features", "customers"]


def test_items_come_by_fifty_and_archived_ones_only_when_asked_for(merchant: Merchant) -> None:
    kept = merchant.sdk.items.create_item(merchant_id=merchant.id, name="kept").id
    gone = merchant.sdk.items.create_item(merchant_id=merchant.id, name="gone").id
    merchant.sdk.items.update_item(id=gone, archived=True)
    assert [item.id for item in merchant.sdk.items.list_items(request={}).data] == [kept]
    everything = merchant.sdk.items.list_items(request={"include_archived": True})
    assert ([item.id for item in everything.data], everything.pagination.limit) == ([kept, gone], 50)
    merchant.call("GET", "/v0/items?includeArchived=maybe", expect=400)


def test_a_list_of_thousands_is_read_in_pages(merchant: Merchant) -> None:
    """Large enough that a scan for each page would show; not timed here."""
    with httpx.Client(base_url=merchant.http.base_url, headers=merchant.http.headers) as http:
        for number in range(300):
            body = {"name": str(number), "description": "", "merchantId": merchant.id}
            http.post("/v0/products", json=body).raise_for_status()
        pages = [http.get(f"/v0/products?limit=100&offset={offset}").json()["data"] for offset in (0, 100, 200)]
    assert [product["name"] for page in pages for product in page] == [str(number) for number in range(300)]
