"""Plans: the offers that customers subscribe to. The API has no delete for them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from pulumi_paygentic.emulator.collections.base import Collection
from pulumi_paygentic.emulator.collections.catalog import plan_lines
from pulumi_paygentic.emulator.collections.catalog.prices import present_price
from pulumi_paygentic.emulator.errors import refuse
from pulumi_paygentic.emulator.http.context import Context
from pulumi_paygentic.emulator.http.fields import (
    Currency,
    DateTime,
    Duration,
    LineReference,
    OrganizationId,
    PriceId,
    PricingUnitId,
    ProductId,
    ReminderDays,
    omitted,
)
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds, version_lines
from pulumi_paygentic.emulator.storage.clock import parse_date_time
from pulumi_paygentic.emulator.storage.store import Record

_CADENCES = {"monthly": "P1M", "quarterly": "P3M", "yearly": "P1Y", "annual": "P1Y"}
_INTERVALS = {"P1M": "monthly", "P3M": "quarterly", "P1Y": "yearly"}
Cadence = Literal["P1M", "P3M", "P1Y"]
Interval = Literal["monthly", "quarterly", "yearly", "annual"]


class CreditAllocation(Body):
    pricing_unit_id: PricingUnitId
    amount: Annotated[float, Field(gt=0)]
    recurrence_period: Duration = omitted()


class VersionTransition(Body):
    effective_date: Literal["end_of_current_period", "immediate"]
    proration: Literal["none"]


class PlanLine(Body):
    price_id: PriceId
    key: plan_lines.Key = omitted()


class PlanFields(Body):
    """The fields of both create and update."""

    billing_cadence: Cadence = omitted()
    billing_interval: Interval = omitted()
    default_tax_code: str = omitted()
    default_tax_rate: Annotated[float, Field(gt=-100, le=1e6)] = omitted()
    description: str = omitted()
    invoice_display_name: str = omitted()
    tax_behavior: Literal["exclusive", "inclusive"] = omitted()
    renewal_reminder_enabled: bool = omitted()
    renewal_reminder_days: ReminderDays = omitted()
    billing_anchor: DateTime | None = None
    credit_allocations: list[CreditAllocation] = omitted()
    stable_price_ids: bool = omitted()
    version_transition: VersionTransition = omitted()


class CreatePlan(PlanFields):
    name: str
    currency: Currency
    merchant_id: OrganizationId
    product_id: ProductId
    billing_version: Annotated[int, Field(ge=1, le=1)] = omitted()
    prices: list[Annotated[PlanLine, LineReference]] = omitted()


class UpdatePlan(PlanFields):
    name: str = omitted()
    prices: list[PriceId] = omitted()


class Plans(Collection):
    kind = kinds.PLAN
    path = "/v0/plans"
    create_model = CreatePlan
    update_model = UpdatePlan
    filters: ClassVar = {"merchantId": kinds.MERCHANT.id_pattern, "productId": kinds.PRODUCT.id_pattern}
    defaults: ClassVar = {
        "billingCadence": "P1M",
        "defaultTaxCode": "eservice",
        "defaultTaxRate": 0,
        "taxBehavior": "exclusive",
        "renewalReminderEnabled": True,
        "renewalReminderDays": 3,
        "billingVersion": 1,
        "billingAnchor": None,
        "creditAllocations": [],
        "stablePriceIds": True,
        "versionTransition": {"effectiveDate": "end_of_current_period", "proration": "none"},
    }

    def prepare(self, cx: Context, given: Record) -> Record:
        cx.require(kinds.PRODUCT, given["productId"])
        return {**self.defaults, **_checked(cx, given)}

    def insert(self, cx: Context, fields: Record) -> Record:
        first = fields.pop("prices", [])
        plan = super().insert(cx, fields)
        if first:
            plan_lines.publish(cx, plan, plan_lines.first_lines(cx, plan, first))
        return plan

    def revise(self, cx: Context, record: Record, changes: Record) -> Record:
        price_ids = changes.pop("prices", None)
        revised = {**record, **_checked(cx, changes)}
        return revised if price_ids is None else plan_lines.swap(cx, revised, price_ids)

    def present(self, cx: Context, record: Record) -> Record:
        prices = [
            {**present_price(cx, price), "currency": record["currency"]}
            for _, deleted, price in version_lines.prices_of(cx.store, record.get("defaultVersionId", ""))
            if not deleted
        ]
        terms = {price["paymentTerm"] for price in prices}
        return {
            **record,
            "billingInterval": _INTERVALS[record["billingCadence"]],
            "paymentTerm": {term: term in terms for term in ("in_arrears", "in_advance")},
            "prices": prices,
        }


def _checked(cx: Context, given: Record) -> Record:
    """Check the anchor and the credit allocations of a plan, and turn its interval into a cadence."""
    fields: dict[str, Any] = dict(given)
    interval = fields.pop("billingInterval", None)
    if interval is not None:
        fields.setdefault("billingCadence", _CADENCES[interval])
    anchor = fields.get("billingAnchor")
    if anchor is not None and parse_date_time(anchor) > cx.clock.now():
        raise refuse("billingAnchor", "must not be in the future")
    units = [allocation["pricingUnitId"] for allocation in fields.get("creditAllocations", [])]
    if len(set(units)) != len(units):
        raise refuse("creditAllocations", "two allocations have the same pricingUnitId")
    return fields
