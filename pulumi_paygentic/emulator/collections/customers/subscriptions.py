"""Subscriptions of customers to plans: made, read, listed, terminated."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from pulumi_paygentic.emulator.billing import clocks
from pulumi_paygentic.emulator.billing.subscription_counts import LIVE
from pulumi_paygentic.emulator.collections.base import Collection
from pulumi_paygentic.emulator.collections.customers import activation, reconciliations, subscription_changes
from pulumi_paygentic.emulator.collections.customers.customers import ensure_consumer, ensure_customer
from pulumi_paygentic.emulator.collections.customers.subscription_bodies import CreateSubscription, StartedBefore
from pulumi_paygentic.emulator.errors import BadRequest, refuse
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.http.schema import parse
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp
from pulumi_paygentic.emulator.storage.store import Record

_BACKDATED, _FURTHEST_BACK = timedelta(hours=24), timedelta(days=366)
_NOT_KEPT = ("customer", "redirectUrls", "sessionExpiryMinutes", "changeReason", "bankTransferOnly")


class Subscriptions(Collection):
    kind = kinds.SUBSCRIPTION
    path = "/v0/subscriptions"
    create_model = CreateSubscription
    filters: ClassVar = {
        "merchantId": kinds.MERCHANT.id_pattern,
        "consumerId": kinds.MERCHANT.id_pattern,
        "customerId": kinds.CUSTOMER.id_pattern,
    }
    defaults: ClassVar = {
        "autoCharge": False,
        "taxExempt": False,
        "elapsedPeriodBilling": "none",
        "versionPolicy": "floating",
        "paymentTermDays": 0,
        "renewalReminderEnabled": None,
        "renewalReminderDays": None,
        "status": "active",
    }

    def operations(self) -> Operations:
        return {
            self.path: {"POST": self.create, "GET": self.list_page},
            f"{self.path}/{{id}}": {"GET": self.read, "PATCH": subscription_changes.change},
            f"{self.path}/{{id}}/portal": {"POST": subscription_changes.portal},
            f"{self.path}/{{id}}/reconciliations": {"POST": reconciliations.reconcile},
            f"{self.path}/{{id}}/termination": {"POST": subscription_changes.terminate},
        }

    def create(self, cx: Context) -> Answer:
        given = cx.body(CreateSubscription).given()
        plan = cx.require(kinds.PLAN, given["planId"])
        if "testClockId" in given:
            cx.require(kinds.TEST_CLOCK, given["testClockId"])
        _check_terms(given, clocks.time_of(cx.store, given, cx.clock.now()))
        customer = _customer_of(cx, given)
        record, new = ensure_subscription(cx, plan, customer, given)
        return Answer(201 if new else 200, self.present(cx, record))

    def present(self, cx: Context, record: Record) -> Record:
        return activation.present(cx, record)

    def list_page(self, cx: Context) -> Answer:
        page = query.page(cx.query)
        statuses = cx.query.getlist("status")
        if not set(statuses) <= {"active", "terminated", "pending_payment"}:
            raise refuse("status", "must be active, terminated or pending_payment", "enum")
        before = _started_before(cx)
        with_customer = query.matching(cx.query, "include", "customer") is not None
        found = [
            record
            for record in self._filtered(cx)
            if (not statuses or record["status"] in statuses) and (before is None or record["startedAt"] <= before)
        ]
        shown = [self.present(cx, record) for record in found[page.offset : page.offset + page.limit]]
        if with_customer:
            shown = [{**record, "customer": _customer_details(cx, record)} for record in shown]
        return Answer(200, page.answer(shown, len(found), listed=False))

    def _filtered(self, cx: Context) -> list[Record]:
        where = self.conditions(cx)
        if "customerId" in where and ("merchantId" in cx.query or "consumerId" in cx.query):
            raise refuse("customerId", "cannot be combined with consumerId or merchantId")
        consumer_id = where.pop("consumerId", None)
        found = cx.store.find(self.kind, where, merchant=cx.merchant)
        if consumer_id is None:
            return found
        customers = cx.store.find(kinds.CUSTOMER, {"consumerId": consumer_id}, merchant=cx.merchant)
        ids = {customer["id"] for customer in customers}
        return [record for record in found if record["customerId"] in ids]


def ensure_subscription(cx: Context, plan: Record, customer: Record, given: Record) -> tuple[Record, bool]:
    """The customer's live subscription to the plan, and whether it is new."""
    for record in cx.store.find(kinds.SUBSCRIPTION, {"customerId": customer["id"], "planId": plan["id"]}):
        if record["status"] in LIVE:
            return record, False
    subscriptions, fields = Subscriptions(), {k: v for k, v in given.items() if k not in _NOT_KEPT}
    now = clocks.time_of(cx.store, given, cx.clock.now())
    backdated = now - parse_date_time(given["startedAt"]) > _BACKDATED
    bills_elapsed = given.get("elapsedPeriodBilling") == "per_period"
    version_id = plan.get("defaultVersionId")
    if version_id is not None:
        version = cx.require(kinds.PLAN_VERSION, version_id)
        fields |= {"planVersionId": version_id, "versionNumber": version["versionNumber"]}
    fields |= {
        "planId": plan["id"],
        "customerId": customer["id"],
        "billingStartsAt": timestamp(now) if backdated and not bills_elapsed else given["startedAt"],
        "billingAnchor": plan["billingAnchor"] or given["startedAt"],
        "billingCadence": plan["billingCadence"],
    }
    record = subscriptions.insert(cx, {**subscriptions.defaults, **fields})
    activation.start(cx.store, record, given, now)
    return cx.require(kinds.SUBSCRIPTION, record["id"]), True


