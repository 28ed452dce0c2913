"""A plan: the set of prices a customer subscribes to, kept by the API in versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, Tag
from typing_extensions import NotRequired, TypedDict

from pulumi_paygentic.catalog.behaviour import create_only, local, mutable, read_only
from pulumi_paygentic.catalog.model import CatalogObject, Values
from pulumi_paygentic.catalog.unknown import UNKNOWN, has_unknown
from pulumi_paygentic.catalog.values import (
    Currency,
    Duration,
    Flag,
    Integer,
    LineKey,
    MerchantId,
    Name,
    Number,
    PriceId,
    PricingUnitId,
    ProductId,
    Text,
    Timestamp,
)
from pulumi_paygentic.catalog.violations import KEYED, LISTED, Violation, shortened

BillingCadence = Literal["P1M", "P3M", "P1Y"]
TaxBehavior = Literal["exclusive", "inclusive"]
EffectiveDate = Literal["end_of_current_period", "immediate"]
Proration = Literal["none"]


class CreditAllocation(TypedDict):
    """Credits that a subscription gets, once or again every `recurrence_period`."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic's own way to configure it

    pricing_unit_id: Annotated[PricingUnitId, Field(alias="pricingUnitId")]
    amount: Annotated[Number, Field(gt=0)]
    recurrence_period: Annotated[NotRequired[Duration], Field(alias="recurrencePeriod")]


class VersionTransition(TypedDict):
    """The moment at which subscribers move to a new version of the plan."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic's own way to configure it

    effective_date: Annotated[EffectiveDate, Field(alias="effectiveDate")]
    proration: NotRequired[Proration]


PriceLines = Annotated[
    Annotated[dict[LineKey, PriceId], Tag(KEYED)] | Annotated[list[PriceId], Tag(LISTED)],
    Discriminator(lambda value: KEYED if isinstance(value, Mapping) else LISTED),
]
"""The prices of a plan: by line key, or as ids whose order has no meaning."""


def _sorted_allocations(value: list[Any]) -> list[Any]:
    """Their order has no meaning: no two may name the same pricing unit."""
    return sorted(value, key=lambda allocation: allocation["pricing_unit_id"])


def _with_proration(value: Any) -> Any:
    return {"proration": "none", **value}


class Plan(CatalogObject):
    """A named set of prices of one product, in one currency."""

    path: ClassVar[str] = "/v0/plans"
    id_prefix: ClassVar[str] = "plan"
    title: ClassVar[str] = "plan"
    natural_key: ClassVar[tuple[str, ...]] = ("product_id", "name", "currency")
    indexed_by: ClassVar[tuple[str, ...]] = ("product_id", "prices")
    replacement_effect: ClassVar[str] = "its subscribers would stay on the old plan, which no resource manages any more"

    merchant_id: Annotated[MerchantId, create_only()]
    product_id: Annotated[ProductId, create_only()]
    name: Annotated[Name, mutable()]
    currency: Annotated[Currency, create_only()]
    prices: Annotated[PriceLines | None, mutable()] = None
    billing_cadence: Annotated[BillingCadence | None, mutable(default="P1M")] = None
    billing_anchor: Annotated[Timestamp | None, mutable(default=None)] = None
    billing_version: Annotated[Literal[1] | None, create_only(default=1)] = None
    description: Annotated[Text | None, mutable()] = None
    invoice_display_name: Annotated[Text | None, mutable(presentation=True)] = None
    default_tax_code: Annotated[Text | None, mutable(default="eservice")] = None
    default_tax_rate: Annotated[Number | None, mutable(default=0.0)] = None
    tax_behavior: Annotated[TaxBehavior | None, mutable(default="exclusive")] = None
    renewal_reminder_enabled: Annotated[Flag | None, mutable(default=True)] = None
    renewal_reminder_days: Annotated[Annotated[Integer, Field(ge=1, le=30)] | None, mutable(default=3)] = None
    credit_allocations: Annotated[
        Annotated[list[CreditAllocation], AfterValidator(_sorted_allocations)] | None,
        mutable(default=[], as_spelled=True),
    ] = None
    stable_price_ids: Annotated[Flag | None, mutable(default=False)] = None
    version_transition: Annotated[
        Annotated[VersionTransition, AfterValidator(_with_proration)] | None,
        mutable(default={"effective_date": "end_of_current_period", "proration": "none"}),
    ] = None
    allow_replace: Annotated[Flag | None, local(default=False)] = None
    billing_interval: Annotated[Text | None, read_only()] = None
    default_version_id: Annotated[Text | None, read_only()] = None
    payment_term: Annotated[dict[str, bool] | None, read_only()] = None
    wallet_namespace_id: Annotated[Text | None, read_only()] = None
    created_at: Annotated[Timestamp | None, read_only()] = None
    updated_at: Annotated[Timestamp | None, read_only()] = None
    deleted_at: Annotated[Timestamp | None, read_only()] = None

    @classmethod
    def rules(cls, given: Values) -> Iterator[Violation]:
        """No price stands twice in a plan, no pricing unit is funded twice, and a set of prices is never empty."""
        prices = given.get("prices")
        if isinstance(prices, Mapping | list):
            ids = list(prices.values()) if isinstance(prices, Mapping) else list(prices)
            if not ids:
                yield Violation(
                    "prices", "must not be empty: a plan version holds at least one price; leave it out instead"
                )
            for price in sorted({price for price in ids if price is not UNKNOWN and ids.count(price) > 1}):
                yield Violation("prices", f"holds {shortened(price)} more than once: list each price once")
        allocations = given.get("credit_allocations")
        if isinstance(allocations, list) and not has_unknown(allocations):
            units = [allocation["pricing_unit_id"] for allocation in allocations]
            for unit in sorted({unit for unit in units if units.count(unit) > 1}):
                yield Violation(
                    "credit_allocations",
                    f"funds {shortened(unit)} more than once: give each pricing unit one allocation",
                )

    @classmethod
    def flatten(cls, answer: Mapping[str, Any]) -> dict[str, Any]:
        """The API reads prices back as whole objects; their ids are what a program declares."""
        flat = dict(answer)
        if isinstance(flat.get("prices"), list):
            flat["prices"] = [price["id"] for price in flat["prices"]]
        return flat
