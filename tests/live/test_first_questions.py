"""The questions that the sources leave open: each test asks one, accepts any answer that they allow, and notes it.

An answer that no source allows, such as a 5xx, fails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import httpx
import pytest

from tests.live.account import LiveWorld

Learn = Callable[[str], None]
REFUSED: Final = (400, 404, 409, 422)
PRICE: Final = {"paymentTerm": "in_arrears", "model": "standard", "invoiceDisplayName": "Live suite"}


def ask(world: LiveWorld, method: str, path: str, body: object = None, **params: str) -> httpx.Response:
    """One call; whatever the answer, it is the API's own."""
    answer = world.http.request(method, path, json=body, params=params)
    assert answer.is_success or answer.status_code in REFUSED, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer


def told(answer: httpx.Response) -> str:
    """A status with the API's code, if it gives one."""
    code = answer.json().get("code") if answer.content else None
    return f"{answer.status_code}" + (f" {code}" if code else "")


def product(world: LiveWorld, **more: Any) -> Any:
    body = {"merchantId": world.merchant, "name": world.named("questions"), "description": "", **more}
    return world.call("POST", "/v0/products", body)


def price(world: LiveWorld, unit_price: str, **more: Any) -> str:
    body = {**PRICE, "billableMetricId": world.id("bm_A"), "properties": {"unitPrice": unit_price}, **more}
    return str(world.call("POST", "/v0/prices", body)["id"])


def plan(world: LiveWorld, **more: Any) -> str:
    body = {
        "merchantId": world.merchant,
        "productId": world.id("prod_A"),
        "name": world.named("plan"),
        "currency": "USD",
    }
    return str(world.call("POST", "/v0/plans", {**body, **more})["id"])


def test_01_the_metadata_of_a_product(world: LiveWorld, learn: Learn) -> None:
    made = product(world, metadata={"suite": "live"})
    read = world.call("GET", f"/v0/products/{made['id']}").get("metadata")
    listed = {p["id"]: p.get("metadata") for p in world.everything_at("/v0/products", {"merchantId": world.merchant})}
    for metadata in (made.get("metadata"), read, listed.get(made["id"])):
        assert metadata in ({"suite": "live"}, {}, None)
    learn(f"1. metadata of a product: POST answers {made.get('metadata')}, GET {read}, list {listed.get(made['id'])}")


def test_02_the_list_of_prices_by_merchant(world: LiveWorld, learn: Learn) -> None:
    own = price(world, "1")
    answer = ask(world, "GET", "/v0/prices", merchantId=world.merchant, limit="100")
    if not answer.is_success:
        learn(f"2. GET /v0/prices?merchantId=: refused, {told(answer)}")
        return
    found = answer.json()
    merchants = {p.get("merchantId") for p in found["data"]}
    assert len(found["data"]) <= 100
    complete = found["pagination"]["total"] <= 100
    assert own in {p["id"] for p in found["data"]} or not complete
    learn(
        f"2. GET /v0/prices?merchantId=: {len(found['data'])} of {found['pagination']['total']}, merchants {merchants}"
    )


def test_03_authorization_links(world: LiveWorld, learn: Learn) -> None:
    learn(f"3. POST /v0/customers/authorization: {'is there' if world.has_authorization() else '404'}")


def test_04_a_plan_without_prices_is_minted(world: LiveWorld, learn: Learn) -> None:
    made = plan(world)
    before = world.everything_at(f"/v0/plans/{made}/versions", {})
    answer = ask(
        world, "POST", f"/v0/plans/{made}/versions", {"prices": [{"priceId": price(world, "1"), "key": "runs"}]}
    )
    keys = None
    if answer.is_success:
        version = world.call("GET", f"/v0/plans/{made}/versions/{answer.json()['versionNumber']}")
        keys = [line.get("key") for line in version["prices"]]
        assert keys == ["runs"]
    learn(f"4. a plan without prices: {len(before)} versions; a mint answers {told(answer)}, with the keys {keys}")


