"""The `Price` resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from typing_extensions import NotRequired, TypedDict

from pulumi_paygentic import catalog
from pulumi_paygentic.catalog.price import OnChange, OutsideScopeLabel, PaymentTerm, PriceModel, RateType, SupplyScope
from pulumi_paygentic.resources.base import Amount, CatalogResource
from pulumi_paygentic.resources.entitlement_template import EntitlementTemplateArgs


class VolumeTierArgs(TypedDict):
    """One band of a volume price: the first whose end the period's usage does not pass prices every unit of it."""

    up_to: NotRequired[pulumi.Input[Amount]]
    """The inclusive end of the band, above that of the band before; left out on the last band."""
    unit_price: pulumi.Input[Amount]
    """The price of every unit in the plan's currency: a decimal string such as `"0.001"`, a Decimal or an int, never a
    float; zero or more, at most 6 places."""


class PriceTaxArgs(TypedDict):
    """The tax treatment of the price."""

    supply_scope: pulumi.Input[SupplyScope]
    """`IN_SCOPE`, or `OUTSIDE_SCOPE` for money that pays for no supply."""
    outside_scope_label: NotRequired[pulumi.Input[OutsideScopeLabel]]
    """The label of an amount outside the scope: `CASHBACK`. Required with `OUTSIDE_SCOPE`, refused otherwise."""


