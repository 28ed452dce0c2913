"""Products with their plans, and each plan's versions with their prices and subscribers."""

from __future__ import annotations

from typing import NamedTuple

from starlette.responses import Response

from pulumi_paygentic.emulator.billing.subscription_counts import LIVE, pinned_at_creation
from pulumi_paygentic.emulator.pages.charges import Charge, charge_of
from pulumi_paygentic.emulator.pages.dashboard.view import View
from pulumi_paygentic.emulator.pages.formatting import each
from pulumi_paygentic.emulator.storage import kinds, version_lines
from pulumi_paygentic.emulator.storage.store import Record


class Version(NamedTuple):
    number: int
    default: bool
    published: str
    started: int
    charges: list[Charge]


class Plan(NamedTuple):
    record: Record
    period: str
    subscribers: int
    versions: list[Version]


class Product(NamedTuple):
    record: Record
    plans: list[Plan]
    metrics: list[Record]


def show_catalog(view: View) -> Response:
    found, pages = view.some(kinds.PRODUCT)
    products = [
        Product(
            record,
            [_plan(view, plan) for plan in view.cx.store.find(kinds.PLAN, {"productId": record["id"]})],
            view.cx.store.find(kinds.BILLABLE_METRIC, {"productId": record["id"]}),
        )
        for record in found
    ]
    return view.page("catalog.html", "/catalog", products=products, pages=pages)


def live_subscribers(view: View, plan_id: str) -> int:
    store = view.cx.store
    return sum(store.count(kinds.SUBSCRIPTION, {"planId": plan_id, "status": status}) for status in LIVE)


def _plan(view: View, plan: Record) -> Plan:
    versions = view.cx.store.find(kinds.PLAN_VERSION, {"planId": plan["id"]}, newest_first=True)
    return Plan(
        plan,
        each(plan["billingCadence"]),
        live_subscribers(view, plan["id"]),
        [_version(view, plan, version) for version in versions],
    )


def _version(view: View, plan: Record, version: Record) -> Version:
    store = view.cx.store
    return Version(
        version["versionNumber"],
        version["id"] == plan["defaultVersionId"],
        version["publishedAt"],
        pinned_at_creation(store, version["id"]),
        [charge_of(store, plan, price) for _, _, price in version_lines.prices_of(store, version["id"])],
    )
