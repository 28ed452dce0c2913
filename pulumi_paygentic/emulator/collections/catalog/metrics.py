"""Billable metrics: measured events and their aggregation. The API has no delete for them."""

from __future__ import annotations

from typing import ClassVar, Literal

from pulumi_paygentic.emulator.collections.catalog.charges import Charges
from pulumi_paygentic.emulator.errors import refuse
from pulumi_paygentic.emulator.http.context import Context
from pulumi_paygentic.emulator.http.fields import DateTime, ItemId, JsonPath, OrganizationId, ProductId, omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.store import Record

_NEEDS_VALUE = frozenset({"SUM", "AVG", "MIN", "MAX", "LATEST"})


class CreateBillableMetric(Body):
    name: str
    description: str
    merchant_id: OrganizationId
    aggregation: Literal["SUM", "COUNT", "AVG", "MIN", "MAX", "UNIQUE_COUNT", "LATEST"]
    unit: str
    event_type: str
    product_id: ProductId = omitted()
    item_id: ItemId = omitted()
    value_property: JsonPath = omitted()
    group_by: dict[str, JsonPath] = omitted()
    event_from: DateTime = omitted()


class UpdateBillableMetric(Body):
    name: str = omitted()
    description: str = omitted()
    unit: str = omitted()
    event_type: str = omitted()
    item_id: ItemId | None = None
    value_property: JsonPath | None = None
    group_by: dict[str, JsonPath] | None = None
    event_from: DateTime | None = None


class BillableMetrics(Charges):
    kind = kinds.BILLABLE_METRIC
    path = "/v0/billableMetrics"
    create_model = CreateBillableMetric
    update_model = UpdateBillableMetric
    listed = True
    filters: ClassVar = {
        "merchantId": kinds.MERCHANT.id_pattern,
        "productId": kinds.PRODUCT.id_pattern,
        "itemId": kinds.ITEM.id_pattern,
    }
    required_filters = frozenset({"merchantId"})
    defaults: ClassVar = {"valueProperty": None, "groupBy": None, "eventFrom": None}

    def prepare(self, cx: Context, given: Record) -> Record:
        return valued(super().prepare(cx, given))

    def revise(self, cx: Context, record: Record, changes: Record) -> Record:
        return valued(super().revise(cx, record, changes))


def valued(record: Record) -> Record:
    """Require a value for aggregations that need one; a count stores none."""
    if record["aggregation"] in _NEEDS_VALUE and record["valueProperty"] is None:
        raise refuse("valueProperty", f"is required for {record['aggregation']}", "missing")
    return {**record, "valueProperty": None} if record["aggregation"] == "COUNT" else record
