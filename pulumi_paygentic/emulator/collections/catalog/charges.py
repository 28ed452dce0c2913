"""The rules that metrics and fees share: both belong to a product and may be tagged with one of its items."""

from __future__ import annotations

from pulumi_paygentic.emulator.collections.base import Collection
from pulumi_paygentic.emulator.errors import BadRequest, refuse
from pulumi_paygentic.emulator.http.context import Context
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.store import Record


class Charges(Collection):
    """A collection whose objects a price can bill for."""

    def prepare(self, cx: Context, given: Record) -> Record:
        product_id = given.get("productId")
        if product_id is not None:
            cx.require(kinds.PRODUCT, product_id)
        if "itemId" in given:
            product_id = item_product(cx, given["itemId"], product_id)
        elif product_id is None:
            raise refuse("productId", "is required unless itemId is given", "missing")
        return {"itemId": None, **self.defaults, **given, "productId": product_id}

    def revise(self, cx: Context, record: Record, changes: Record) -> Record:
        if changes.get("itemId") is not None:
            item_product(cx, changes["itemId"], record["productId"])
        return {**record, **changes}


def item_product(cx: Context, item_id: str, product_id: str | None) -> str:
    """The product that an item puts its charge under; an archived item and one of another product are refused."""
    item = cx.require(kinds.ITEM, item_id)
    if item["archivedAt"] is not None:
        raise BadRequest("The item is archived.", code="ITEM_ARCHIVED")
    filed_under: str | None = item["catalogId"]
    if filed_under is None or product_id not in {None, filed_under}:
        raise BadRequest("The item is filed under another product.", code="ITEM_PRODUCT_MISMATCH")
    return filed_under
