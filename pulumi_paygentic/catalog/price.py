"""A price: the cost of one unit of a metric, or of one fee."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field
from typing_extensions import NotRequired, TypedDict

from pulumi_paygentic.catalog.behaviour import create_only, local, mutable, read_only
from pulumi_paygentic.catalog.entitlement_template import EntitlementTemplate
from pulumi_paygentic.catalog.model import CatalogObject, Values
from pulumi_paygentic.catalog.price_advice import price_advice
from pulumi_paygentic.catalog.price_rules import price_rules
from pulumi_paygentic.catalog.values import (
    BandRate,
    BillableMetricId,
    Bound,
    Duration,
    FeatureId,
    FeeId,
    Flag,
    Integer,
    MerchantId,
    Name,
    PricingUnitId,
    Rate,
    Text,
    Timestamp,
)
from pulumi_paygentic.catalog.violations import Violation

PriceModel = Literal["standard", "volume"]
PaymentTerm = Literal["in_advance", "in_arrears"]
OnChange = Literal["version", "in_place", "refuse"]
RateType = Literal["amount", "proportion"]
SupplyScope = Literal["IN_SCOPE", "OUTSIDE_SCOPE"]
OutsideScopeLabel = Literal["CASHBACK"]


class VolumeTier(TypedDict):
    """A band of a volume price: its inclusive upper end (none on the last band) and the price of every unit in it."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic's own way to configure it

    up_to: Annotated[NotRequired[Bound | None], Field(alias="upTo")]
    unit_price: Annotated[BandRate, Field(alias="unitPrice")]


class PriceTax(TypedDict):
    """The tax treatment of the price: paid for a supply, or outside the scope of tax."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic's own way to configure it

    supply_scope: Annotated[SupplyScope, Field(alias="supplyScope")]
    outside_scope_label: Annotated[NotRequired[OutsideScopeLabel | None], Field(alias="outsideScopeLabel")]


class Price(CatalogObject):
    """The cost of one unit of a metric, or of one fee, in the currency of the plans that list the price."""

    path: ClassVar[str] = "/v0/prices"
    id_prefix: ClassVar[str] = "price"
    title: ClassVar[str] = "price"
    named_by: ClassVar[tuple[str, ...]] = ("billable_metric_id", "fee_id", "invoice_display_name")
    indexed_by: ClassVar[tuple[str, ...]] = ("feature_id",)
    deletable: ClassVar[bool] = True

    merchant_id: Annotated[MerchantId, create_only(derived=True)]
    billable_metric_id: Annotated[BillableMetricId | None, mutable()] = None
    fee_id: Annotated[FeeId | None, create_only()] = None
    model: Annotated[PriceModel | None, mutable(default="standard")] = None
    unit_price: Annotated[Rate | None, mutable(default=None)] = None
    tiers: Annotated[list[VolumeTier] | None, mutable(default=None)] = None
    invoice_display_name: Annotated[Name, mutable(presentation=True)]
    invoice_display_group: Annotated[Text | None, mutable(default=None, presentation=True)] = None
    payment_term: Annotated[PaymentTerm, mutable()]
    billing_cadence: Annotated[Duration | None, mutable(default=None, as_spelled=True)] = None
    quantity: Annotated[Annotated[Integer, Field(ge=1, le=1_000_000)] | None, mutable(default=1)] = None
    pricing_unit_id: Annotated[PricingUnitId | None, mutable(default=None)] = None
    rate_type: Annotated[RateType | None, mutable(default="amount")] = None
    is_obligation: Annotated[Flag | None, mutable(default=False)] = None
    grant_discount_enabled: Annotated[Flag | None, mutable(default=False)] = None
    feature_id: Annotated[FeatureId | None, mutable(default=None)] = None
    entitlement_template: Annotated[EntitlementTemplate | None, mutable(default=None, allows_extra_keys=True)] = None
    tax: Annotated[PriceTax | None, mutable(default={"supply_scope": "IN_SCOPE"})] = None
    on_change: Annotated[OnChange | None, local(default="version")] = None
    features: Annotated[list[dict[str, Any]] | None, read_only()] = None
    created_at: Annotated[Timestamp | None, read_only()] = None
    updated_at: Annotated[Timestamp | None, read_only()] = None

    @classmethod
    def rules(cls, given: Values) -> Iterator[Violation]:
        """The API's rules on prices; see `price_rules`."""
        return price_rules(given)

    @classmethod
    def advice(cls, given: Values) -> Iterator[Violation]:
        """Warnings about prices; see `price_advice`."""
        return price_advice(given)

    @classmethod
    def replacing_fields(cls, given: Values) -> set[str]:
        """Under `on_change="version"`, the default, a change of what is charged makes a new price."""
        if (given.get("on_change") or "version") != "version":
            return super().replacing_fields(given)
        charged = {name for name, field in cls.inputs().items() if field.behaviour.is_charge}
        return super().replacing_fields(given) | charged

    @classmethod
    def nest(cls, body: dict[str, Any]) -> dict[str, Any]:
        """`properties` holds the rate or the tiers, `feature` the feature and its template."""
        rate, tiers = body.pop("unitPrice", None), body.pop("tiers", None)
        if rate is not None:
            body["properties"] = {"unitPrice": rate}
        elif tiers is not None:
            body["properties"] = {"tiers": [{**tier, "upTo": tier.get("upTo")} for tier in tiers]}
        if "featureId" in body:
            feature, template = body.pop("featureId"), body.pop("entitlementTemplate", None)
            given = {} if template is None else {"entitlementTemplate": template}
            body["feature"] = None if feature is None else {"featureId": feature, **given}
        return body

    @classmethod
    def flatten(cls, answer: Mapping[str, Any]) -> dict[str, Any]:
        """The reverse of `nest`; of the features read, the one that was attached."""
        flat = dict(answer)
        properties = flat.pop("properties", None) or {}
        flat |= {key: properties[key] for key in ("unitPrice", "tiers") if key in properties}
        for feature in (flat.get("features") or [])[:1]:
            # The API answers `{}` where no template was declared.
            flat |= {
                "featureId": feature["featureId"],
                "entitlementTemplate": feature.get("entitlementTemplate") or None,
            }
        return flat

    @classmethod
    def patched_together(cls, changed: set[str]) -> set[str]:
        """`properties` and `feature` are replaced as a whole."""
        groups = ({"model", "unit_price", "tiers"}, {"feature_id", "entitlement_template"})
        return changed.union(*(group for group in groups if group & changed))
