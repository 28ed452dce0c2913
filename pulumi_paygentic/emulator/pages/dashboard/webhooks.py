"""Webhooks: whether they are on, the endpoints, and the latest deliveries."""

from __future__ import annotations

from starlette.responses import Response

from pulumi_paygentic.emulator.pages.dashboard.view import View
from pulumi_paygentic.emulator.pages.webhooks import deliveries
from pulumi_paygentic.emulator.storage import kinds


def show_webhooks(view: View) -> Response:
    store, merchant = view.cx.store, view.cx.merchant
    return view.page(
        "webhooks.html",
        "/webhooks",
        settings=store.find(kinds.WEBHOOKS, merchant=merchant, limit=1),
        endpoints=store.find(kinds.WEBHOOK_ENDPOINT, merchant=merchant),
        deliveries=deliveries(store, merchant),
    )
