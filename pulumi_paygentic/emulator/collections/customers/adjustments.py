"""Adjustments of a subscription as the API has them: made for a window, listed, and ended. None is changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from pulumi_paygentic.emulator.billing import adjustments, price_snapshots
from pulumi_paygentic.emulator.billing.price_snapshots import PriceSnapshot
from pulumi_paygentic.emulator.billing.rating import ONCE
from pulumi_paygentic.emulator.billing.subscription_counts import LIVE
from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.errors import Conflict, NotFound, ValidationFailed, refuse
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.http.fields import DateTime, omitted
from pulumi_paygentic.emulator.http.schema import Body, field_errors
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.store import Record

AMOUNTS = ("percentageDiscount", "usageDiscount", "minimumQuantity", "maximumQuantity")
Amount = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,34}(\.[0-9]{1,6})?$")]
Target = Annotated[list[str], Field(min_length=1, max_length=1)]


class Adjustment(Body):
    effective_from: DateTime
    effective_to: DateTime | None = None
    description: str | None = None
    idempotency_key: str = omitted()


class PercentageDiscount(Adjustment):
    type: Literal["percentageDiscount"]
    percentage_discount: Amount


class UsageDiscount(Adjustment):
    type: Literal["usageDiscount"]
    usage_discount: Amount
    target_price_ids: Target


class MinimumQuantity(Adjustment):
    type: Literal["minimumQuantity"]
    minimum_quantity: Amount
    target_price_ids: Target


class MaximumQuantity(Adjustment):
    type: Literal["maximumQuantity"]
    maximum_quantity: Amount
    target_price_ids: Target


_READER: TypeAdapter[PercentageDiscount | UsageDiscount | MinimumQuantity | MaximumQuantity] = TypeAdapter(
    Annotated[PercentageDiscount | UsageDiscount | MinimumQuantity | MaximumQuantity, Field(discriminator="type")]
)


@registry.register
def operations() -> Operations:
    path = "/v0/subscriptions/{id}/adjustments"
    return {path: {"GET": list_adjustments, "POST": create}, f"{path}/{{adjustmentId}}": {"DELETE": end}}


def create(cx: Context) -> Answer:
    subscription = cx.require(kinds.SUBSCRIPTION, cx.params["id"])
    try:
        given = _READER.validate_python(cx.data).given()
    except ValidationError as error:
        raise ValidationFailed(field_errors(error)) from None
    key = given.pop("idempotencyKey", None)
    for known in cx.store.find(adjustments.KIND, {"subscriptionId": subscription["id"]}):
        if key is not None and known["_idempotencyKey"] == key:
            return Answer(200, _present(known))
    if subscription["status"] not in LIVE:
        raise Conflict("The subscription is terminated.", code="ALREADY_TERMINATED")
    _check(given)
    term = _target(cx, subscription, given)
    record = {
        **dict.fromkeys((*AMOUNTS, "effectiveTo", "description")),
        "targetPriceIds": [],
        **given,
        "id": adjustments.KIND.new_id(),
        "object": adjustments.KIND.name,
        "subscriptionId": subscription["id"],
        "customerId": subscription["customerId"],
        "createdAt": cx.clock.stamp(),
        "_key": None if term is None else term["key"],
        "_idempotencyKey": key,
    }
    cx.store.insert(adjustments.KIND, cx.merchant, record)
    return Answer(201, _present(record))


def list_adjustments(cx: Context) -> Answer:
    subscription, page = cx.require(kinds.SUBSCRIPTION, cx.params["id"]), query.page(cx.query)
    found = cx.store.find(adjustments.KIND, {"subscriptionId": subscription["id"]})
    shown = [_present(one) for one in sorted(found, key=lambda one: str(one["effectiveFrom"]))]
    return Answer(200, page.answer(shown[page.offset : page.offset + page.limit], len(shown), listed=False))


def end(cx: Context) -> Answer:
    """Remove an adjustment that no issued invoice has; shorten any other to what is billed."""
    subscription = cx.require(kinds.SUBSCRIPTION, cx.params["id"])
    record = cx.require(adjustments.KIND, cx.params["adjustmentId"])
    if record["subscriptionId"] != subscription["id"]:
        raise NotFound("The subscription has no such adjustment.")
    billed = adjustments.billed_until(cx.store, record)
    if billed is None:
        cx.store.delete(record["id"])
        return Answer(204)
    shortened = {**record, "effectiveTo": min(record["effectiveTo"] or billed, billed)}
    cx.store.put(shortened)
    return Answer(200, _present(shortened))


def _check(given: dict[str, Any]) -> None:
    amount = Decimal(given[given["type"]])
    if given["type"] == "percentageDiscount" and not 0 < amount <= 1:
        raise refuse("percentageDiscount", "must be above 0, and 1 at the most", "out_of_range")
    if given["type"] == "usageDiscount" and not amount:
        raise refuse("usageDiscount", "must be above 0", "out_of_range")
    if given.get("effectiveTo") is not None and given["effectiveTo"] <= given["effectiveFrom"]:
        raise refuse("effectiveTo", "must be after effectiveFrom")


def _target(cx: Context, subscription: Record, given: dict[str, Any]) -> PriceSnapshot | None:
    """The line that an adjustment is for, if it is for one."""
    if "targetPriceIds" not in given:
        return None
    [price_id] = given["targetPriceIds"]
    for term in price_snapshots.snapshot(cx.store, subscription):
        if term["price"]["id"] == price_id:
            _check_price(term, given["type"])
            return term
    raise refuse("targetPriceIds", "is no price of the subscription", "not_found")


def _check_price(term: PriceSnapshot, kind: str) -> None:
    price = term["price"]
    if kind != "usageDiscount":
        if price["billingCadence"] == ONCE:
            raise refuse("targetPriceIds", "is billed once, and has no period to bound")
    elif not price_snapshots.is_metered(term):
        raise refuse("targetPriceIds", "is not metered")
    elif price["properties"].get("unitPrice", "").startswith("-"):
        raise refuse("targetPriceIds", "is a rebate")


def _present(record: Record) -> Record:
    hidden = {"customerId"} | {name for name in record if name.startswith("_")}
    return {name: value for name, value in record.items() if name not in hidden}
