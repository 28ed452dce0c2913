"""A snapshot of an account: whole, by natural keys, with references, the same every time."""

import re
from itertools import permutations
from typing import Any

import httpx
import pytest

from pulumi_paygentic.catalog import BillableMetric, Feature, Fee, Plan, Price, Product, all_kinds
from pulumi_paygentic.snapshot import Dangling, Ref, Snapshot, read_account
from pulumi_paygentic.snapshot.document import to_document
from tests.support.account import SETTINGS, MerchantAccount
from tests.support.in_process import Answer

METRIC = {"description": "", "unit": "u", "aggregation": "COUNT", "eventType": "e"}


def read(merchant: MerchantAccount, **options: Any) -> Snapshot:
    return read_account(merchant.client(SETTINGS), **options)


def made(merchant: MerchantAccount, collection: str, **body: Any) -> str:
    return str(merchant.call("POST", f"/v0/{collection}", {"merchantId": merchant.merchant_id, **body})["id"])


def price(merchant: MerchantAccount, metric: str, rate: str, name: str = "Minutes") -> str:
    charge = {"model": "standard", "properties": {"unitPrice": rate}, "paymentTerm": "in_arrears"}
    return made(merchant, "prices", billableMetricId=metric, invoiceDisplayName=name, **charge)


@pytest.fixture
def shop() -> MerchantAccount:
    """A product, a metric of a product, and three prices of one name: two that bill and an old one."""
    merchant = MerchantAccount()
    product = made(merchant, "products", name="Speech/API", description="d")
    metric = made(merchant, "billableMetrics", productId=product, name="Minutes", **METRIC)
    for plan, rate in (("Basic", "0.02"), ("Pro", "0.01")):
        lines = [{"priceId": price(merchant, metric, rate), "key": "minutes"}]
        made(merchant, "plans", productId=product, name=plan, currency="USD", prices=lines)
    price(merchant, metric, "0.03")
    merchant.calls()
    return merchant


def test_keys_are_paths_of_natural_keys_and_prices_are_told_apart_by_their_lines(shop: MerchantAccount) -> None:
    snapshot = read(shop, lines=True)
    assert [(one.kind, one.key) for one in snapshot] == [
        ("Product", "Speech%2FAPI"),
        ("BillableMetric", "Speech%2FAPI/Minutes"),
        ("Price", "Speech%2FAPI/Minutes/Minutes@Basic/USD/minutes"),
        ("Price", "Speech%2FAPI/Minutes/Minutes@Pro/USD/minutes"),
        ("Price", "Speech%2FAPI/Minutes/Minutes~"),
        ("Plan", "Speech%2FAPI/Basic/USD"),
        ("Plan", "Speech%2FAPI/Pro/USD"),
    ]
    (basic, _) = snapshot.of(Plan)
    line = Ref("Price", "Speech%2FAPI/Minutes/Minutes@Basic/USD/minutes")
    assert basic.values["prices"] == {"minutes": line}
    assert snapshot[line].values["unit_price"] == "0.02"
    assert snapshot.plans_of(line) == (basic,)
    assert snapshot.product_of(snapshot[line]) == snapshot.of(Product)[0]
    version = basic.current_version
    assert version is not None
    assert (version.number, version.lines) == (1, {"minutes": line})


def test_without_lines_no_version_is_read_and_prices_are_a_list(shop: MerchantAccount) -> None:
    (basic, _) = read(shop).of(Plan)
    assert basic.values["prices"] == [Ref("Price", "Speech%2FAPI/Minutes/Minutes@Basic/USD")]
    assert sum(shop.calls().values()) == 6
    read(shop, lines=True)
    assert sum(shop.calls().values()) == 6 + 2 * 2


def test_a_snapshot_holds_the_values_of_the_providers_own_state(merchant: MerchantAccount) -> None:
    snapshot = read(merchant)
    for kind in (one for one in all_kinds() if one.listed_by):
        answers = {answer["id"]: kind.outputs(answer) for answer in merchant.everything(kind)}
        assert {str(one.id): snapshot.outputs(one) for one in snapshot.of(kind)} == answers
        assert answers


