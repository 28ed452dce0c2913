"""Entitlements by the older paths: funds held for work to come, and the list of active subscriptions."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field

from pulumi_paygentic.emulator.billing import rating, reservations, subscription_metrics
from pulumi_paygentic.emulator.billing.wallets import Wallet
from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.collections.usage.older_billing import refuse_new_plans
from pulumi_paygentic.emulator.errors import BadRequest, refuse
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.http.fields import BillableMetricId, CustomerId, OrganizationId, omitted
from pulumi_paygentic.emulator.http.query import Page
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds

EDGE = "/edge"
"""Before the path, it stands for the edge host's name, which no loopback address has."""
_EDGE_HOST = "edge-api."
_MAIN_REGION = "us-west1"
_GLOBAL_USES, _REGIONAL_USES = 1, 100


class ReservedMetric(Body):
    billable_metric_id: BillableMetricId
    quantity: Annotated[float, Field(ge=0, le=1e12)]
    price: str = omitted()


class CreateReservation(Body):
    merchant_id: OrganizationId
    customer_id: CustomerId
    entitlement_data: Annotated[list[ReservedMetric], Field(min_length=1)]
    max_uses: Annotated[int, Field(ge=1, le=1000)] = omitted()
    region: Literal["asia-south1", "europe-west1", "us-west1"] = omitted()


@registry.register
def operations() -> Operations:
    path = "/v0/entitlements"
    return {
        path: {"POST": create},
        f"{EDGE}{path}": {"POST": create_at_edge},
        f"{path}/activeEntitlements": {"GET": list_active},
    }


def create(cx: Context) -> Answer:
    host = urlsplit(cx.base_url).hostname or ""
    return create_at_edge(cx) if host.startswith(_EDGE_HOST) else _created(cx, "global", _GLOBAL_USES)


def create_at_edge(cx: Context) -> Answer:
    return _created(cx, cx.body(CreateReservation).given().get("region", _MAIN_REGION), _REGIONAL_USES)


def list_active(cx: Context) -> Answer:
    customer_id = query.matching(cx.query, "customerId", kinds.CUSTOMER.id_pattern)
    if customer_id is None:
        raise refuse("customerId", "is required", "missing")
    cx.require(kinds.CUSTOMER, customer_id)
    wanted = {
        "productId": query.matching(cx.query, "productId", kinds.PRODUCT.id_pattern),
        "id": query.matching(cx.query, "subscriptionId", kinds.SUBSCRIPTION.id_pattern),
    }
    active = []
    for subscription in subscription_metrics.live(cx.store, customer_id):
        product_id = cx.require(kinds.PLAN, subscription["planId"])["productId"]
        facts = {"productId": product_id, "id": subscription["id"]}
        if all(value is None or facts[name] == value for name, value in wanted.items()):
            active.append(
                {
                    "id": f"ent_{subscription['id'].removeprefix('sub_')}",
                    "object": kinds.RESERVATION.name,
                    "billableMetrics": subscription_metrics.metrics_of(cx.store, subscription),
                    "customerId": customer_id,
                    "planId": subscription["planId"],
                    "productId": product_id,
                    "subscriptionId": subscription["id"],
                    "verifiedAt": cx.clock.stamp(),
                }
            )
    return Answer(200, Page(max(len(active), 1), 0).answer(active, len(active), listed=True))


def _created(cx: Context, region: str, default_uses: int) -> Answer:
    body = cx.body(CreateReservation)
    cx.require_merchant(body.merchant_id, kinds.RESERVATION)
    cx.require(kinds.CUSTOMER, body.customer_id)
    quantities: dict[str, Decimal] = {}
    for index, entry in enumerate(body.entitlement_data):
        cx.require(kinds.BILLABLE_METRIC, entry.billable_metric_id)
        if "price" in entry.model_fields_set:
            raise refuse(f"entitlementData.{index}.price", "is only for dynamic prices, which can no longer be made")
        quantity = Decimal(repr(entry.quantity))
        quantities[entry.billable_metric_id] = quantities.get(entry.billable_metric_id, Decimal(0)) + quantity
    subscription = subscription_metrics.covering(cx.store, body.customer_id, quantities)
    if subscription is None:
        raise BadRequest("No active subscription of the customer bills these metrics.", code="NO_SUBSCRIPTION")
    refuse_new_plans(cx, subscription)
    now = cx.clock.now()
    wallet = Wallet(cx.merchant, body.customer_id, cx.require(kinds.PLAN, subscription["planId"])["currency"])
    amount = max(reservations.cost(cx.store, subscription, quantities), Decimal(0))
    free = reservations.available(cx.store, wallet, now)
    if amount > free:
        raise BadRequest(
            "The customer's wallet does not hold enough that is free.",
            code="INSUFFICIENT_FUNDS",
            details={"required": str(rating.atoms(amount)), "available": str(rating.atoms(free))},
        )
    asked = {
        "maxUses": body.given().get("maxUses", default_uses),
        "region": region,
        "billableMetrics": body.given()["entitlementData"],
    }
    return Answer(201, reservations.present(reservations.hold(cx.store, wallet, amount, now, asked)))
