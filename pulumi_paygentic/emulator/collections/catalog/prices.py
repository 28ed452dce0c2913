"""Prices of a unit of a metric, or of a fee. Their merchant is that of the metric or fee."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from pulumi_paygentic.emulator.billing import edits
from pulumi_paygentic.emulator.billing.subscription_counts import billing_directly
from pulumi_paygentic.emulator.collections.base import Collection
from pulumi_paygentic.emulator.collections.catalog import price_rules
from pulumi_paygentic.emulator.errors import Conflict, NotFound, refuse
from pulumi_paygentic.emulator.http.context import Context
from pulumi_paygentic.emulator.http.fields import BillableMetricId, Duration, FeatureId, FeeId, PricingUnitId, omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds, version_lines
from pulumi_paygentic.emulator.storage.store import Record

Quantity = Annotated[int, Field(ge=0)]
BLOCKED_WITH_SUBSCRIBERS = ("billingCadence", "isObligation", "pricingUnitId")
"""The fields whose change restructures a charge; refused while a live subscription bills it."""


class PriceFeature(Body):
    feature_id: FeatureId
    entitlement_template: dict[str, Any] = omitted()


class CreatePrice(Body):
    invoice_display_name: str
    payment_term: Literal["in_arrears", "in_advance"]
    properties: dict[str, Any]
    billable_metric_id: BillableMetricId = omitted()
    fee_id: FeeId = omitted()
    pricing_unit_id: PricingUnitId = omitted()
    model: Literal["standard", "volume"] = omitted()
    invoice_display_group: str | None = None
    billing_cadence: Duration | None = None
    feature: PriceFeature = omitted()
    grant_discount_enabled: bool = omitted()
    is_obligation: bool = omitted()
    rate_type: Literal["amount", "proportion"] = omitted()
    tax: price_rules.Tax = omitted()
    quantity: Quantity = omitted()


class UpdatePrice(Body):
    invoice_display_name: str = omitted()
    payment_term: Literal["in_arrears", "in_advance"] = omitted()
    properties: dict[str, Any] = omitted()
    billable_metric_id: BillableMetricId = omitted()
    pricing_unit_id: PricingUnitId | None = None
    model: Literal["standard", "volume"] = omitted()
    invoice_display_group: str | None = None
    billing_cadence: Duration | None = None
    feature: PriceFeature | None = None
    grant_discount_enabled: bool = omitted()
    is_obligation: bool = omitted()
    rate_type: Literal["amount", "proportion"] = omitted()
    tax: price_rules.Tax = omitted()
    quantity: Quantity = omitted()


class Prices(Collection):
    kind = kinds.PRICE
    path = "/v0/prices"
    create_model = CreatePrice
    update_model = UpdatePrice
    deletable = True
    filters: ClassVar = {"merchantId": kinds.MERCHANT.id_pattern, "billableMetricId": kinds.BILLABLE_METRIC.id_pattern}
    defaults: ClassVar = {
        "billingCadence": None,
        "invoiceDisplayGroup": None,
        "features": [],
        "grantDiscountEnabled": False,
        "isObligation": False,
        "rateType": "amount",
        "tax": {"supplyScope": "IN_SCOPE"},
        "quantity": 1,
    }

    def prepare(self, cx: Context, given: Record) -> Record:
        charged = [name for name in ("billableMetricId", "feeId") if name in given]
        if len(charged) != 1:
            raise refuse("billableMetricId", "give exactly one of billableMetricId and feeId", "one_of")
        product_id = product_of(cx, given)
        if "model" not in given:
            if "feeId" not in given:
                raise refuse("model", "is required for a billable metric", "missing")
            given["model"] = "standard"
        return price_rules.check({**self.defaults, **_with_feature(cx, given, product_id)})

    def revise(self, cx: Context, record: Record, changes: Record) -> Record:
        if "billableMetricId" in changes:
            if "feeId" in record:
                raise refuse("billableMetricId", "the price is for a fee")
            _check_plans(cx, record, product_of(cx, changes))
        revised = {**record, **changes}
        revised = _with_feature(cx, revised, product_of(cx, revised))
        if revised.get("pricingUnitId", "") is None:
            del revised["pricingUnitId"]
        revised = price_rules.check(revised)
        if not price_rules.fits_a_plan(revised) and version_lines.versions_with(cx.store, record["id"]):
            raise refuse("quantity", f"must be {price_rules.IN_A_PLAN} while a plan has the price", "out_of_range")
        _check_subscribers(cx, record, revised)
        if revised["paymentTerm"] != record["paymentTerm"]:
            edits.change_payment_term(cx.store, revised)
        return revised

    def conditions(self, cx: Context) -> dict[str, Any]:
        merchant_id = cx.query.get("merchantId")
        if merchant_id is not None and merchant_id.startswith("org_") and not cx.emulator.accounts.knows(merchant_id):
            raise NotFound("No such merchant was found.")
        return super().conditions(cx)

    def present(self, cx: Context, record: Record) -> Record:
        return present_price(cx, record)

    def check_delete(self, cx: Context, record: Record) -> None:
        blockers = _blockers(cx, record)
        if blockers:
            raise Conflict("A plan uses the price.", details={"blockers": blockers})


def present_price(cx: Context, price: Record) -> Record:
    """The price with the present fields of its features, without deleted ones."""
    if not price["features"]:
        return price
    features = []
    for attached in price["features"]:
        feature = cx.store.get(kinds.FEATURE, attached["featureId"])
        if feature is not None:
            features.append({**attached, "feature": {name: feature[name] for name in ("key", "name", "type")}})
    return {**price, "features": features}


def product_of(cx: Context, price: Record) -> str:
    """The product of the metric or fee that a price bills."""
    if "billableMetricId" in price:
        return str(cx.require(kinds.BILLABLE_METRIC, price["billableMetricId"])["productId"])
    return str(cx.require(kinds.FEE, price["feeId"])["productId"])


def _with_feature(cx: Context, price: Record, product_id: str) -> Record:
    """Convert `feature`, as it is written, to `features`, as they are stored and read."""
    if "feature" not in price:
        return present_price(cx, price) if price.get("features") else price
    written = price.pop("feature")
    if written is None:
        return {**price, "features": []}
    feature = cx.require(kinds.FEATURE, written["featureId"])
    if feature["productId"] != product_id:
        raise refuse("feature.featureId", "the feature belongs to another product")
    attached = {
        "id": kinds.random_id("pf_"),
        "featureId": feature["id"],
        "entitlementTemplate": written.get("entitlementTemplate", {}),
        "feature": {name: feature[name] for name in ("key", "name", "type")},
    }
    return {**price, "features": [attached]}


def _check_plans(cx: Context, price: Record, product_id: str) -> None:
    for plan_id in version_lines.plans_with(cx.store, price["id"]):
        if cx.require(kinds.PLAN, plan_id)["productId"] != product_id:
            raise refuse("billableMetricId", "belongs to another product than a plan of the price")


def _check_subscribers(cx: Context, before: Record, after: Record) -> None:
    fields = [name for name in BLOCKED_WITH_SUBSCRIBERS if before.get(name) != after.get(name)]
    count = billing_directly(cx.store, before["id"]) if fields else 0
    if count:
        raise Conflict(
            "The price cannot be restructured while subscriptions bill it.",
            code="PRICE_HAS_SUBSCRIPTIONS",
            details={"priceId": before["id"], "fields": fields, "subscriptionCount": count},
        )


def _blockers(cx: Context, price: Record) -> list[Record]:
    plans, versions = [], []
    for plan_id in version_lines.plans_with(cx.store, price["id"]):
        plan = cx.require(kinds.PLAN, plan_id)
        holding = [
            version
            for version in cx.store.find(kinds.PLAN_VERSION, {"planId": plan_id})
            if version["id"] in version_lines.versions_with(cx.store, price["id"])
        ]
        numbers = [version["versionNumber"] for version in holding]
        if any(version["id"] == plan.get("defaultVersionId") for version in holding):
            plans.append({"id": plan_id, "name": plan["name"], "versionNumbers": numbers})
        versions += [{"id": v["id"], "name": plan["name"], "versionNumber": v["versionNumber"]} for v in holding]
    return [
        {"type": kind, "count": len(items), "items": items}
        for kind, items in (("plans", plans), ("planVersions", versions))
        if items
    ]
