"""The webhook portal: a merchant's endpoints with their secrets, a form to add one, and the latest deliveries."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pulumi_paygentic.emulator.billing import outbox
from pulumi_paygentic.emulator.collections.customers.webhooks import PORTAL, add_endpoint
from pulumi_paygentic.emulator.errors import ApiError, ValidationFailed
from pulumi_paygentic.emulator.http.json_body import read_bytes
from pulumi_paygentic.emulator.pages import show
from pulumi_paygentic.emulator.pages.guard import guarded
from pulumi_paygentic.emulator.state import Emulator
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time
from pulumi_paygentic.emulator.storage.store import Record, Store

_MOST_SHOWN = 25
Sent = dict[str, list[str]]


def routes(emulator: Emulator) -> list[Route]:
    """Make the route: `GET` shows the page, `POST` adds an endpoint (`url`, `eventTypes`) or removes one (`remove`)."""

    async def page(request: Request) -> Response:
        sent = await _read(request) if request.method == "POST" else None
        with emulator.transaction():
            return _answer(emulator, request.path_params["token"], sent)

    return [Route(f"{PORTAL}/{{token}}", guarded(page), methods=["GET", "POST"])]


def deliveries(store: Store, merchant: str) -> list[Record]:
    """The latest messages, the newest first, each with its endpoint's address."""
    urls = {endpoint["id"]: endpoint["url"] for endpoint in store.find(kinds.WEBHOOK_ENDPOINT, merchant=merchant)}
    found = store.find(kinds.WEBHOOK_MESSAGE, merchant=merchant, newest_first=True, limit=_MOST_SHOWN)
    return [{**message, "url": urls.get(message["endpointId"], "removed")} for message in found]


def _answer(emulator: Emulator, token: str, sent: Sent | None) -> Response:
    store = emulator.store
    links = store.find(kinds.WEBHOOK_PORTAL, {"token": token})
    if not links or not emulator.accounts.knows(links[0]["merchantId"]):
        return show("portal_closed.html", 404, why="unknown", until="")
    [link] = links
    if parse_date_time(link["expiresAt"]) <= emulator.clock.now():
        return show("portal_closed.html", 410, why="expired", until=link["expiresAt"])
    merchant, wrong = link["merchantId"], ""
    if sent is not None:
        wrong = _change(store, merchant, sent)
        if not wrong:
            return RedirectResponse(f"{PORTAL}/{token}", 303)
    return show(
        "webhooks.html",
        422 if wrong else 200,
        merchant=emulator.accounts.of(merchant).merchant_name,
        endpoints=store.find(kinds.WEBHOOK_ENDPOINT, merchant=merchant),
        deliveries=deliveries(store, merchant),
        event_types=outbox.EVENT_TYPES,
        url="" if sent is None else sent.get("url", [""])[0],
        wrong=wrong,
        until=link["expiresAt"],
    )


def _change(store: Store, merchant: str, sent: Sent) -> str:
    """Add or take away an endpoint, and return the reason if that is not possible."""
    for endpoint_id in sent.get("remove", []):
        if store.get(kinds.WEBHOOK_ENDPOINT, endpoint_id) is not None and store.owner(endpoint_id) == merchant:
            store.delete(endpoint_id)
    if "remove" in sent:
        return ""
    try:
        add_endpoint(store, merchant, sent.get("url", [""])[0].strip(), sent.get("eventTypes", []))
    except ValidationFailed as error:
        return error.errors[0].message
    return ""


async def _read(request: Request) -> Sent:
    try:
        return parse_qs((await read_bytes(request)).decode("utf-8"), max_num_fields=50)
    except (ApiError, ValueError):
        return {}
