"""The questions that the sources leave open: each test asks one, accepts any answer that they allow, and notes it.

An answer that no source allows, such as a 5xx, fails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import httpx
import pytest

from tests.live.account import LiveAccount
from tests.live.conftest import Learn

REFUSED: Final = (400, 404, 409, 422)
PRICE: Final = {"paymentTerm": "in_arrears", "model": "standard", "invoiceDisplayName": "Live suite"}


def ask(merchant: LiveAccount, method: str, path: str, body: object = None, **params: str) -> httpx.Response:
    """One call; whatever the answer, it is the API's own."""
    answer = merchant.http.request(method, path, json=body, params=params)
    assert answer.is_success or answer.status_code in REFUSED, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer


def reported(answer: httpx.Response) -> str:
    """A status with the API's code, if it gives one."""
    code = answer.json().get("code") if answer.content else None
    return f"{answer.status_code}" + (f" {code}" if code else "")


def product(merchant: LiveAccount, **more: Any) -> Any:
    body = {"merchantId": merchant.merchant_id, "name": merchant.named("questions"), "description": "", **more}
    return merchant.call("POST", "/v0/products", body)


def price(merchant: LiveAccount, unit_price: str, **more: Any) -> str:
    body = {**PRICE, "billableMetricId": merchant.id("bm_A"), "properties": {"unitPrice": unit_price}, **more}
    return str(merchant.call("POST", "/v0/prices", body)["id"])


def plan(merchant: LiveAccount, **more: Any) -> str:
    body = {
        "merchantId": merchant.merchant_id,
        "productId": merchant.id("prod_A"),
        "name": merchant.named("plan"),
        "currency": "USD",
    }
    return str(merchant.call("POST", "/v0/plans", {**body, **more})["id"])


@pytest.mark.behaviour("A product's `metadata` comes back from POST, GET and the list.")
def test_01_the_metadata_of_a_product(merchant: LiveAccount, learn: Learn) -> None:
    made = product(merchant, metadata={"suite": "live"})
    read = merchant.call("GET", f"/v0/products/{made['id']}").get("metadata")
    listed = {
        p["id"]: p.get("metadata") for p in merchant.everything_at("/v0/products", {"merchantId": merchant.merchant_id})
    }
    for metadata in (made.get("metadata"), read, listed.get(made["id"])):
        assert metadata in ({"suite": "live"}, {}, None)
    learn(
        f"1. metadata of a product: POST answers {made.get('metadata')}, GET {read}, list {listed.get(made['id'])}",
        holds=made.get("metadata") == read == listed.get(made["id"]) == {"suite": "live"},
    )


@pytest.mark.behaviour("`GET /v0/prices?merchantId=` lists the merchant's prices only, at most 100 a page.")
def test_02_the_list_of_prices_by_merchant(merchant: LiveAccount, learn: Learn) -> None:
    own = price(merchant, "1")
    answer = ask(merchant, "GET", "/v0/prices", merchantId=merchant.merchant_id, limit="100")
    if not answer.is_success:
        learn(f"2. GET /v0/prices?merchantId=: refused, {reported(answer)}", holds=False)
        return
    found = answer.json()
    merchants = {p.get("merchantId") for p in found["data"]}
    assert len(found["data"]) <= 100
    complete = found["pagination"]["total"] <= 100
    assert own in {p["id"] for p in found["data"]} or not complete
    learn(
        f"2. GET /v0/prices?merchantId=: {len(found['data'])} of {found['pagination']['total']}, merchants {merchants}",
        holds=merchants == {merchant.merchant_id},
    )


@pytest.mark.behaviour("`POST /v0/customers/authorization` exists. Only pages of 2025 describe it.", inferred=True)
def test_03_authorization_links(merchant: LiveAccount, learn: Learn) -> None:
    there = merchant.has_authorization()
    learn(f"3. POST /v0/customers/authorization: {'is there' if there else '404'}", holds=there)


@pytest.mark.behaviour("A plan that was created without prices gets its first version by a mint.", inferred=True)
def test_04_a_plan_without_prices_is_minted(merchant: LiveAccount, learn: Learn) -> None:
    made = plan(merchant)
    before = merchant.everything_at(f"/v0/plans/{made}/versions", {})
    answer = ask(
        merchant, "POST", f"/v0/plans/{made}/versions", {"prices": [{"priceId": price(merchant, "1"), "key": "runs"}]}
    )
    keys = None
    if answer.is_success:
        version = merchant.call("GET", f"/v0/plans/{made}/versions/{answer.json()['versionNumber']}")
        keys = [line.get("key") for line in version["prices"]]
        assert keys == ["runs"]
    learn(
        f"4. a plan without prices: {len(before)} versions; a mint answers {reported(answer)}, with the keys {keys}",
        holds=answer.is_success,
    )


@pytest.mark.behaviour("A mint that is based on an older version is refused.")
def test_05_a_stale_mint(merchant: LiveAccount, learn: Learn) -> None:
    first, second = price(merchant, "1"), price(merchant, "2")
    made = plan(merchant, prices=[first])
    version, *_ = merchant.everything_at(f"/v0/plans/{made}/versions", {})
    mint = {"prices": [{"priceId": second, "key": "runs"}], "basedOnVersionId": version["id"]}
    merchant.call("POST", f"/v0/plans/{made}/versions", mint)
    answer = ask(merchant, "POST", f"/v0/plans/{made}/versions", mint)
    assert answer.status_code in REFUSED
    learn(f"5. a mint that is based on an old version: {reported(answer)}")


