"""Usage by the older paths: reported one by one or in batches, listed, read, refunded."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from pulumi_paygentic.emulator.billing import clocks, refunds, reservations, subscription_metrics
from pulumi_paygentic.emulator.billing.reservations import Reservation
from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.collections.usage.events import reported_time
from pulumi_paygentic.emulator.collections.usage.older_billing import refuse_new_plans
from pulumi_paygentic.emulator.errors import ApiError, BadRequest, NotFound, Unprocessable, refuse
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.http.fields import (
    BillableMetricId,
    CustomerId,
    DateTime,
    OnlyTrue,
    OrganizationId,
    id_of,
    omitted,
)
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.metering import older_usage
from pulumi_paygentic.emulator.metering.older_usage import Usage
from pulumi_paygentic.emulator.storage import clock, kinds
from pulumi_paygentic.emulator.storage.clock import timestamp
from pulumi_paygentic.emulator.storage.store import Record

_MOST_UNITS = 10**12


class Property(Body):
    billable_metric_id: BillableMetricId
    quantity: Annotated[int, Field(ge=1, le=_MOST_UNITS)]
    price: str = omitted()


class ReportUsage(Body):
    idempotency_key: Annotated[str, StringConstraints(min_length=1)]
    customer_id: CustomerId
    merchant_id: OrganizationId
    timestamp: DateTime
    properties: Annotated[list[Property], Field(min_length=1)]
    entitlement_id: Annotated[str, id_of(kinds.RESERVATION)] = omitted()
    metadata: dict[str, str] = omitted()


class ReportBatch(Body):
    events: Annotated[list[ReportUsage], Field(min_length=1, max_length=1000)]


class RefundUsage(Body):
    refunded: OnlyTrue
    reason: str = omitted()


@registry.register
def operations() -> Operations:
    return {
        "/v0/usage": {"POST": report, "GET": list_usage},
        "/v0/usage/batch": {"POST": report_batch},
        "/v0/usage/{id}": {"GET": read, "PATCH": refund},
    }


def report(cx: Context) -> Answer:
    return Answer(201, _present(cx, _reported(cx, cx.body(ReportUsage))))


def report_batch(cx: Context) -> Answer:
    """Report each event by itself: a failing one is named by its index and stops none of the others."""
    successful: list[Record] = []
    failed: list[Record] = []
    given = cx.body(ReportBatch).events
    for index, event in enumerate(given):
        try:
            successful.append(_present(cx, _reported(cx, event)))
        except ApiError as error:
            failed.append({"index": index, "idempotencyKey": event.idempotency_key, "error": error.message})
    summary = {"total": len(given), "successful": len(successful), "failed": len(failed)}
    answer = {"object": "batchUsageEvents", "successful": successful, "failed": failed, "summary": summary}
    return Answer(207 if failed else 201, answer)


def list_usage(cx: Context) -> Answer:
    page = query.page(cx.query)
    between = query.time_range(cx.query, "startTime", "endTime")
    where: dict[str, Any] = {}
    for name, kind, column in (
        ("customerId", kinds.CUSTOMER, "customer"),
        ("subscriptionId", kinds.SUBSCRIPTION, "subscription"),
    ):
        value = query.matching(cx.query, name, kind.id_pattern)
        if value is not None:
            where[column] = cx.require(kind, value)["id"]
    merchant = query.matching(cx.query, "merchantId", kinds.MERCHANT.id_pattern)
    if merchant is not None or "consumerId" in cx.query:  # a key speaks for a merchant, never for a consumer
        cx.require_merchant(merchant or "", kinds.USAGE)
    found, total = older_usage.page(cx.store, cx.merchant, where, between, (page.limit, page.offset))
    return Answer(200, page.answer([_present(cx, entry) for entry in found], total, listed=True))


def read(cx: Context) -> Answer:
    return Answer(200, _present(cx, _required(cx)))


def refund(cx: Context) -> Answer:
    found = _required(cx)
    given = cx.body(RefundUsage).given()
    if "refund" in json.loads(found.body):
        raise Unprocessable("The usage is refunded already.", code="ALREADY_REFUNDED")
    refunds.credit(cx.store, found, cx.clock.now())
    reason = {"reason": given["reason"]} if "reason" in given else {}
    taken = older_usage.refund(cx.store, found, {"refundedAt": cx.clock.stamp(), **reason})
    return Answer(200, _present(cx, taken))


def _reported(cx: Context, event: ReportUsage) -> Usage:
    """Check a report of usage in every respect, then store it."""
    cx.require_merchant(event.merchant_id, kinds.USAGE)
    known = older_usage.find(cx.store, cx.merchant, key=event.idempotency_key)
    if known is not None:
        return known
    cx.require(kinds.CUSTOMER, event.customer_id)
    quantities: dict[str, Decimal] = {}
    for index, entry in enumerate(event.properties):
        cx.require(kinds.BILLABLE_METRIC, entry.billable_metric_id)
        if "price" in entry.model_fields_set:
            raise refuse(f"properties.{index}.price", "is only for dynamic prices, which can no longer be made")
        quantities[entry.billable_metric_id] = quantities.get(entry.billable_metric_id, Decimal(0)) + entry.quantity
    subscription = subscription_metrics.covering(cx.store, event.customer_id, quantities)
    if subscription is None:
        raise BadRequest("No active subscription of the customer bills these metrics.", code="NO_SUBSCRIPTION")
    refuse_new_plans(cx, subscription)
    reservation = _reservation(cx, event)
    moment = reported_time(event.timestamp)
    if reservation is not None:
        cost = reservations.cost(cx.store, subscription, quantities)
        reservations.draw(cx.store, reservation, cost, cx.clock.now())
    given = event.given()
    body = {name: given[name] for name in ("properties", "metadata", "entitlementId") if name in given}
    made = Usage(
        id=kinds.USAGE.new_id(),
        merchant=cx.merchant,
        customer=event.customer_id,
        subscription=subscription["id"],
        time=moment,
        key=event.idempotency_key,
        body=json.dumps({**body, "createdAt": cx.clock.stamp(), "_reportedAt": _reported_at(cx, subscription)}),
    )
    older_usage.insert(cx.store, made)
    return made


def _reported_at(cx: Context, subscription: Record) -> str:
    """The present time by the subscription's clock, which also issues its invoices."""
    return timestamp(clocks.time_of(cx.store, subscription, cx.clock.now()))


