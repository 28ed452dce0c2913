"""The `Fee` resource."""

from __future__ import annotations

import pulumi

from pulumi_paygentic import catalog
from pulumi_paygentic.resources.base import CatalogResource


class Fee(CatalogResource, kind=catalog.Fee):
    """A fixed charge of a product; its prices say how much is due, and how often.

    Product and name identify a fee, so no two fees may share them.  A fee that still has prices is retained on delete,
    with a warning that names them.

    Args:
        resource_name: The name of the resource in the stack.
        product_id: The product (`prod_...`) that the fee is charged for. A change makes a new fee.
        name: The fee's name, for people. Changed in place.
        description: The description of the service that is paid for. Changed in place.
        item_id: The item (`itm_...`) that the fee's invoice lines are tagged with. Changed in place. Default: none.
        merchant_id: The merchant (`org_...`). Default: the configured one. Another is refused.
        adopt_id: The id (`fee_...`) of an existing fee to adopt when this resource is created. It is brought to
            what is declared, and the run says which fields were changed. Without effect once the resource manages an
            object. Never sent. Default: none.
        opts: Pulumi's own options.

    """

    merchant_id: pulumi.Output[str]
    """The merchant that the fee belongs to."""
    product_id: pulumi.Output[str]
    """The product that the fee is charged for."""
    name: pulumi.Output[str]
    """The fee's name."""
    description: pulumi.Output[str]
    """The description of the service that is paid for."""
    item_id: pulumi.Output[str | None]
    """The item that invoice lines are tagged with."""
    created_at: pulumi.Output[str]
    """The time of its creation, in UTC (ISO 8601)."""
    updated_at: pulumi.Output[str]
    """The time of its last change, in UTC (ISO 8601)."""
    adopt_id: pulumi.Output[str | None]
    """As declared."""

    def __init__(
        self,
        resource_name: str,
        *,
        product_id: pulumi.Input[str],
        name: pulumi.Input[str],
        description: pulumi.Input[str],
        item_id: pulumi.Input[str] | None = None,
        merchant_id: pulumi.Input[str] | None = None,
        adopt_id: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(resource_name, locals(), opts)