def _check_terms(given: Record, now: datetime) -> None:
    if given.get("paymentTermDays") and not given.get("bankTransferOnly"):
        raise refuse("paymentTermDays", "is only for bank transfers")
    started = parse_date_time(given["startedAt"])
    if given.get("elapsedPeriodBilling") == "per_period" and now - started > _FURTHEST_BACK:
        raise refuse("startedAt", "is more than 12 months back")
    if "endingAt" in given and parse_date_time(given["endingAt"]) <= started:
        raise refuse("endingAt", "must be after startedAt")


def _customer_of(cx: Context, given: Record) -> Record:
    if ("customer" in given) == ("customerId" in given):
        raise refuse("customerId", "give exactly one of customer and customerId", "one_of")
    if "customerId" in given:
        return cx.require(kinds.CUSTOMER, given["customerId"])
    details: dict[str, Any] = dict(given["customer"])
    address = details["address"]
    if address["country"] in {"US", "CA"} and not address.get("state"):
        raise BadRequest("US and CA addresses need a state.", code="STATE_REQUIRED")
    rates = {"taxRates": details.pop("taxRates")} if "taxRates" in details else {}
    return ensure_customer(cx, ensure_consumer(cx, details), rates)[0]


def _started_before(cx: Context) -> str | None:
    text = cx.query.get("startedBefore")
    if text is None:
        return None
    return parse(StartedBefore, {"startedBefore": text}).started_before


def _customer_details(cx: Context, record: Record) -> Record:
    customer = cx.store.get(kinds.CUSTOMER, record["customerId"])
    if customer is None:  # deleted; its ended subscriptions stay
        return {"id": record["customerId"], "merchantId": cx.merchant}
    consumer = cx.store.get(kinds.CONSUMER, customer["consumerId"]) or {}
    merchant = {"id": cx.merchant, "name": cx.account.merchant_name, "email": "merchant@example.com"}
    return {
        "id": customer["id"],
        "merchantId": cx.merchant,
        "merchant": merchant,
        "consumer": {name: consumer[name] for name in ("id", "name", "email")},
    }
