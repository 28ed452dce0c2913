"""Fees: charges without measurement."""

from __future__ import annotations

from typing import ClassVar

from pulumi_paygentic.emulator.collections.catalog.charges import Charges
from pulumi_paygentic.emulator.errors import Conflict
from pulumi_paygentic.emulator.http.context import Context
from pulumi_paygentic.emulator.http.fields import ItemId, OrganizationId, ProductId, omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.store import Record


class CreateFee(Body):
    name: str
    description: str
    merchant_id: OrganizationId
    product_id: ProductId = omitted()
    item_id: ItemId = omitted()


class UpdateFee(Body):
    name: str = omitted()
    description: str = omitted()
    item_id: ItemId | None = None


class Fees(Charges):
    kind = kinds.FEE
    path = "/v0/fees"
    create_model = CreateFee
    update_model = UpdateFee
    deletable = True
    listed = True
    filters: ClassVar = {
        "merchantId": kinds.MERCHANT.id_pattern,
        "productId": kinds.PRODUCT.id_pattern,
        "itemId": kinds.ITEM.id_pattern,
    }
    required_filters = frozenset({"merchantId"})

    def check_delete(self, cx: Context, record: Record) -> None:
        prices = cx.store.find(kinds.PRICE, {"feeId": record["id"]})
        if prices:
            items = [{"id": price["id"], "invoiceDisplayName": price["invoiceDisplayName"]} for price in prices]
            raise Conflict(
                "The fee has prices.",
                details={"blockers": [{"type": "prices", "count": len(items), "items": items}]},
            )
