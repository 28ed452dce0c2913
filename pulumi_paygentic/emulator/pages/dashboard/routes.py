"""The dashboard's routes. Pages reload every few seconds; an unchanged one answers 304."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pulumi_paygentic.emulator.pages import show
from pulumi_paygentic.emulator.pages.checkout_form import read_fields
from pulumi_paygentic.emulator.pages.dashboard.catalog import show_catalog
from pulumi_paygentic.emulator.pages.dashboard.customers import show_customers
from pulumi_paygentic.emulator.pages.dashboard.links import SentForms, make_link, show_link, show_links
from pulumi_paygentic.emulator.pages.dashboard.overview import show_overview
from pulumi_paygentic.emulator.pages.dashboard.view import DASHBOARD, View, view_of
from pulumi_paygentic.emulator.pages.dashboard.webhooks import show_webhooks
from pulumi_paygentic.emulator.pages.guard import guarded
from pulumi_paygentic.emulator.state import Emulator


def routes(emulator: Emulator) -> list[Route]:
    forms = SentForms()

    def read(path: str, render: Callable[[View], Response | None]) -> Route:
        async def page(request: Request) -> Response:
            view = view_of(emulator, request)
            if view is None:
                return _nothing()
            with emulator.transaction():
                if request.headers.get("if-none-match") == view.version():
                    return Response(status_code=304)
                return render(view) or _nothing()

        return Route(f"{DASHBOARD}{path}", guarded(page), methods=["GET"])

    async def links(request: Request) -> Response:
        sent = await read_fields(request)
        view = view_of(emulator, request)
        if view is None:
            return _nothing()
        with emulator.transaction():
            return make_link(view, sent, forms)

    async def home(_request: Request) -> Response:
        return show("home.html", accounts=list(emulator.accounts), dashboard=DASHBOARD)

    return [
        Route("/", guarded(home), methods=["GET"]),
        read("", show_overview),
        read("/catalog", show_catalog),
        read("/customers", show_customers),
        read("/links", show_links),
        read("/webhooks", show_webhooks),
        Route(f"{DASHBOARD}/links", guarded(links), methods=["POST"]),
        read("/links/{id}", show_link),
    ]


def _nothing() -> Response:
    return show("nothing.html", 404, dashboard=DASHBOARD)