def test_05_a_stale_mint(world: LiveWorld, learn: Learn) -> None:
    first, second = price(world, "1"), price(world, "2")
    made = plan(world, prices=[first])
    version, *_ = world.everything_at(f"/v0/plans/{made}/versions", {})
    mint = {"prices": [{"priceId": second, "key": "runs"}], "basedOnVersionId": version["id"]}
    world.call("POST", f"/v0/plans/{made}/versions", mint)
    answer = ask(world, "POST", f"/v0/plans/{made}/versions", mint)
    assert answer.status_code in REFUSED
    learn(f"5. a mint that is based on an old version: {told(answer)}")


def test_06_a_price_that_only_an_old_version_holds(world: LiveWorld, learn: Learn) -> None:
    first, second = price(world, "1"), price(world, "2")
    made = plan(world, prices=[first])
    world.call("POST", f"/v0/plans/{made}/versions", {"prices": [{"priceId": second, "key": "runs"}]})
    answer = ask(world, "DELETE", f"/v0/prices/{first}")
    blockers = [b["type"] for b in answer.json()["details"]["blockers"]] if answer.status_code == 409 else []
    learn(f"6. DELETE of a price that only an old version holds: {told(answer)}, blockers {blockers}")


def test_07_metadata_of_a_feature_is_patched(world: LiveWorld, learn: Learn) -> None:
    body = {"merchantId": world.merchant, "productId": world.id("prod_A"), "name": "Questions", "metadata": {"a": "1"}}
    made = world.call("POST", "/v0/features", {**body, "key": world.named("questions")})["id"]
    metadata = world.call("PATCH", f"/v0/features/{made}", {"metadata": {"b": "2"}}).get("metadata")
    assert metadata in ({"b": "2"}, {"a": "1", "b": "2"})
    learn(f"7. PATCH of metadata: {'replaced' if metadata == {'b': '2'} else 'merged'}")


def test_08_an_entitlement_template_that_is_empty_or_left_out(world: LiveWorld, learn: Learn) -> None:
    feature = world.id("feat_A")
    empty = price(world, "1", feature={"featureId": feature, "entitlementTemplate": {}})
    absent = price(world, "2", feature={"featureId": feature})
    read = [world.call("GET", f"/v0/prices/{made}")["features"] for made in (empty, absent)]
    assert all(features[0]["featureId"] == feature for features in read)
    templates = [features[0].get("entitlementTemplate") for features in read]
    learn(f"8. entitlementTemplate {{}} is read as {templates[0]}, left out as {templates[1]}")


def test_09_limits_and_ids_that_are_wrong(world: LiveWorld, learn: Learn) -> None:
    limit = ask(world, "GET", "/v0/products", merchantId=world.merchant, limit="101")
    unknown = ask(world, "GET", "/v0/products/prod_00000000000000000000000")
    malformed = ask(world, "GET", "/v0/products/not-an-id")
    assert not unknown.is_success
    assert not malformed.is_success
    learn(f"9. limit=101: {told(limit)}; an unknown id: {told(unknown)}; an id of a wrong form: {told(malformed)}")


@pytest.mark.parametrize("of", ["billingAnchor", "invoiceDisplayGroup", "itemId"])
def test_10_null_clears_or_is_refused(world: LiveWorld, learn: Learn, of: str) -> None:
    metric = {
        "name": world.named("metric"),
        "description": "",
        "aggregation": "COUNT",
        "unit": "run",
        "eventType": "run",
    }
    made: dict[str, Callable[[], tuple[str, str]]] = {
        "billingAnchor": lambda: ("plans", plan(world, billingAnchor="2025-01-01T00:00:00Z")),
        "invoiceDisplayGroup": lambda: ("prices", price(world, "1", invoiceDisplayGroup="All")),
        "itemId": lambda: ("billableMetrics", _tagged(world, metric)),
    }
    collection, object_id = made[of]()
    answer = ask(world, "PATCH", f"/v0/{collection}/{object_id}", {of: None})
    value = world.call("GET", f"/v0/{collection}/{object_id}").get(of)
    assert answer.is_success or value is not None
    learn(f"10. PATCH {of}: null: {told(answer)}, then {value}")


def _tagged(world: LiveWorld, metric: dict[str, str]) -> str:
    body = {"merchantId": world.merchant, "productId": world.id("prod_A"), "itemId": world.id("itm_A"), **metric}
    return str(world.call("POST", "/v0/billableMetrics", body)["id"])


def test_the_account_is_named(world: LiveWorld, learn: Learn) -> None:
    learn(f"The target was {world.target.name}.")