class Price(CatalogResource, kind=catalog.Price):
    """The cost of one unit of a metric, or of one fee, in the currency of the plan that lists the price.

    `on_change` decides how a change of the charge is made.  The fields that only affect presentation
    (`invoice_display_name` and `invoice_display_group`) are always changed in place.  A price that a version of a plan
    still holds is retained on delete, with a message that names the holders.

    Args:
        resource_name: The name of the resource in the stack.
        billable_metric_id: The metric (`bm_...`) whose units are priced. Exactly one of this and `fee_id`.
        fee_id: The fee (`fee_...`) that is priced. The API can't change it: a change always makes a new price.
        model: `standard` (one rate) or `volume` (tiers). Required for a metric; a fee is always `standard`.
        unit_price: The price of one unit in the plan's currency, for a standard price: a decimal string such as
            `"0.001"` (no exponent), a Decimal or an int, never a float; at most 9 places. Negative is a rebate, for
            metered prices only.
        tiers: The bands of a volume price, ascending, the last without `up_to`.
        invoice_display_name: The name of the line on invoices. Changed in place.
        invoice_display_group: Prices of one group print as one row of the invoice; standard prices only. Changed in
            place. Default: none.
        payment_term: `in_advance` or `in_arrears`.
        billing_cadence: The period after which it is due again, an ISO 8601 duration: `P0D` once, `P1M` monthly, `P1Y`
            yearly. Required for a fee. Default for a metric: the plan's.
        quantity: The number of fees that are charged, 1 to 1,000,000. Default: 1. Not for metered prices.
        pricing_unit_id: The pricing unit (`pu_...`) that is drawn down instead of money; metered prices only. Default:
            real currency.
        rate_type: The meaning of `unit_price`: an `amount` for each unit, or a `proportion` of a quantity that is
            itself money (`"0.02"` is 2 %). Default: `amount`.
        is_obligation: A fee that is owed whole and never prorated. Default: False. Not for metered prices.
        grant_discount_enabled: Subtract credits (of `entitlement_template` or granted otherwise) from the units that
            this price charges; standard metered prices only. Without it, an included allowance discounts nothing and
            every unit is charged. Default: False.
        feature_id: The feature (`feat_...`) that subscribers get with the price. Default: none.
        entitlement_template: The allowance that comes with the feature, by the feature's type: `{"type": "boolean"}`,
            `{"type": "static", "config": {...}}`, or for a metered one `{"type": "metered", "issue_after_reset": 1000,
            "usage_period": {"interval": "P1M"}, ...}` (see `MeteredTemplateArgs`). It is an allowance, not a discount:
            for "1,000 included, then 0.01 each" also set `grant_discount_enabled=True`. `{}` is an allowance with the
            API's default values. Default: none.
        tax: The tax treatment of the price; replaced as a whole. Default: in scope.
        on_change: The way in which a change of the charge is made. `version` creates a new price (or adopts an
            identical superseded one); every plan that lists it then gets a new version, and the old price is deleted,
            or retained for the versions that hold it. `in_place` edits the price for everybody, as far as the API
            allows. `refuse` is an error while a plan that lists it has subscribers. Never sent. Default: `version`.
        merchant_id: The merchant (`org_...`). Default: the configured one. Another is refused.
        adopt_id: The id (`price_...`) of an existing price to adopt when this resource is created. It is brought to
            what is declared, and the run says which fields were changed. Without effect once the resource manages an
            object. Never sent. Default: none.
        opts: Pulumi's own options.

    """

    merchant_id: pulumi.Output[str]
    """The merchant that the price belongs to."""
    billable_metric_id: pulumi.Output[str | None]
    """The metric whose units are priced."""
    fee_id: pulumi.Output[str | None]
    """The fee that is priced."""
    model: pulumi.Output[str]
    """Standard or volume."""
    unit_price: pulumi.Output[str | None]
    """The price of one unit, a decimal string in the plan's currency."""
    tiers: pulumi.Output[Sequence[Mapping[str, str]] | None]
    """The bands of a volume price."""
    invoice_display_name: pulumi.Output[str]
    """The name of the line on invoices."""
    invoice_display_group: pulumi.Output[str | None]
    """The row of the invoice that it prints in."""
    payment_term: pulumi.Output[str]
    """In advance or in arrears."""
    billing_cadence: pulumi.Output[str | None]
    """The period after which it is due again."""
    quantity: pulumi.Output[int]
    """The number of fees that are charged."""
    pricing_unit_id: pulumi.Output[str | None]
    """The pricing unit that is drawn down."""
    rate_type: pulumi.Output[str | None]
    """Amount or proportion."""
    is_obligation: pulumi.Output[bool | None]
    """True if the fee is owed whole and never prorated."""
    grant_discount_enabled: pulumi.Output[bool | None]
    """True if credits are subtracted from the units that the price charges."""
    feature_id: pulumi.Output[str | None]
    """The feature that subscribers get."""
    entitlement_template: pulumi.Output[Mapping[str, Any] | None]
    """The allowance that comes with the feature."""
    tax: pulumi.Output[Mapping[str, str]]
    """The tax treatment of the price."""
    on_change: pulumi.Output[str | None]
    """As declared."""
    features: pulumi.Output[Sequence[Mapping[str, Any]] | None]
    """The feature as the API reads it back, with its key, name and type."""
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
        billable_metric_id: pulumi.Input[str] | None = None,
        fee_id: pulumi.Input[str] | None = None,
        model: pulumi.Input[PriceModel] | None = None,
        unit_price: pulumi.Input[Amount] | None = None,
        tiers: pulumi.Input[Sequence[pulumi.Input[VolumeTierArgs]]] | None = None,
        invoice_display_name: pulumi.Input[str],
        invoice_display_group: pulumi.Input[str] | None = None,
        payment_term: pulumi.Input[PaymentTerm],
        billing_cadence: pulumi.Input[str] | None = None,
        quantity: pulumi.Input[int] | None = None,
        pricing_unit_id: pulumi.Input[str] | None = None,
        rate_type: pulumi.Input[RateType] | None = None,
        is_obligation: pulumi.Input[bool] | None = None,
        grant_discount_enabled: pulumi.Input[bool] | None = None,
        feature_id: pulumi.Input[str] | None = None,
        entitlement_template: pulumi.Input[EntitlementTemplateArgs] | None = None,
        tax: pulumi.Input[PriceTaxArgs] | None = None,
        on_change: pulumi.Input[OnChange] | None = None,
        merchant_id: pulumi.Input[str] | None = None,
        adopt_id: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(resource_name, locals(), opts)
