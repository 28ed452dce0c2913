"""A billable metric: an aggregation over usage events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pulumi_paygentic.catalog.behaviour import create_only, local, mutable, read_only
from pulumi_paygentic.catalog.model import CatalogObject, Values
from pulumi_paygentic.catalog.values import Flag, ItemId, JsonPath, MerchantId, Name, ProductId, Text, Timestamp
from pulumi_paygentic.catalog.violations import Violation

Aggregation = Literal["SUM", "COUNT", "AVG", "MIN", "MAX", "UNIQUE_COUNT", "LATEST"]
_NEED_A_VALUE = ("SUM", "AVG", "MIN", "MAX", "LATEST")  # no set: a value that holds an unknown one may be a list


class BillableMetric(CatalogObject):
    """A measurable quantity of a product's use, made from usage events."""

    path: ClassVar[str] = "/v0/billableMetrics"
    id_prefix: ClassVar[str] = "bm"
    title: ClassVar[str] = "billable metric"
    natural_key: ClassVar[tuple[str, ...]] = ("product_id", "name")
    replacement_effect: ClassVar[str] = (
        "its prices would be replaced with it, and usage reported so far would stay with the old metric"
    )

    merchant_id: Annotated[MerchantId, create_only()]
    product_id: Annotated[ProductId, create_only()]
    name: Annotated[Name, mutable()]
    description: Annotated[Text, mutable()]
    unit: Annotated[Text, mutable()]
    aggregation: Annotated[Aggregation, create_only()]
    event_type: Annotated[Name, mutable()]
    value_property: Annotated[JsonPath | None, mutable(default=None)] = None
    group_by: Annotated[dict[str, JsonPath] | None, mutable(default=None)] = None
    event_from: Annotated[Timestamp | None, mutable(default=None)] = None
    item_id: Annotated[ItemId | None, mutable(default=None)] = None
    allow_replace: Annotated[Flag | None, local(default=False)] = None
    created_at: Annotated[Timestamp | None, read_only()] = None
    updated_at: Annotated[Timestamp | None, read_only()] = None

    @classmethod
    def rules(cls, given: Values) -> Iterator[Violation]:
        """Every aggregation but a count needs a value to aggregate (API: `valueProperty`)."""
        aggregation, value = given.get("aggregation"), given.get("value_property")
        if aggregation in _NEED_A_VALUE and value is None:
            yield Violation(
                "value_property", f'is required when aggregation is {aggregation}: a JSONPath such as "$.seconds"'
            )
        if aggregation == "COUNT" and value is not None:
            yield Violation("value_property", "is not used when aggregation is COUNT: leave it out")
