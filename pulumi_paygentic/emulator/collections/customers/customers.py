"""Customers of a merchant, and the consumers behind them: one consumer an email, one customer a consumer."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import StringConstraints

from pulumi_paygentic.emulator.billing import outbox
from pulumi_paygentic.emulator.billing.subscription_counts import LIVE
from pulumi_paygentic.emulator.collections.base import Collection
from pulumi_paygentic.emulator.errors import Conflict, refuse
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context
from pulumi_paygentic.emulator.http.fields import Email, OrganizationId, Percentage, omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.metering import events
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.store import Record

ExternalId = Annotated[str, StringConstraints(max_length=255)]
TaxRates = dict[str, Percentage]
_STATES_MATTER = ("US", "CA")


class Address(Body):
    line1: str = omitted()
    line2: str = omitted()
    city: str = omitted()
    state: str = omitted()
    country: Annotated[str, StringConstraints(min_length=2, max_length=2)] = omitted()
    zip_code: str = omitted()


class Consumer(Body):
    name: str
    email: Email
    address: Address
    phone: str = omitted()


class CreateCustomer(Body):
    merchant_id: OrganizationId
    consumer: Consumer = omitted()
    consumer_id: OrganizationId = omitted()
    tax_id: str = omitted()
    external_id: ExternalId = omitted()
    tax_rates: TaxRates = omitted()


class NotificationSettings(Body):
    invoice_issued: bool = omitted()
    invoice_paid: bool = omitted()
    renewal_reminder: bool = omitted()


class UpdateCustomer(Body):
    tax_id: str | None = None
    external_id: ExternalId | None = None
    tax_rates: Percentage | TaxRates = omitted()
    notification_settings: NotificationSettings = omitted()


class Customers(Collection):
    kind = kinds.CUSTOMER
    path = "/v0/customers"
    create_model = CreateCustomer
    update_model = UpdateCustomer
    deletable = True
    listed = True
    filters: ClassVar = {"organizationId": kinds.MERCHANT.id_pattern, "externalId": r"[\s\S]{0,255}"}
    required_filters = frozenset({"organizationId"})
    defaults: ClassVar = {
        "notificationSettings": dict.fromkeys(("invoiceIssued", "invoicePaid", "renewalReminder"), True)
    }

    def create(self, cx: Context) -> Answer:
        given = cx.body(CreateCustomer).given()
        cx.require_merchant(given.pop("merchantId"), self.kind)
        consumer = _consumer_of(cx, given)
        customer, new = ensure_customer(cx, consumer, given)
        address = tax_address(consumer["address"])
        return Answer(201 if new else 200, {"customerId": customer["id"], "validTaxAddress": address})

    def conditions(self, cx: Context) -> dict[str, Any]:
        where = super().conditions(cx)
        cx.require_merchant(where.pop("organizationId"), self.kind)
        return where

    def list_page(self, cx: Context) -> Answer:
        wanted = {
            field: text.lower()
            for field in ("name", "email")
            if (text := query.matching(cx.query, field, r"[\s\S]{3,255}")) is not None
        }
        if not wanted:
            return super().list_page(cx)
        page = query.page(cx.query)
        found = [
            customer
            for customer in cx.store.find(self.kind, self.conditions(cx), merchant=cx.merchant)
            if _matches(cx.store.get(kinds.CONSUMER, customer["consumerId"]) or {}, wanted)
        ]
        shown = [self.present(cx, customer) for customer in found[page.offset : page.offset + page.limit]]
        return Answer(200, page.answer(shown, len(found), listed=True))

    def insert(self, cx: Context, fields: Record) -> Record:
        customer = super().insert(cx, fields)
        _link_events(cx, customer)
        outbox.emit(cx.store, cx.merchant, "customer.created.v0", self.present(cx, customer), cx.clock.now())
        return customer

    def revise(self, cx: Context, record: Record, changes: Record) -> Record:
        _check_external_id(cx, changes.get("externalId"), record["id"])
        settings = {**record["notificationSettings"], **changes.pop("notificationSettings", {})}
        if isinstance(changes.get("taxRates"), int | float):
            changes["taxRates"] = {"default": changes["taxRates"]}
        revised = {**record, **changes, "notificationSettings": settings}
        kept = {name: value for name, value in revised.items() if value is not None}
        _link_events(cx, kept)
        return kept

    def present(self, cx: Context, record: Record) -> Record:
        consumer = cx.store.get(kinds.CONSUMER, record["consumerId"]) or {}
        organization = {name: consumer[name] for name in ("id", "name", "address", "phone") if name in consumer}
        return {
            **record,
            "organization": {**organization, "billingEmails": [consumer["email"]]},
            "validTaxAddress": tax_address(consumer["address"]),
        }

    def check_delete(self, cx: Context, record: Record) -> None:
        live = [
            {"id": subscription["id"], "status": subscription["status"]}
            for subscription in cx.store.find(kinds.SUBSCRIPTION, {"customerId": record["id"]})
            if subscription["status"] in LIVE
        ]
        if live:
            blockers = [{"type": "subscriptions", "count": len(live), "items": live}]
            raise Conflict("The customer has live subscriptions.", details={"blockers": blockers})


def ensure_consumer(cx: Context, given: Record) -> Record:
    """The consumer with that email, made where there is none. Consumers belong to no merchant."""
    email_key = given["email"].lower()
    for consumer in cx.store.find(kinds.CONSUMER, {"emailKey": email_key}):
        return consumer
    consumer = {**given, "id": kinds.CONSUMER.new_id(), "emailKey": email_key}
    cx.store.insert(kinds.CONSUMER, "", consumer)
    return consumer


def ensure_customer(cx: Context, consumer: Record, fields: Record) -> tuple[Record, bool]:
    """The merchant's customer for a consumer, and whether it is new."""
    for customer in cx.store.find(kinds.CUSTOMER, {"consumerId": consumer["id"]}, merchant=cx.merchant):
        return customer, False
    _check_external_id(cx, fields.get("externalId"), None)
    customers = Customers()
    return customers.insert(cx, {**customers.defaults, **fields, "consumerId": consumer["id"]}), True


def tax_address(address: Record) -> Record:
    """Check that an address is complete enough to compute tax."""
    needed = ["country", "zipCode", *(["state"] if address.get("country") in _STATES_MATTER else [])]
    missing = [name for name in needed if not address.get(name)]
    return {"valid": False, "message": f"{missing[0]} is required for tax calculation"} if missing else {"valid": True}


def _consumer_of(cx: Context, given: Record) -> Record:
    consumer, consumer_id = given.pop("consumer", None), given.pop("consumerId", None)
    if (consumer is None) == (consumer_id is None):
        raise refuse("consumer", "give exactly one of consumer and consumerId", "one_of")
    if consumer is not None:
        return ensure_consumer(cx, consumer)
    found = cx.store.get(kinds.CONSUMER, consumer_id)
    if found is None:
        raise refuse("consumerId", "no such consumer was found", "not_found")
    return found


def _link_events(cx: Context, customer: Record) -> None:
    if "externalId" in customer:
        events.link(cx.store, cx.merchant, customer["externalId"], customer["id"])


def _check_external_id(cx: Context, external_id: str | None, customer_id: str | None) -> None:
    if external_id is None:
        return
    for other in cx.store.find(kinds.CUSTOMER, {"externalId": external_id}, merchant=cx.merchant):
        if other["id"] != customer_id:
            raise Conflict("Another customer has that externalId.", code="EXTERNAL_ID_EXISTS")


def _matches(consumer: Record, wanted: Record) -> bool:
    return all(text in consumer.get(field, "").lower() for field, text in wanted.items())