def test_two_readings_are_equal(shop: MerchantAccount) -> None:
    assert read(shop, lines=True, threads=1) == read(shop, lines=True, threads=16)


def test_a_list_that_the_key_may_not_read_is_reported_and_the_rest_is_there(shop: MerchantAccount) -> None:
    def refuse(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.url.path in {"/v0/prices", "/v0/features"}:
            return httpx.Response(403, json={"message": "no", "reason": "no_permission"})
        return answer()

    shop.transport.intercept = refuse
    snapshot = read(shop)
    assert snapshot.unread == {"Price", "Feature"}
    assert [problem.code for problem in snapshot.problems] == ["forbidden", "forbidden"]
    assert "no_permission" in str(snapshot.problems[0])
    assert snapshot.of(Price) == ()
    assert {type(price) for plan in snapshot.of(Plan) for price in plan.values["prices"]} == {Dangling}


def test_versions_that_the_key_may_not_read_are_reported_once(shop: MerchantAccount) -> None:
    def refuse(request: httpx.Request, answer: Answer) -> httpx.Response:
        refused = request.url.path.endswith("/versions")
        return httpx.Response(403, json={"message": "no"}) if refused else answer()

    shop.transport.intercept = refuse
    snapshot = read(shop, lines=True)
    assert [problem.subject for problem in snapshot.problems] == ["plan version"]
    assert {type(plan.values["prices"]) for plan in snapshot.of(Plan)} == {list}


def test_an_unknown_field_is_retained_and_reported(shop: MerchantAccount) -> None:
    def add(request: httpx.Request, answer: Answer) -> httpx.Response:
        response = answer()
        if request.url.path != "/v0/products":
            return response
        body = response.json()
        return httpx.Response(200, json={**body, "data": [{**item, "colour": "red"} for item in body["data"]]})

    shop.transport.intercept = add
    snapshot = read(shop)
    assert snapshot.of(Product)[0].unknown == {"colour": "red"}
    assert [problem.code for problem in snapshot.problems] == ["unknown-field"]


def test_an_object_that_cannot_be_understood_stops_nothing(shop: MerchantAccount) -> None:
    def spoil(request: httpx.Request, answer: Answer) -> httpx.Response:
        response = answer()
        if request.url.path != "/v0/prices":
            return response
        first, *rest = response.json()["data"]
        return httpx.Response(200, json={"data": [{**first, "properties": 7}, *rest]})

    shop.transport.intercept = spoil
    snapshot = read(shop)
    assert "unreadable" in {problem.code for problem in snapshot.problems}
    assert snapshot.unread == {"Price"}
    assert len(snapshot.of(Price)) == 2


def test_twins_get_keys_of_their_own(shop: MerchantAccount) -> None:
    product = str(read(shop).of(Product)[0].id)
    second = made(shop, "billableMetrics", productId=product, name="Minutes", **{**METRIC, "eventType": "other"})
    snapshot = read(shop)
    one, twin = snapshot.of(BillableMetric)
    assert second in {one.id, twin.id}
    assert twin.key == f"{one.key}#2"
    assert [problem.code for problem in snapshot.problems] == ["twins"]


def test_the_order_in_which_alike_objects_were_made_does_not_show_in_an_export() -> None:
    def account(rates: tuple[str, ...]) -> dict[str, Any]:
        merchant = MerchantAccount()
        product = made(merchant, "products", name="Speech", description="d")
        metric = made(merchant, "billableMetrics", productId=product, name="Minutes", **METRIC)
        for rate in rates:
            price(merchant, metric, rate)
        return to_document(read(merchant))

    documents = [account(rates) for rates in permutations(("0.02", "0.01", "0.03"))]
    assert len(documents[0]["objects"]["Price"]) == 3
    assert all(document == documents[0] for document in documents)


def test_of_equal_objects_what_refers_to_them_decides_on_their_numbers() -> None:
    def account(order: tuple[int, ...]) -> dict[str, Any]:
        """Three equal metrics with a price each, two of them equal; the plans list them."""
        merchant = MerchantAccount()
        product = made(merchant, "products", name="Speech", description="d")
        prices = {
            number: price(
                merchant, made(merchant, "billableMetrics", productId=product, name="Minutes", **METRIC), rate
            )
            for number, rate in ((number, ("0.01", "0.02", "0.02")[number]) for number in order)
        }
        for name, listed in (("A", (0, 1)), ("B", (0, 1, 2))):
            ids = [prices[number] for number in listed]
            made(merchant, "plans", productId=product, name=name, currency="USD", prices=ids)
        return to_document(read(merchant))

    documents = [account(order) for order in permutations(range(3))]
    assert len(documents[0]["objects"]["BillableMetric"]) == 3
    assert all(document == documents[0] for document in documents)


def test_a_reference_to_a_deleted_object_dangles(merchant: MerchantAccount) -> None:
    fee = merchant.id("fee_A")

    def hide(request: httpx.Request, answer: Answer) -> httpx.Response:
        response = answer()
        return httpx.Response(200, json={"data": []}) if request.url.path == "/v0/fees" else response

    charge = {"model": "standard", "properties": {"unitPrice": "9"}, "billingCadence": "P1M"}
    made(merchant, "prices", feeId=fee, invoiceDisplayName="Setup", paymentTerm="in_advance", **charge)
    merchant.transport.intercept = hide
    snapshot = read(merchant)
    assert snapshot.of(Fee) == ()
    assert [problem.code for problem in snapshot.problems] == ["dangling"]
    assert Dangling(fee) in [price.values.get("fee_id") for price in snapshot.of(Price)]


def test_a_product_that_goes_while_the_lists_are_read_takes_its_features_along(merchant: MerchantAccount) -> None:
    gone = merchant.id("prod_A")

    def lose(request: httpx.Request, answer: Answer) -> httpx.Response:
        is_gone = request.url.params.get("productId") == gone
        return httpx.Response(404, json={"message": "no such product"}) if is_gone else answer()

    merchant.transport.intercept = lose
    snapshot = read(merchant, kinds=[Feature])
    assert snapshot.objects == ()
    assert snapshot.unread == frozenset()


def test_an_object_deleted_between_two_pages_hides_no_other(merchant: MerchantAccount) -> None:
    prices = [price(merchant, merchant.id("bm_A"), "1", f"n{i}") for i in range(150)]

    def delete_one(request: httpx.Request, answer: Answer) -> httpx.Response:
        response = answer()
        if request.url.params.get("offset") == "0" and request.url.path == "/v0/prices" and prices:
            merchant.transport.intercept = lambda _request, answer: answer()
            merchant.call("DELETE", f"/v0/prices/{prices.pop(0)}")
        return response

    merchant.transport.intercept = delete_one
    found = {one.id for one in read(merchant).of(Price)}
    assert found >= set(prices)


def test_progress_counts_every_object(shop: MerchantAccount) -> None:
    seen: dict[str, int] = {}
    snapshot = read(shop, lines=True, progress=lambda what, count: seen.update({what: count}))
    assert seen == {"plans": 2, "prices": 3, "billable metrics": 1, "products": 1, "plan versions": 2}
    assert len(snapshot) == 7


def test_the_kinds_to_read_can_be_chosen(shop: MerchantAccount) -> None:
    read(shop, kinds=[Product, Price])
    assert set(shop.calls()) == {"GET /v0/prices", "GET /v0/products"}


def test_no_key_holds_an_id(shop: MerchantAccount) -> None:
    assert not [one.key for one in read(shop, lines=True) if re.search(r"(prod|bm|price|plan)_\w{6}", one.key)]
