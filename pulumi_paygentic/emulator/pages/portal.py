"""The page of a portal link: a read-only view of the customer's own subscription, without a key."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pulumi_paygentic.emulator.billing import entitlements, invoices
from pulumi_paygentic.emulator.collections.customers.subscription_changes import PORTAL
from pulumi_paygentic.emulator.pages import reports, show
from pulumi_paygentic.emulator.pages.charges import charge_of
from pulumi_paygentic.emulator.pages.formatting import each
from pulumi_paygentic.emulator.pages.guard import guarded
from pulumi_paygentic.emulator.state import Emulator
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time
from pulumi_paygentic.emulator.storage.store import Record, Store

_MOST_INVOICES = 24


class Invoice(NamedTuple):
    """An invoice as its customer reads it; that of the period under way shows its present lines."""

    record: Record
    lines: list[Record]

    @property
    def due(self) -> Decimal:
        return invoices.due(self.record)

    @property
    def rounding(self) -> Decimal:
        """The difference between the exact total and the amount due."""
        return self.due - Decimal(self.record["grandTotal"])


def routes(emulator: Emulator) -> list[Route]:
    async def page(request: Request) -> Response:
        with emulator.transaction():
            return _answer(emulator, request)

    return [Route(f"{PORTAL}/{{id}}", guarded(page), methods=["GET"])]


def _answer(emulator: Emulator, request: Request) -> Response:
    store, token = emulator.store, request.query_params.get("token", "")
    subscription = store.get(kinds.SUBSCRIPTION, request.path_params["id"])
    links = store.find(kinds.PORTAL, {"token": token, "subscriptionId": request.path_params["id"]})
    if subscription is None or not links or not emulator.accounts.knows(subscription["merchantId"]):
        return show("portal_closed.html", 404, why="unknown", until="")
    [link] = links
    now = emulator.clock.now()
    if parse_date_time(link["expiresAt"]) <= now:
        return show("portal_closed.html", 410, why="expired", until=link["expiresAt"])
    customer = store.get(kinds.CUSTOMER, subscription["customerId"]) or {}
    plan = store.get(kinds.PLAN, subscription["planId"]) or {}
    found = store.find(kinds.INVOICE, {"subscriptionId": subscription["id"]}, newest_first=True, limit=_MOST_INVOICES)
    bills = [Invoice(invoices.present(store, one, now), invoices.lines_of(store, one)) for one in found]
    return show(
        "portal.html",
        merchant=emulator.accounts.of(subscription["merchantId"]).merchant_name,
        consumer=store.get(kinds.CONSUMER, customer["consumerId"]),
        subscription=subscription,
        plan=plan,
        period=each(plan["billingCadence"]),
        charges=[charge_of(store, plan, term["price"]) for term in _terms(found)],
        current=next((bill for bill in bills if bill.record["status"] in {"ACTIVE", "CLOSING"}), None),
        issued=[bill for bill in bills if bill.record["status"] in {"ISSUED", "PAID"}],
        features=_features(store, subscription, emulator),
        wallets=list(reports.wallets_of(store, customer, now)),
        until=link["expiresAt"],
    )


def _terms(found: list[Record]) -> list[Record]:
    """The price snapshots of the latest invoice."""
    terms: list[Record] = found[0]["terms"] if found else []
    return terms


def _features(store: Store, subscription: Record, emulator: Emulator) -> list[str]:
    """The names of the features that the subscription gives access to now."""
    held = store.find(kinds.ENTITLEMENT, {"subscriptionId": subscription["id"]})
    now = emulator.clock.now()
    live = [o for o in held if entitlements.status_of(store, o, entitlements.now_of(store, o, now)) == "active"]
    features = (store.get(kinds.FEATURE, one["featureId"]) for one in live)
    return [feature["name"] for feature in features if feature is not None]
