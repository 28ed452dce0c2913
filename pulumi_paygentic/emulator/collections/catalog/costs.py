"""Costs of a product: measured by events as metrics are, and priced by the unit. They are in no invoice."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from pulumi_paygentic.emulator.collections.base import Collection
from pulumi_paygentic.emulator.collections.catalog.metrics import valued
from pulumi_paygentic.emulator.http.context import Context
from pulumi_paygentic.emulator.http.fields import Currency, JsonPath, OrganizationId, ProductId, omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.kinds import Scope
from pulumi_paygentic.emulator.storage.store import Record

KIND = kinds.define("cost", "cst_", "costs", Scope.CATALOG)
Aggregation = Literal["SUM", "COUNT", "AVG", "MIN", "MAX", "UNIQUE_COUNT", "LATEST"]
UnitCost = Annotated[float, Field(ge=0, le=1e15)]


class CreateCost(Body):
    type: Literal["metered"]
    name: str
    unit_cost: UnitCost
    currency: Currency
    product_id: ProductId
    aggregation: Aggregation
    event_type: str
    unit: str = omitted()
    value_property: JsonPath = omitted()
    group_by: dict[str, JsonPath] = omitted()
    merchant_id: OrganizationId = omitted()


class UpdateCost(Body):
    name: str = omitted()
    unit_cost: UnitCost = omitted()
    currency: Currency = omitted()
    unit: str | None = None
    aggregation: Aggregation | None = None
    event_type: str | None = None
    value_property: JsonPath | None = None
    group_by: dict[str, JsonPath] | None = None


class Costs(Collection):
    kind = KIND
    path = "/v0/costs"
    create_model = CreateCost
    update_model = UpdateCost
    deletable = True
    listed = True
    filters: ClassVar = {"merchantId": kinds.MERCHANT.id_pattern, "productId": kinds.PRODUCT.id_pattern}
    defaults: ClassVar = {"unit": None, "valueProperty": None, "groupBy": None, "deletedAt": None}

    def prepare(self, cx: Context, given: Record) -> Record:
        cx.require(kinds.PRODUCT, given["productId"])
        return valued({**super().prepare(cx, given), **_written(given)})

    def revise(self, cx: Context, record: Record, changes: Record) -> Record:
        return valued({**super().revise(cx, record, changes), **_written(changes)})


def _written(given: Record) -> dict[str, Any]:
    """The unit cost as it is read: a number is sent, a decimal string is answered."""
    return {"unitCost": f"{Decimal(repr(given['unitCost'])).normalize():f}"} if "unitCost" in given else {}
