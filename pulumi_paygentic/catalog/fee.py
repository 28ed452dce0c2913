"""A fee: a fixed charge of a product; its prices say how much and how often."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pulumi_paygentic.catalog.behaviour import create_only, mutable, read_only
from pulumi_paygentic.catalog.model import CatalogObject
from pulumi_paygentic.catalog.values import ItemId, MerchantId, Name, ProductId, Text, Timestamp


class Fee(CatalogObject):
    """A fixed charge, one-time or recurring."""

    path: ClassVar[str] = "/v0/fees"
    id_prefix: ClassVar[str] = "fee"
    title: ClassVar[str] = "fee"
    natural_key: ClassVar[tuple[str, ...]] = ("product_id", "name")
    deletable: ClassVar[bool] = True

    merchant_id: Annotated[MerchantId, create_only()]
    product_id: Annotated[ProductId, create_only()]
    name: Annotated[Name, mutable()]
    description: Annotated[Text, mutable()]
    item_id: Annotated[ItemId | None, mutable(default=None)] = None
    created_at: Annotated[Timestamp | None, read_only()] = None
    updated_at: Annotated[Timestamp | None, read_only()] = None
