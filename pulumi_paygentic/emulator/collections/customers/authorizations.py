"""Authorization sessions: a link for one person, which makes them a customer with a subscription (older paths)."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.collections.customers import activation
from pulumi_paygentic.emulator.collections.customers.customers import ensure_consumer, ensure_customer
from pulumi_paygentic.emulator.collections.customers.subscriptions import ensure_subscription
from pulumi_paygentic.emulator.errors import NotFound
from pulumi_paygentic.emulator.http.context import Answer, Context, Handler, Operations
from pulumi_paygentic.emulator.http.fields import Email, OrganizationId, PlanId, Uri, omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp
from pulumi_paygentic.emulator.storage.store import Record

LIFETIME = timedelta(hours=24)
CHECKOUT = "/checkout"


class CreateAuthorization(Body):
    email: Email
    plan_id: PlanId = omitted()
    merchant_id: OrganizationId = omitted()
    redirect_url: Uri = omitted()


@registry.register
def operations() -> Operations:
    path = "/v0/customers/authorization"
    return {path: {"POST": older(create)}, f"{path}/{{id}}": {"GET": older(read)}}


def older(handler: Handler) -> Handler:
    """Let a path that the newest description lacks not be found by a strict emulator."""

    def found(cx: Context) -> Answer:
        if cx.emulator.strict:
            raise NotFound("There is nothing at this path.")
        return handler(cx)

    return found


def create(cx: Context) -> Answer:
    given = cx.body(CreateAuthorization).given()
    cx.require_merchant(given.pop("merchantId", cx.merchant), kinds.AUTHORIZATION)
    if "planId" in given:
        cx.require(kinds.PLAN, given["planId"])
    now = cx.clock.now()
    record = {
        **given,
        "id": kinds.AUTHORIZATION.new_id(),
        "merchantId": cx.merchant,
        "token": secrets.token_urlsafe(24),
        "createdAt": timestamp(now),
        "expiresAt": timestamp(now + LIFETIME),
    }
    cx.store.insert(kinds.AUTHORIZATION, cx.merchant, record)
    return Answer(201, present(cx, record))


def read(cx: Context) -> Answer:
    return Answer(200, present(cx, cx.require(kinds.AUTHORIZATION, cx.params["id"])))


def present(cx: Context, record: Record) -> Record:
    shown = {name: value for name, value in record.items() if name != "token"}
    plan = cx.store.get(kinds.PLAN, record.get("planId", ""))
    if plan is not None:
        shown["planName"] = plan["name"]
    return {
        **shown,
        "url": f"{cx.base_url}{CHECKOUT}/{record['token']}",
        "status": status_of(cx, record),
        "merchantName": cx.account.merchant_name,
    }


def status_of(cx: Context, record: Record) -> str:
    if "customerId" in record:
        return "completed"
    return "expired" if parse_date_time(record["expiresAt"]) <= cx.clock.now() else "pending"


def complete(cx: Context, record: Record, name: str, address: Record) -> Record:
    """Make the person a customer, with a subscription to the link's plan where it names one.

    With the same step the person pays everything due in advance.
    """
    person: dict[str, Any] = {"name": name, "email": record["email"], "address": address}
    consumer = ensure_consumer(cx, person)
    if address:  # a known person has just entered a new one
        cx.store.put({**consumer, "name": name, "address": address})
    customer, _ = ensure_customer(cx, consumer, {})
    completed = {**record, "customerId": customer["id"]}
    if "planId" in record:
        plan = cx.require(kinds.PLAN, record["planId"])
        terms = {"name": f"{name} - {plan['name']}", "startedAt": cx.clock.stamp()}
        subscription, _ = ensure_subscription(cx, plan, customer, terms)
        activation.pay_upfront(cx.store, subscription, cx.clock.now())
    cx.store.put(completed)
    return completed