@pytest.mark.behaviour(
    "A price that only an old version holds is not deleted: 409 with a blocker of type `planVersions`.", inferred=True
)
def test_06_a_price_that_only_an_old_version_holds(merchant: LiveAccount, learn: Learn) -> None:
    first, second = price(merchant, "1"), price(merchant, "2")
    made = plan(merchant, prices=[first])
    merchant.call("POST", f"/v0/plans/{made}/versions", {"prices": [{"priceId": second, "key": "runs"}]})
    answer = ask(merchant, "DELETE", f"/v0/prices/{first}")
    blockers = [b["type"] for b in answer.json()["details"]["blockers"]] if answer.status_code == 409 else []
    learn(
        f"6. DELETE of a price that only an old version holds: {reported(answer)}, blockers {blockers}",
        holds="planVersions" in blockers,
    )


@pytest.mark.behaviour("PATCH of `metadata` replaces the map, and does not merge it.", inferred=True)
def test_07_metadata_of_a_feature_is_patched(merchant: LiveAccount, learn: Learn) -> None:
    body = {
        "merchantId": merchant.merchant_id,
        "productId": merchant.id("prod_A"),
        "name": "Questions",
        "metadata": {"a": "1"},
    }
    made = merchant.call("POST", "/v0/features", {**body, "key": merchant.named("questions")})["id"]
    metadata = merchant.call("PATCH", f"/v0/features/{made}", {"metadata": {"b": "2"}}).get("metadata")
    assert metadata in ({"b": "2"}, {"a": "1", "b": "2"})
    replaced = metadata == {"b": "2"}
    learn(f"7. PATCH of metadata: {'replaced' if replaced else 'merged'}", holds=replaced)


@pytest.mark.behaviour("An `entitlementTemplate` that was left out reads as `{}`, as an empty one does.")
def test_08_an_entitlement_template_that_is_empty_or_left_out(merchant: LiveAccount, learn: Learn) -> None:
    feature = merchant.id("feat_A")
    empty = price(merchant, "1", feature={"featureId": feature, "entitlementTemplate": {}})
    absent = price(merchant, "2", feature={"featureId": feature})
    read = [merchant.call("GET", f"/v0/prices/{made}")["features"] for made in (empty, absent)]
    assert all(features[0]["featureId"] == feature for features in read)
    templates = [features[0].get("entitlementTemplate") for features in read]
    learn(
        f"8. entitlementTemplate {{}} is read as {templates[0]}, left out as {templates[1]}",
        holds=templates == [{}, {}],
    )


@pytest.mark.behaviour("`limit=101` is refused. An unknown id and one of a wrong form are 404.", inferred=True)
def test_09_limits_and_ids_that_are_wrong(merchant: LiveAccount, learn: Learn) -> None:
    limit = ask(merchant, "GET", "/v0/products", merchantId=merchant.merchant_id, limit="101")
    unknown = ask(merchant, "GET", "/v0/products/prod_00000000000000000000000")
    malformed = ask(merchant, "GET", "/v0/products/not-an-id")
    assert not unknown.is_success
    assert not malformed.is_success
    learn(
        f"9. limit=101: {reported(limit)}; an unknown id: {reported(unknown)}; a malformed id: {reported(malformed)}",
        holds=not limit.is_success and unknown.status_code == malformed.status_code == httpx.codes.NOT_FOUND,
    )


@pytest.mark.parametrize("of", ["billingAnchor", "invoiceDisplayGroup", "itemId"])
@pytest.mark.behaviour("PATCH with null clears `billingAnchor`, `invoiceDisplayGroup` and `itemId`.")
def test_10_null_clears_or_is_refused(merchant: LiveAccount, learn: Learn, of: str) -> None:
    metric = {
        "name": merchant.named("metric"),
        "description": "",
        "aggregation": "COUNT",
        "unit": "run",
        "eventType": "run",
    }
    made: dict[str, Callable[[], tuple[str, str]]] = {
        "billingAnchor": lambda: ("plans", plan(merchant, billingAnchor="2025-01-01T00:00:00Z")),
        "invoiceDisplayGroup": lambda: ("prices", price(merchant, "1", invoiceDisplayGroup="All")),
        "itemId": lambda: ("billableMetrics", _tagged(merchant, metric)),
    }
    collection, object_id = made[of]()
    answer = ask(merchant, "PATCH", f"/v0/{collection}/{object_id}", {of: None})
    value = merchant.call("GET", f"/v0/{collection}/{object_id}").get(of)
    assert answer.is_success or value is not None
    learn(f"10. PATCH {of}: null: {reported(answer)}, then {value}", holds=answer.is_success and value is None)


def _tagged(merchant: LiveAccount, metric: dict[str, str]) -> str:
    body = {
        "merchantId": merchant.merchant_id,
        "productId": merchant.id("prod_A"),
        "itemId": merchant.id("itm_A"),
        **metric,
    }
    return str(merchant.call("POST", "/v0/billableMetrics", body)["id"])


def test_the_account_is_named(merchant: LiveAccount, learn: Learn) -> None:
    learn(f"The target was {merchant.target.name}.")
