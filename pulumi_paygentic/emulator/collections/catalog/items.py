"""Items: accounting tags of metrics and fees, filed under a product."""

from __future__ import annotations

from typing import Any, ClassVar

from pulumi_paygentic.emulator.collections.base import Collection
from pulumi_paygentic.emulator.errors import BadRequest, OperationNotImplemented
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context
from pulumi_paygentic.emulator.http.fields import OrganizationId, ProductId, omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.store import Record


class CreateItem(Body):
    name: str
    merchant_id: OrganizationId
    catalog_id: ProductId = omitted()
    metadata: dict[str, Any] = omitted()


class UpdateItem(Body):
    name: str = omitted()
    catalog_id: ProductId | None = None
    archived: bool = omitted()
    metadata: dict[str, Any] = omitted()


class Items(Collection):
    kind = kinds.ITEM
    path = "/v0/items"
    create_model = CreateItem
    update_model = UpdateItem
    default_limit = 50
    filters: ClassVar = {"merchantId": kinds.MERCHANT.id_pattern, "catalogId": kinds.PRODUCT.id_pattern}
    defaults: ClassVar = {"metadata": {}, "catalogId": None, "archivedAt": None, "externalReferences": []}

    def prepare(self, cx: Context, given: Record) -> Record:
        if "catalogId" in given:
            cx.require(kinds.PRODUCT, given["catalogId"])
        return super().prepare(cx, given)

    def revise(self, cx: Context, record: Record, changes: Record) -> Record:
        archived = changes.pop("archived", None)
        charges = _charges(cx, record)
        if archived and charges:
            raise BadRequest("Metrics or fees are tagged with the item.", code="ITEM_IN_USE")
        if archived is not None:
            changes["archivedAt"] = (record["archivedAt"] or cx.clock.stamp()) if archived else None
        product_id = changes.get("catalogId")
        if product_id is not None:
            cx.require(kinds.PRODUCT, product_id)
            for charge in charges:  # filing an item elsewhere moves its charges with it
                cx.store.put({**charge, "productId": product_id})
        return super().revise(cx, record, changes)

    def list_page(self, cx: Context) -> Answer:
        if "provider" in cx.query or "externalId" in cx.query:
            raise OperationNotImplemented("finding items by external references")
        return super().list_page(cx)

    def conditions(self, cx: Context) -> dict[str, Any]:
        where = super().conditions(cx)
        return where if query.flag(cx.query, "includeArchived") else {**where, "archivedAt": None}


def _charges(cx: Context, item: Record) -> list[Record]:
    tagged = {"itemId": item["id"]}
    return cx.store.find(kinds.BILLABLE_METRIC, tagged) + cx.store.find(kinds.FEE, tagged)
