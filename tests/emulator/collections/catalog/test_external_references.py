"""External references of items and customers, by the vendor's SDK."""

import pytest
from paygentic_sdk import errors

from tests.emulator.support.merchant import Json, Merchant

PATH = "/v0/externalReferences"


def _item(merchant: Merchant, name: str = "GL 4000") -> str:
    return str(merchant.post("/v0/items", {"name": name, "merchantId": merchant.id})["id"])


def _reference(merchant: Merchant, entity: str, code: str = "4000", **fields: object) -> Json:
    kind = "item" if entity.startswith("itm_") else "customer"
    body = {"merchantId": merchant.id, "entityType": kind, "entityId": entity, "provider": "netsuite"}
    return merchant.post(PATH, {**body, "externalId": code, **fields})


def test_a_reference_has_the_whole_life(merchant: Merchant) -> None:
    item = _item(merchant)
    made = merchant.sdk.external_references.create_external_reference(
        merchant_id=merchant.id, entity_type="item", entity_id=item, provider="netsuite", external_id="4000"
    )
    assert (made.is_primary, made.is_default, made.external_label, made.metadata) == (True, True, None, {})
    changed = merchant.sdk.external_references.update_external_reference(
        id=made.id, external_label="Income", metadata={"object": "Account"}
    )
    assert (changed.external_label, changed.metadata) == ("Income", {"object": "Account"})
    assert merchant.get(f"{PATH}?provider=netsuite&externalId=4000&entityType=item")["pagination"]["total"] == 1
    [shown] = merchant.get(f"/v0/items/{item}")["externalReferences"]
    assert shown["id"] == made.id
    merchant.sdk.external_references.delete_external_reference(id=made.id)
    with pytest.raises(errors.Error):
        merchant.sdk.external_references.get_external_reference(id=made.id)
    assert merchant.get(f"/v0/items/{item}")["externalReferences"] == []


def test_a_claim_is_one_objects_and_moves_only_when_asked(merchant: Merchant) -> None:
    one, other = _item(merchant), _item(merchant, "other")
    claim = _reference(merchant, one)
    body = {"merchantId": merchant.id, "entityType": "item", "provider": "netsuite", "externalId": "4000"}
    refused = merchant.call("POST", PATH, {**body, "entityId": other}, expect=409)
    assert refused["details"]["holder"] == {"id": claim["id"], "entityType": "item", "entityId": one}
    merchant.call("POST", PATH, {**body, "entityId": one}, expect=409)
    alias = _reference(merchant, other, isPrimary=False)
    assert alias["isPrimary"] is False
    merchant.call("PATCH", f"{PATH}/{alias['id']}", {"isPrimary": True}, expect=409)
    found = merchant.sdk.items.list_items(request={"provider": "netsuite", "external_id": "4000"})
    assert [item.id for item in found.data] == [one, other]
    third = _item(merchant, "third")
    _reference(merchant, third, moveClaim=True)
    assert [item["id"] for item in merchant.get("/v0/items?provider=netsuite&externalId=4000")["data"]] == [
        third,
        one,
        other,
    ]
    merchant.call("PATCH", f"/v0/items/{third}", {"archived": True})
    merchant.call("PATCH", f"/v0/items/{third}", {"archived": False})
    [given_up] = merchant.get(f"/v0/items/{third}")["externalReferences"]
    assert given_up["isPrimary"] is False
    assert merchant.patch(f"{PATH}/{alias['id']}", {"isPrimary": True})["isPrimary"] is True
    assert merchant.refused("GET", "/v0/items?provider=netsuite", {}) == {"externalId"}


def test_the_first_code_is_the_default_until_another_is(merchant: Merchant) -> None:
    customer = merchant.customer()
    first, second = _reference(merchant, customer, "a"), _reference(merchant, customer, "b")
    assert (first["isDefault"], second["isDefault"]) == (True, False)
    third = _reference(merchant, customer, "c", isDefault=True)
    merchant.patch(f"{PATH}/{second['id']}", {"isDefault": True})
    flags = [merchant.get(f"{PATH}/{one['id']}")["isDefault"] for one in (first, second, third)]
    assert flags == [False, True, False]


def test_codes_of_an_invoices_items_are_narrowed_to_a_provider(merchant: Merchant) -> None:
    product = merchant.product()
    item = merchant.post("/v0/items", {"name": "A", "merchantId": merchant.id, "catalogId": product})["id"]
    fields = {"name": "A", "description": "", "merchantId": merchant.id, "productId": product, "itemId": item}
    price = merchant.price(None, "1", feeId=merchant.post("/v0/fees", fields)["id"], paymentTerm="in_advance")
    _reference(merchant, item)
    _reference(merchant, item, provider="xero")
    invoice = merchant.unpaid(merchant.plan(product, [price])["id"])["payment"]["invoiceId"]
    path = f"/v2/invoices/{invoice}?expand=items"
    for query, providers in (("", ["xero", "netsuite"]), ("&provider=xero", ["xero"]), ("&provider=sap", [])):
        [resolved] = merchant.get(path + query)["lineItems"]["items"]
        assert [code["provider"] for code in resolved["externalReferences"]] == providers
    merchant.call("GET", f"{path}&provider=NetSuite", expect=400)


def test_a_reference_is_to_something_that_is_there(merchant: Merchant) -> None:
    body = {"merchantId": merchant.id, "entityType": "customer", "provider": "x", "externalId": "1"}
    merchant.call("POST", PATH, {**body, "entityId": _item(merchant)}, expect=404)
    assert merchant.refused("POST", PATH, {**body, "entityId": "cus_1", "provider": "Net-Suite"}) == {"provider"}
