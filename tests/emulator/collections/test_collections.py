"""The rules that hold for every collection alike, with the vendor's SDK as the client."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from paygentic_sdk import errors

from tests.emulator.support.merchant import Json, Merchant


class Example(NamedTuple):
    """A collection as the SDK and the wire know it, with a valid create and a valid update."""

    path: str
    sdk: Callable[[Merchant], Any]
    create: Callable[[Merchant], Json]
    update: Json
    methods: tuple[str, str, str, str] = ("create", "get", "list", "update")
    deletable: bool = False
    create_only: str = "merchantId"
    listing: Callable[[Merchant, Json], Json] = lambda m, _record: {"request": {"merchant_id": m.id}}


def _named(m: Merchant, **fields: Any) -> Json:
    return {"name": "One", "description": "First", "merchantId": m.id, **fields}


EXAMPLES = [
    Example("/v0/products", lambda m: m.sdk.products, _named, {"name": "Two"}),
    Example(
        "/v0/billableMetrics",
        lambda m: m.sdk.billable_metrics,
        lambda m: m.metric_fields(m.product()),
        {"unit": "call"},
        create_only="aggregation",
        listing=lambda m, _record: {"merchant_id": m.id},
    ),
    Example(
        "/v0/prices",
        lambda m: m.sdk.prices,
        lambda m: m.price_fields(),
        {"invoiceDisplayName": "Calls"},
        deletable=True,
        create_only="feeId",
    ),
    Example(
        "/v0/plans",
        lambda m: m.sdk.plans,
        lambda m: {"name": "One", "currency": "USD", "merchantId": m.id, "productId": m.product()},
        {"name": "Two"},
        create_only="currency",
    ),
    Example(
        "/v0/fees",
        lambda m: m.sdk.fees,
        lambda m: _named(m, productId=m.product()),
        {"description": "Second"},
        deletable=True,
        create_only="productId",
        listing=lambda m, _record: {"merchant_id": m.id},
    ),
    Example(
        "/v0/features",
        lambda m: m.sdk.features,
        lambda m: {"key": "sso", "name": "SSO", "merchantId": m.id, "productId": m.product()},
        {"key": "saml"},
        deletable=True,
        create_only="productId",
        listing=lambda _m, record: {"product_id": record["productId"]},
    ),
    Example(
        "/v0/items",
        lambda m: m.sdk.items,
        lambda m: {"name": "One", "merchantId": m.id},
        {"name": "Two"},
        methods=("create_item", "get_item", "list_items", "update_item"),
    ),
]
OTHERS_ID = {"merchantId": "org_other", "aggregation": "SUM", "feeId": "fee_other", "currency": "EUR"}
OTHERS_ID |= {"productId": "prod_other"}

each = pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.path.removeprefix("/v0/"))


def _as_json(model: Any) -> Json:
    dumped: Json = model.model_dump(by_alias=True, mode="json")
    return dumped


@each
def test_what_is_created_is_read_listed_and_updated(merchant: Merchant, example: Example) -> None:
    client, (_, get, list_, update) = example.sdk(merchant), example.methods
    created = merchant.post(example.path, example.create(merchant))
    assert _as_json(getattr(client, get)(id=created["id"])).items() >= {"id": created["id"]}.items()
    listed = getattr(client, list_)(**example.listing(merchant, created))
    assert [entry.id for entry in listed.data] == [created["id"]]
    assert (listed.pagination.total, listed.pagination.offset) == (1, 0)
    changes = {_snake(name): value for name, value in example.update.items()}
    getattr(client, update)(id=created["id"], **changes)
    read = merchant.get(f"{example.path}/{created['id']}")
    assert read == {**created, **example.update, "updatedAt": read["updatedAt"]}
    assert read["updatedAt"] >= created["updatedAt"]


@each
def test_read_is_what_create_answered(merchant: Merchant, example: Example) -> None:
    body = example.create(merchant)
    created = merchant.post(example.path, body)
    assert merchant.get(f"{example.path}/{created['id']}") == created
    assert created.items() >= {name: value for name, value in body.items() if name != "prices"}.items()


@each
def test_create_only_and_unknown_fields_of_an_update_are_ignored(merchant: Merchant, example: Example) -> None:
    created = merchant.post(example.path, example.create(merchant))
    changes = {example.create_only: OTHERS_ID[example.create_only], "unheardOf": 1, "id": "x", **example.update}
    updated = merchant.patch(f"{example.path}/{created['id']}", changes)
    assert updated == {**created, **example.update, "updatedAt": updated["updatedAt"]}


@each
def test_unknown_fields_of_a_create_are_not_stored(merchant: Merchant, example: Example) -> None:
    created = merchant.post(example.path, {**example.create(merchant), "unheardOf": 1, "deletedAt": "x"})
    assert not {"unheardOf", "deletedAt"} & created.keys()


@each
def test_what_never_was_is_a_json_404(merchant: Merchant, example: Example) -> None:
    client, (_, get, _, update) = example.sdk(merchant), example.methods
    for operation in (get, update):
        with pytest.raises(errors.Error) as caught:
            getattr(client, operation)(id="nothing")
        assert (caught.value.status_code, caught.value.data.error) == (404, "not_found")


@each
def test_another_merchants_object_is_forbidden(merchant: Merchant, other: Merchant, example: Example) -> None:
    created = other.post(example.path, example.create(other))
    client, (_, get, _, _) = example.sdk(merchant), example.methods
    with pytest.raises(errors.Error) as caught:
        getattr(client, get)(id=created["id"])
    assert (caught.value.status_code, caught.value.data.reason) == (403, "not_member")
    assert caught.value.data.required_permissions == [f"{example.path.removeprefix('/v0/')}:read"]
    merchant.call("PATCH", f"{example.path}/{created['id']}", example.update, expect=403)
    assert other.get(f"{example.path}/{created['id']}") == created


@each
def test_every_missing_required_field_is_named_at_once(merchant: Merchant, example: Example) -> None:
    refused = merchant.refused("POST", example.path, {})
    assert refused == REQUIRED[example.path]


REQUIRED = {
    "/v0/products": {"name", "description", "merchantId"},
    "/v0/billableMetrics": {"name", "description", "merchantId", "aggregation", "unit", "eventType"},
    "/v0/prices": {"invoiceDisplayName", "paymentTerm", "properties"},
    "/v0/plans": {"name", "currency", "merchantId", "productId"},
    "/v0/fees": {"name", "description", "merchantId"},
    "/v0/features": {"key", "name", "merchantId", "productId"},
    "/v0/items": {"name", "merchantId"},
}


@each
def test_deleting_works_once_where_the_api_has_it(merchant: Merchant, example: Example) -> None:
    created = merchant.post(example.path, example.create(merchant))
    path = f"{example.path}/{created['id']}"
    if not example.deletable:
        assert merchant.call("DELETE", path, expect=405)["error"] == "method_not_allowed"
        return
    merchant.call("DELETE", path, expect=204)
    merchant.call("DELETE", path, expect=404)
    merchant.call("GET", path, expect=404)
    merchant.call("PATCH", path, example.update, expect=404)


@each
def test_ids_carry_the_prefix_and_dates_are_utc(merchant: Merchant, example: Example) -> None:
    created = merchant.post(example.path, example.create(merchant))
    prefix, _, rest = created["id"].partition("_")
    assert prefix in {"prod", "bm", "price", "plan", "fee", "feat", "itm"}
    assert rest.isascii()
    assert rest.isalnum()
    assert created["createdAt"] == created["updatedAt"]
    assert created["createdAt"].endswith("Z")


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
