"""Features that a price can grant. Their key is unique within the product."""

from __future__ import annotations

from typing import ClassVar, Literal

from pulumi_paygentic.emulator.collections.base import Collection
from pulumi_paygentic.emulator.errors import Conflict
from pulumi_paygentic.emulator.http.context import Context
from pulumi_paygentic.emulator.http.fields import OrganizationId, ProductId, Slug, omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.store import Record


class CreateFeature(Body):
    key: Slug
    name: str
    merchant_id: OrganizationId
    product_id: ProductId
    type: Literal["metered", "static", "boolean"] = omitted()
    metadata: dict[str, str] = omitted()


class UpdateFeature(Body):
    key: Slug = omitted()
    name: str = omitted()
    type: Literal["metered", "static", "boolean"] = omitted()
    metadata: dict[str, str] = omitted()


class Features(Collection):
    kind = kinds.FEATURE
    path = "/v0/features"
    create_model = CreateFeature
    update_model = UpdateFeature
    deletable = True
    listed = True
    filters: ClassVar = {"productId": kinds.PRODUCT.id_pattern, "key": r"[a-z0-9]+(?:-[a-z0-9]+)*"}
    required_filters = frozenset({"productId"})
    defaults: ClassVar = {"type": "boolean", "metadata": {}}

    def prepare(self, cx: Context, given: Record) -> Record:
        cx.require(kinds.PRODUCT, given["productId"])
        return _unique(cx, super().prepare(cx, given))

    def revise(self, cx: Context, record: Record, changes: Record) -> Record:
        return _unique(cx, super().revise(cx, record, changes))

    def conditions(self, cx: Context) -> dict[str, str]:
        where = super().conditions(cx)
        cx.require(kinds.PRODUCT, where["productId"])
        return where


def _unique(cx: Context, feature: Record) -> Record:
    same_key = cx.store.find(kinds.FEATURE, {"productId": feature["productId"], "key": feature["key"]})
    if any(other["id"] != feature.get("id") for other in same_key):
        raise Conflict(f"The product already has a feature {feature['key']!r}.", code="FEATURE_KEY_EXISTS")
    return feature
