"""The `Product` resource."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from pulumi_paygentic import catalog
from pulumi_paygentic.resources.base import CatalogResource


class Product(CatalogResource, kind=catalog.Product):
    """A product that a merchant sells; metrics, plans, fees and features belong to it.

    A new product gets an ownership mark in its metadata: the project, stack and resource that created it.  By the mark,
    an `up` after a crash finds the product instead of creating a second one.  No output and no diff shows the mark.
    The API cannot delete a product: `destroy` retains it, with a warning, and the next `up` adopts it again.

    Args:
        resource_name: The name of the resource in the stack.
        name: The title that customers see on invoices and pages. Changed in place.
        description: The description, for customers. Changed in place.
        metadata: Keys and values of your own; keys that begin with `pulumi-` are reserved for the mark. The API can't
            change it later: a change makes a new product. Default: none.
        merchant_id: The merchant (`org_...`) that the product belongs to. Default: the configured one. Another than the
            configured one is refused.
        allow_same_name: Create the product although the account has one of that name that this stack did not create.
            Never sent. Default: False, such a product is refused.
        allow_replace: Allow a change that creates a new product, although what hangs on the old one does not
            move. Never sent. Default: False, such a change is refused in preview.
        adopt_id: The id (`prod_...`) of an existing product to adopt when this resource is created. It is brought to
            what is declared, and the run says which fields were changed. Without effect once the resource manages an
            object. Never sent. Default: none.
        opts: Pulumi's own options.

    """

    merchant_id: pulumi.Output[str]
    """The merchant that the product belongs to."""
    name: pulumi.Output[str]
    """The title that customers see."""
    description: pulumi.Output[str]
    """The description, for customers."""
    metadata: pulumi.Output[Mapping[str, str]]
    """Keys and values of your own, without the mark."""
    allow_same_name: pulumi.Output[bool | None]
    """As declared."""
    created_at: pulumi.Output[str]
    """The time of its creation, in UTC (ISO 8601)."""
    updated_at: pulumi.Output[str]
    """The time of its last change, in UTC (ISO 8601)."""
    allow_replace: pulumi.Output[bool | None]
    """As declared."""
    adopt_id: pulumi.Output[str | None]
    """As declared."""

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str],
        description: pulumi.Input[str],
        metadata: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        merchant_id: pulumi.Input[str] | None = None,
        allow_same_name: pulumi.Input[bool] | None = None,
        allow_replace: pulumi.Input[bool] | None = None,
        adopt_id: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(resource_name, locals(), opts)
