"""The `Feature` resource."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from pulumi_paygentic import catalog
from pulumi_paygentic.catalog.feature import FeatureType
from pulumi_paygentic.resources.base import CatalogResource


class Feature(CatalogResource, kind=catalog.Feature):
    """A capability of a product that a price brings with it: on or off, a fixed allocation, or a metered allowance.

    Product and key identify a feature, so no two features may share them.

    Args:
        resource_name: The name of the resource in the stack.
        product_id: The product (`prod_...`) that has the feature. A change makes a new feature.
        key: The key that your code asks for: lower-case letters and digits joined by hyphens. Changed in place.
        name: The name that customers see. Changed in place.
        type: `boolean` (on or off), `static` (fixed values) or `metered` (an allowance). Changed in place. Default:
            `boolean`.
        metadata: Keys and values of your own. Changed in place. Default: none.
        merchant_id: The merchant (`org_...`). Default: the configured one. Another is refused.
        adopt_id: The id (`feat_...`) of an existing feature to adopt when this resource is created. It is brought to
            what is declared, and the run says which fields were changed. Without effect once the resource manages an
            object. Never sent. Default: none.
        opts: Pulumi's own options.

    """

    merchant_id: pulumi.Output[str]
    """The merchant that the feature belongs to."""
    product_id: pulumi.Output[str]
    """The product that has the feature."""
    key: pulumi.Output[str]
    """The key that code asks for."""
    name: pulumi.Output[str]
    """The name that customers see."""
    type: pulumi.Output[str]
    """Boolean, static or metered."""
    metadata: pulumi.Output[Mapping[str, str]]
    """Keys and values of your own."""
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
        key: pulumi.Input[str],
        name: pulumi.Input[str],
        type: pulumi.Input[FeatureType] | None = None,  # noqa: A002  the API's own name
        metadata: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        merchant_id: pulumi.Input[str] | None = None,
        adopt_id: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(resource_name, locals(), opts)
