"""Products. The API has no delete for them."""

from __future__ import annotations

from typing import ClassVar

from pulumi_paygentic.emulator.collections.base import Collection
from pulumi_paygentic.emulator.http.fields import OrganizationId, omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds


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
    filters: ClassVar = {"merchantId": kinds.MERCHANT.id_pattern}
    defaults: ClassVar = {"metadata": {}}
