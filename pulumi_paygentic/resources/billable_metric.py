"""The `BillableMetric` resource."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from pulumi_paygentic import catalog
from pulumi_paygentic.catalog.billable_metric import Aggregation
from pulumi_paygentic.resources.base import CatalogResource


class BillableMetric(CatalogResource, kind=catalog.BillableMetric):
    """A metric: an aggregation over the usage events of one type.

    Product and name identify a metric, so no two metrics may share them.  The API cannot delete a metric: `destroy`
    retains it, with a warning, and the next `up` adopts it again.

    Args:
        resource_name: The name of the resource in the stack.
        product_id: The product (`prod_...`) whose use is measured. A change makes a new metric.
        name: The name, for people. Changed in place.
        description: The description: what the metric tracks and how it is billed. Changed in place.
        unit: The unit of the measured quantity, such as `submission` or `second`. Changed in place.
        aggregation: The function that makes a quantity of the values: `SUM`, `COUNT`, `AVG`, `MIN`, `MAX`,
            `UNIQUE_COUNT` or `LATEST`. A change makes a new metric.
        event_type: The `type` of the usage events that are counted. Changed in place.
        value_property: The place of an event's value, a JSONPath such as `$.seconds`. Required for every aggregation
            but `COUNT` (which has none) and `UNIQUE_COUNT`. Changed in place.
        group_by: Dimensions to break usage down by: a JSONPath for each name. Changed in place. Default: none.
        event_from: Count only events after this time (ISO 8601 with an offset). Changed in place. Default: all.
        item_id: The item (`itm_...`) that the metric's invoice lines are tagged with. Changed in place. Default: none.
        merchant_id: The merchant (`org_...`). Default: the configured one. Another is refused.
        allow_replace: Allow a change that creates a new metric, although what hangs on the old one does not
            move. Never sent. Default: False, such a change is refused in preview.
        adopt_id: The id (`bm_...`) of an existing metric to adopt when this resource is created. It is brought to
            what is declared, and the run says which fields were changed. Without effect once the resource manages an
            object. Never sent. Default: none.
        opts: Pulumi's own options.

    """

    merchant_id: pulumi.Output[str]
    """The merchant that the metric belongs to."""
    product_id: pulumi.Output[str]
    """The product whose use is measured."""
    name: pulumi.Output[str]
    """The name, for people."""
    description: pulumi.Output[str]
    """The description."""
    unit: pulumi.Output[str]
    """The unit of the quantity."""
    aggregation: pulumi.Output[str]
    """The function that makes a quantity of the values."""
    event_type: pulumi.Output[str]
    """The type of the events that are counted."""
    value_property: pulumi.Output[str | None]
    """The place of an event's value, a JSONPath."""
    group_by: pulumi.Output[Mapping[str, str] | None]
    """A JSONPath for each dimension."""
    event_from: pulumi.Output[str | None]
    """The time from which events count."""
    item_id: pulumi.Output[str | None]
    """The item that invoice lines are tagged with."""
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
        product_id: pulumi.Input[str],
        name: pulumi.Input[str],
        description: pulumi.Input[str],
        unit: pulumi.Input[str],
        aggregation: pulumi.Input[Aggregation],
        event_type: pulumi.Input[str],
        value_property: pulumi.Input[str] | None = None,
        group_by: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        event_from: pulumi.Input[str] | None = None,
        item_id: pulumi.Input[str] | None = None,
        merchant_id: pulumi.Input[str] | None = None,
        allow_replace: pulumi.Input[bool] | None = None,
        adopt_id: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(resource_name, locals(), opts)
