"""Customers with their subscriptions and the money they have put in."""

from __future__ import annotations

from starlette.responses import Response

from pulumi_paygentic.emulator.pages import reports
from pulumi_paygentic.emulator.pages.dashboard.view import ON_A_PAGE, Pages, View


def show_customers(view: View) -> Response:
    store, merchant = view.cx.store, view.cx.merchant
    pages = Pages(view.asked_page(), reports.customer_count(store, merchant))
    customers = reports.customers(store, merchant, limit=ON_A_PAGE, offset=pages.offset, now=view.cx.clock.now())
    return view.page("customers.html", "/customers", customers=customers, pages=pages)