def _reservation(cx: Context, event: ReportUsage) -> Reservation | None:
    if "entitlement_id" not in event.model_fields_set:
        return None
    found = reservations.find(cx.store, event.entitlement_id)
    if found is None:
        raise NotFound(f"No entitlement with id {event.entitlement_id!r} was found.")
    cx.require_merchant(found.merchant, kinds.RESERVATION)
    if found.customer != event.customer_id:
        raise refuse("entitlementId", "was made for another customer")
    return found


def _required(cx: Context) -> Usage:
    usage_id = cx.params["id"]
    merchant = older_usage.owner(cx.store, usage_id)
    if merchant is None:
        raise NotFound(f"No usage with id {usage_id[:80]!r} was found.")
    cx.require_merchant(merchant, kinds.USAGE)
    found = older_usage.find(cx.store, merchant, usage_id=usage_id)
    assert found is not None  # noqa: S101 - it has an owner
    return found


def _present(cx: Context, found: Usage) -> Record:
    billed = refunds.billing_of(cx.store, found)
    return {
        "id": found.id,
        "object": kinds.USAGE.name,
        "merchantId": found.merchant,
        "customerId": found.customer,
        "subscriptionId": found.subscription,
        "idempotencyKey": found.key,
        "timestamp": timestamp(clock.moment(found.time)),
        **{name: value for name, value in json.loads(found.body).items() if not name.startswith("_")},
        **({"billing": billed} if billed else {}),
    }
