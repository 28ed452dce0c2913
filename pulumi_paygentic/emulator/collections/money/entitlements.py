"""Entitlements of customers to features: the current form."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from pulumi_paygentic.emulator.billing import balances, entitlements
from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.collections.catalog.entitlement_templates import read_template
from pulumi_paygentic.emulator.errors import NotFound, refuse
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.http.fields import CustomerId, DateTime, FeatureId, omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp
from pulumi_paygentic.emulator.storage.store import Record


class IssueEntitlement(Body):
    customer_id: CustomerId
    feature_id: FeatureId
    template: dict[str, Any]
    active_from: DateTime = omitted()
    active_to: DateTime | None = None
    subscription_id: str | None = None
    metadata: dict[str, str] = omitted()


@registry.register
def operations() -> Operations:
    path = "/v1/entitlements"
    return {path: {"POST": issue, "GET": list_entitlements}, f"{path}/{{entitlementId}}": {"GET": read}}


def issue(cx: Context) -> Answer:
    given = cx.body(IssueEntitlement).given()
    cx.require(kinds.CUSTOMER, given["customerId"])
    feature = cx.require(kinds.FEATURE, given["featureId"])
    if given.get("subscriptionId") is not None:
        subscription = cx.require(kinds.SUBSCRIPTION, given["subscriptionId"])
        if subscription["customerId"] != given["customerId"]:
            raise refuse("subscriptionId", "is another customer's")
    template, now = read_template(given["template"], feature), cx.clock.now()
    active_to = given.get("activeTo")
    if active_to is not None and active_to <= given.get("activeFrom", timestamp(now)):
        raise refuse("activeTo", "must be after activeFrom")
    record = entitlements.entitle(cx.store, cx.merchant, {**given, "template": template}, now)
    return Answer(201, _detail(cx, record, None))


def list_entitlements(cx: Context) -> Answer:
    page, at = query.page(cx.query), _moment(cx)
    where: dict[str, Any] = {"customerId": _customer(cx)}
    product_id = query.matching(cx.query, "productId", kinds.PRODUCT.id_pattern)
    subscription_id = query.matching(cx.query, "subscriptionId", kinds.SUBSCRIPTION.id_pattern)
    key = cx.query.get("featureKey")
    if key is not None and product_id is None:
        raise refuse("productId", "is required with featureKey", "missing")
    if subscription_id is not None:
        where["subscriptionId"] = subscription_id
    found = []
    for record in cx.store.find(kinds.ENTITLEMENT, where, merchant=cx.merchant):
        feature = cx.store.get(kinds.FEATURE, record["featureId"]) or {"key": None, "productId": None}
        if product_id in {None, feature["productId"]} and key in {None, feature["key"]}:
            found.append(record)
    shown = []
    for record in found[page.offset : page.offset + page.limit]:
        detail = _detail(cx, record, at)
        del detail["object"]
        shown.append({"entitlementId": detail.pop("id"), **detail})
    return Answer(200, page.answer(shown, len(found), listed=True))


def read(cx: Context) -> Answer:
    return Answer(200, _detail(cx, required(cx), _moment(cx)))


def _detail(cx: Context, record: Record, asked: datetime | None) -> dict[str, Any]:
    """An entitlement at the given moment, or now by its own clock."""
    at = entitlements.now_of(cx.store, record, cx.clock.now()) if asked is None else asked
    feature = cx.store.get(kinds.FEATURE, record["featureId"]) or {"key": "", "productId": ""}
    template, status = record["template"], entitlements.status_of(cx.store, record, at)
    live = status == "active" and parse_date_time(record["activeFrom"]) <= at
    names = ("id", "customerId", "featureId", "subscriptionId", "activeFrom", "activeTo", "metadata")
    detail = {
        "object": "entitlement",
        **{name: record[name] for name in names},
        "featureKey": feature["key"],
        "featureType": template["type"],
        "productId": feature["productId"],
        "status": status,
        "hasAccess": live,
        "config": template.get("config") if template["type"] == "static" else None,
    }
    if template["type"] != "metered":
        return detail
    left, soft = balances.balance_of(cx.store, record, at), template.get("isSoftLimit", True)
    return {
        **detail,
        "hasAccess": live and (soft or left.balance > 0),
        "isSoftLimit": soft,
        "balance": _number(left.balance),
        "usageInPeriod": _number(left.used),
        "overage": _number(left.overage),
        "pricingUnitId": None,
        "currentPeriodStart": timestamp(left.start),
        "currentPeriodEnd": None if left.end is None else timestamp(left.end),
    }


def _customer(cx: Context) -> str:
    merchant = query.matching(cx.query, "merchantId", kinds.MERCHANT.id_pattern)
    if merchant is not None:
        cx.require_merchant(merchant, kinds.ENTITLEMENT)
    customer_id = query.matching(cx.query, "customerId", kinds.CUSTOMER.id_pattern)
    external_id = query.matching(cx.query, "externalCustomerId", r"[\s\S]{1,255}")
    if (customer_id is None) == (external_id is None):
        raise refuse("customerId", "give exactly one of customerId and externalCustomerId", "one_of")
    if customer_id is not None:
        return str(cx.require(kinds.CUSTOMER, customer_id)["id"])
    for customer in cx.store.find(kinds.CUSTOMER, {"externalId": external_id}, merchant=cx.merchant):
        return str(customer["id"])
    raise NotFound("No customer with that externalId was found.")


def _moment(cx: Context) -> datetime | None:
    text = cx.query.get("at")
    if text is None:
        return None
    try:
        return parse_date_time(text)
    except ValueError as error:
        raise refuse("at", str(error)) from None


def required(cx: Context) -> Record:
    return cx.require(kinds.ENTITLEMENT, cx.params["entitlementId"])


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
