"""Items: accounting tags of metrics and fees, filed under a product."""

from __future__ import annotations

from typing import Any, ClassVar

from pulumi_paygentic.emulator.collections.base import Collection
from pulumi_paygentic.emulator.collections.catalog import external_references
from pulumi_paygentic.emulator.errors import BadRequest
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
    defaults: ClassVar = {"metadata": {}, "catalogId": None, "archivedAt": None}

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
        if archived:
            external_references.give_up_claims(cx.store, record["id"])
        product_id = changes.get("catalogId")
        if product_id is not None:
            cx.require(kinds.PRODUCT, product_id)
            for charge in charges:  # filing an item elsewhere moves its charges with it
                cx.store.put({**charge, "productId": product_id})
        return super().revise(cx, record, changes)

    def list_page(self, cx: Context) -> Answer:
        code = external_references.read_code(cx)
        if code is None:
            return super().list_page(cx)
        page, where = query.page(cx.query, self.default_limit), super().conditions(cx)
        found = [cx.store.get(self.kind, item_id) for item_id in external_references.resolve(cx, "item", *code)]
        items = [item for item in found if item is not None and all(item[name] == where[name] for name in where)]
        shown = [self.present(cx, item) for item in items[page.offset : page.offset + page.limit]]
        return Answer(200, page.answer(shown, len(items), listed=self.listed))

    def present(self, cx: Context, record: Record) -> Record:
        return {**record, "externalReferences": external_references.of_entity(cx.store, record["id"])}

    def conditions(self, cx: Context) -> dict[str, Any]:
        where = super().conditions(cx)
        return where if query.flag(cx.query, "includeArchived") else {**where, "archivedAt": None}


def _charges(cx: Context, item: Record) -> list[Record]:
    tagged = {"itemId": item["id"]}
    return cx.store.find(kinds.BILLABLE_METRIC, tagged) + cx.store.find(kinds.FEE, tagged)
