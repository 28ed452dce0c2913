"""The page that an authorization link opens: accept or decline, in a browser or by a form post."""

from __future__ import annotations

from urllib.parse import parse_qs

from jinja2 import Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from pulumi_paygentic.emulator import kinds
from pulumi_paygentic.emulator.collections import authorizations
from pulumi_paygentic.emulator.collections.authorizations import CHECKOUT
from pulumi_paygentic.emulator.context import Context
from pulumi_paygentic.emulator.errors import ApiError
from pulumi_paygentic.emulator.routing import Emulator
from pulumi_paygentic.emulator.store import Record
from pulumi_paygentic.emulator.wire import read_bytes

_PAGES = Environment(loader=PackageLoader("pulumi_paygentic.emulator", "pages"), autoescape=True)
_STATUSES = {"expired": 410, "unknown": 404}


def routes(emulator: Emulator) -> list[Route]:
    """`GET` shows the page; `POST` with `decision=accept` or `decision=decline` acts on it."""

    async def page(request: Request) -> Response:
        decision, name = (None, "") if request.method == "GET" else await _form(request)
        with emulator.store.transaction():
            return _answer(emulator, request, decision, name)

    return [Route(f"{CHECKOUT}/{{token}}", page, methods=["GET", "POST"])]


def _answer(emulator: Emulator, request: Request, decision: str | None, name: str) -> Response:
    found = emulator.store.find(kinds.AUTHORIZATION, {"token": request.path_params["token"]})
    if not found:
        return _page("unknown")
    [record] = found
    cx = _context(emulator, request, record)
    status = authorizations.status_of(cx, record)
    if status != "pending" or decision is None:
        return _page(status, authorizations.present(cx, record))
    if decision == "decline":
        return _leave(record, "declined")
    authorizations.complete(cx, record, name.strip() or record["email"].partition("@")[0])
    return _leave(record, "completed")


def _leave(record: Record, outcome: str) -> Response:
    """Back to the merchant, where the link says where to; else a page that says how it went."""
    redirect_url = record.get("redirectUrl")
    return RedirectResponse(redirect_url, 303) if redirect_url else _page(outcome, record)


def _page(outcome: str, session: Record | None = None) -> Response:
    html = _PAGES.get_template("checkout.html").render(outcome=outcome, session=session or {})
    return HTMLResponse(html, _STATUSES.get(outcome, 200))


def _context(emulator: Emulator, request: Request, record: Record) -> Context:
    """The page acts for the link's merchant: whoever has the link needs no key."""
    return Context(
        store=emulator.store,
        clock=emulator.clock,
        accounts=emulator.accounts,
        account=emulator.accounts.of(record["merchantId"]),
        method=request.method,
        base_url=str(request.base_url).rstrip("/"),
    )


async def _form(request: Request) -> tuple[str | None, str]:
    try:
        fields = parse_qs((await read_bytes(request)).decode("utf-8", "replace"))
    except (ApiError, ValueError):
        return None, ""
    return fields.get("decision", [""])[0] or None, fields.get("name", [""])[0]
