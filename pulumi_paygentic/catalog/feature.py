"""A feature: a capability of a product that a price may bring with it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pulumi_paygentic.catalog.behaviour import create_only, mutable, read_only
from pulumi_paygentic.catalog.model import CatalogObject
from pulumi_paygentic.catalog.values import FeatureKey, MerchantId, Name, ProductId, Text, Timestamp

FeatureType = Literal["metered", "static", "boolean"]


class Feature(CatalogObject):
    """A capability of a product: on or off, a fixed allocation, or metered."""

    path: ClassVar[str] = "/v0/features"
    id_prefix: ClassVar[str] = "feat"
    title: ClassVar[str] = "feature"
    listed_by: ClassVar[str | None] = "product_id"
    natural_key: ClassVar[tuple[str, ...]] = ("product_id", "key")
    unique_key: ClassVar[str | None] = "key"
    deletable: ClassVar[bool] = True

    merchant_id: Annotated[MerchantId, create_only()]
    product_id: Annotated[ProductId, create_only()]
    key: Annotated[FeatureKey, mutable()]
    name: Annotated[Name, mutable()]
    type: Annotated[FeatureType | None, mutable(default="boolean")] = None
    metadata: Annotated[dict[str, Text] | None, mutable(default={})] = None
    created_at: Annotated[Timestamp | None, read_only()] = None
    updated_at: Annotated[Timestamp | None, read_only()] = None
