"""Products. The API has no delete for them."""

from __future__ import annotations

from typing import ClassVar

from pulumi_paygentic.emulator import kinds
from pulumi_paygentic.emulator.collection import Collection
from pulumi_paygentic.emulator.fields import OrganizationId, omitted
from pulumi_paygentic.emulator.schema import Body


class CreateProduct(Body):
    name: str
    description: str
    merchant_id: OrganizationId
    metadata: dict[str, str] = omitted()


class UpdateProduct(Body):
    name: str = omitted()
    description: str = omitted()


class Products(Collection):
    kind = kinds.PRODUCT
    path = "/v0/products"
    create_model = CreateProduct
    update_model = UpdateProduct
    filters: ClassVar = {"merchantId": r"org_[a-zA-Z0-9]+"}
    defaults: ClassVar = {"metadata": {}}
