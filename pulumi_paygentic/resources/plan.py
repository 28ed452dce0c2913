"""The `Plan` resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from typing_extensions import NotRequired, TypedDict

from pulumi_paygentic import catalog
from pulumi_paygentic.catalog.plan import BillingCadence, EffectiveDate, Proration, TaxBehavior
from pulumi_paygentic.resources.base import CatalogResource


class CreditAllocationArgs(TypedDict):
    """Credits that a subscription to the plan gets."""

    pricing_unit_id: pulumi.Input[str]
    """The pricing unit (`pu_...`) whose pool is funded; one allocation for each."""
    amount: pulumi.Input[float]
    """The number of credits, more than zero: units of the pricing unit, not money."""
    recurrence_period: NotRequired[pulumi.Input[str]]
    """The period between two allocations, an ISO 8601 duration such as `P1M`; without it there is one, when the
    subscription begins."""


class VersionTransitionArgs(TypedDict):
    """The moment at which subscribers move to a new version of the plan."""

    effective_date: pulumi.Input[EffectiveDate]
    """`end_of_current_period` or `immediate`."""
    proration: NotRequired[pulumi.Input[Proration]]
    """Only `none`, the default."""


class Plan(CatalogResource, kind=catalog.Plan):
    """A named set of prices of one product in one currency, which customers subscribe to.

    The API keeps a plan's prices in versions.  A changed set of prices makes a new version and bills from it; a set
    that an earlier version holds makes that version the default again, so reverting the program is a rollback.  If
    somebody else made a version meanwhile, the prices are not moved and the error says so.  Product, name
    and currency identify a plan, so no two plans may share them.  The API cannot delete a plan: `destroy` retains it,
    with a warning, and the next `up` adopts it again.

    Args:
        resource_name: The name of the resource in the stack.
        product_id: The product (`prod_...`) that is sold. A change makes a new plan.
        name: The name that customers see. Changed in place.
        currency: The currency of all its prices, an ISO 4217 code such as `USD`. A change makes a new plan.
        prices: The prices (`price_...`) by line key (lower-case letters, digits, `-` and `_`), or as a list of ids,
            whose order has no meaning. A key names a line for the plan's life, so with keys a replaced price stays the
            same line. A change makes a new version. Default: not managed. Once declared, it can't be left out.
        billing_cadence: The billing period: `P1M`, `P3M` or `P1Y`. Changed in place. Default: `P1M`.
        billing_anchor: The time that billing periods are aligned to (ISO 8601 with an offset, not in the future).
            Changed in place. Default: each subscription's own start.
        billing_version: The billing engine: only 1 can be made. A change makes a new plan. Default: 1.
        description: The description of what the plan includes. Changed in place. Default: none. Once declared, it can't
            be left out.
        invoice_display_name: The plan's name on invoices. Changed in place. Default: none. Once declared, it can't be
            left out.
        default_tax_code: The tax code of its lines. Changed in place. Default: `eservice`.
        default_tax_rate: The tax rate in percent if it can't be worked out. Changed in place. Default: 0.
        tax_behavior: `exclusive`, tax comes on top, or `inclusive`. Changed in place. Default: `exclusive`.
        renewal_reminder_enabled: Remind customers before a renewal. Changed in place. Default: True.
        renewal_reminder_days: The days between the reminder and the renewal, 1 to 30. Changed in place. Default: 3.
        credit_allocations: Credits that a subscription gets; their order has no meaning. Changed in place. Default:
            none.
        stable_price_ids: Let a replaced price keep its id, while its old value moves to a new one. With True the ids
            that a program declares no longer name the prices that bill, so use it only with `on_change="in_place"` on
            every price. Changed in place. Default: False (the API's own is True).
        version_transition: The moment at which subscribers move to a new version. Changed in place. Default: at the end
            of their current period.
        merchant_id: The merchant (`org_...`). Default: the configured one. Another is refused.
        allow_replace: Allow a change that creates a new plan, although what hangs on the old one does not
            move. Never sent. Default: False, such a change is refused in preview.
        adopt_id: The id (`plan_...`) of an existing plan to adopt when this resource is created. It is brought to
            what is declared, and the run says which fields were changed. Without effect once the resource manages an
            object. Never sent. Default: none.
        opts: Pulumi's own options.

    """

    merchant_id: pulumi.Output[str]
    """The merchant that the plan belongs to."""
    product_id: pulumi.Output[str]
    """The product that is sold."""
    name: pulumi.Output[str]
    """The name that customers see."""
    currency: pulumi.Output[str]
    """The currency of all its prices."""
    prices: pulumi.Output[Any]
    """The ids of the prices that it bills from: by line key if they were declared so, else a list."""
    billing_cadence: pulumi.Output[str]
    """The billing period."""
    billing_anchor: pulumi.Output[str | None]
    """The time that billing periods are aligned to."""
    billing_version: pulumi.Output[int]
    """The billing engine."""
    description: pulumi.Output[str | None]
    """The description of what the plan includes."""
    invoice_display_name: pulumi.Output[str | None]
    """The plan's name on invoices."""
    default_tax_code: pulumi.Output[str | None]
    """The tax code of its lines."""
    default_tax_rate: pulumi.Output[float | None]
    """The tax rate in percent if it can't be worked out."""
    tax_behavior: pulumi.Output[str | None]
    """`exclusive`, tax comes on top, or `inclusive`."""
    renewal_reminder_enabled: pulumi.Output[bool | None]
    """True if customers are reminded before a renewal."""
    renewal_reminder_days: pulumi.Output[int | None]
    """The days between the reminder and the renewal."""
    credit_allocations: pulumi.Output[Sequence[Mapping[str, Any]] | None]
    """Credits that a subscription gets."""
    stable_price_ids: pulumi.Output[bool]
    """True if a replaced price keeps its id."""
    version_transition: pulumi.Output[Mapping[str, str]]
    """The moment at which subscribers move to a new version."""
    billing_interval: pulumi.Output[str]
    """The billing period in a word; the API's older name for the cadence."""
    default_version_id: pulumi.Output[str | None]
    """The version (`pver_...`) that the plan bills from."""
    payment_term: pulumi.Output[Mapping[str, bool] | None]
    """The payment terms of its prices: in advance, in arrears, or both."""
    wallet_namespace_id: pulumi.Output[str | None]
    """The namespace of its subscribers' wallets."""
    created_at: pulumi.Output[str]
    """The time of its creation, in UTC (ISO 8601)."""
    updated_at: pulumi.Output[str]
    """The time of its last change, in UTC (ISO 8601)."""
    deleted_at: pulumi.Output[str | None]
    """The time at which something else than this program deleted it, in UTC (ISO 8601)."""
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
        currency: pulumi.Input[str],
        prices: pulumi.Input[Mapping[str, pulumi.Input[str]]] | pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        billing_cadence: pulumi.Input[BillingCadence] | None = None,
        billing_anchor: pulumi.Input[str] | None = None,
        billing_version: pulumi.Input[int] | None = None,
        description: pulumi.Input[str] | None = None,
        invoice_display_name: pulumi.Input[str] | None = None,
        default_tax_code: pulumi.Input[str] | None = None,
        default_tax_rate: pulumi.Input[float] | None = None,
        tax_behavior: pulumi.Input[TaxBehavior] | None = None,
        renewal_reminder_enabled: pulumi.Input[bool] | None = None,
        renewal_reminder_days: pulumi.Input[int] | None = None,
        credit_allocations: pulumi.Input[Sequence[pulumi.Input[CreditAllocationArgs]]] | None = None,
        stable_price_ids: pulumi.Input[bool] | None = None,
        version_transition: pulumi.Input[VersionTransitionArgs] | None = None,
        merchant_id: pulumi.Input[str] | None = None,
        allow_replace: pulumi.Input[bool] | None = None,
        adopt_id: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(resource_name, locals(), opts)
