"""The page of an authorization link: the offer, and a form to accept or decline it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from pulumi_paygentic.emulator.collections.catalog.plans import Plans
from pulumi_paygentic.emulator.collections.customers import authorizations
from pulumi_paygentic.emulator.collections.customers.authorizations import CHECKOUT
from pulumi_paygentic.emulator.http.context import Context
from pulumi_paygentic.emulator.pages import show, static
from pulumi_paygentic.emulator.pages.charges import charge_of, included
from pulumi_paygentic.emulator.pages.checkout_form import FIELDS, Form, read_form
from pulumi_paygentic.emulator.pages.formatting import countries, each
from pulumi_paygentic.emulator.pages.guard import guarded
from pulumi_paygentic.emulator.pages.origins import origin
from pulumi_paygentic.emulator.state import Emulator
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.store import Record

_BLANK = {"merchantName": "", "planName": "", "redirectUrl": ""}
_STATUSES = {"expired": 410, "unknown": 404}


def routes(emulator: Emulator) -> list[BaseRoute]:
    """Make the routes: `GET` shows the page, `POST` takes `decision=accept` or `decision=decline`."""

    async def page(request: Request) -> Response:
        form = await read_form(request) if request.method == "POST" else None
        with emulator.transaction():
            return _answer(emulator, request, form)

    return [Route(f"{CHECKOUT}/{{token}}", guarded(page), methods=["GET", "POST"]), static()]


def _answer(emulator: Emulator, request: Request, form: Form | None) -> Response:
    found = emulator.store.find(kinds.AUTHORIZATION, {"token": request.path_params["token"]})
    if not found or not emulator.accounts.knows(found[0]["merchantId"]):
        return _outcome("unknown")
    [record] = found
    cx = Context(emulator, emulator.accounts.of(record["merchantId"]), request)  # whoever has the link needs no key
    session = authorizations.present(cx, record)
    if session["status"] == "completed" and form and form.decision == "accept":
        return _leave(session)  # the second of two clicks has the outcome of the first
    if session["status"] != "pending":
        return _outcome(session["status"], session)
    return _act(cx, record, session, form or Form("", {}))


def _act(cx: Context, record: Record, session: Record, form: Form) -> Response:
    if form.decision == "decline":
        return _outcome("declined", session)
    if form.decision != "accept":
        return _offer(cx, session, Form("", {}))
    if form.errors():
        return _offer(cx, session, form)
    name = form.values.get("name") or record["email"].partition("@")[0]
    authorizations.complete(cx, record, name, form.address)
    return _leave(session)


def _leave(session: Record) -> Response:
    """Redirect to the merchant's address, or show the outcome if the link has none."""
    redirect_url = session.get("redirectUrl")
    return RedirectResponse(redirect_url, 303) if redirect_url else _outcome("completed", session)


def _outcome(outcome: str, session: Record | None = None) -> Response:
    return show("outcome.html", _STATUSES.get(outcome, 200), outcome=outcome, session={**_BLANK, **(session or {})})


def _offer(cx: Context, session: Record, form: Form) -> Response:
    plan = cx.store.get(kinds.PLAN, session.get("planId", ""))
    prices = Plans().present(cx, plan)["prices"] if plan else []
    charges = [charge_of(cx.store, plan, price) for price in prices] if plan else []
    errors = form.errors()
    return show(
        "checkout.html",
        422 if errors else 200,
        leads_to=origin(session.get("redirectUrl", "")),
        session={**_BLANK, **session},
        plan=plan,
        product=cx.store.get(kinds.PRODUCT, plan["productId"]) if plan else None,
        period=each(plan["billingCadence"]) if plan else "",
        charges=charges,
        included=included(prices),
        upfront=any("feeId" in price and price["paymentTerm"] == "in_advance" for price in prices),
        fields=FIELDS,
        countries=countries(),
        values={**dict.fromkeys((field.name for field in FIELDS), ""), **form.values},
        errors=errors,
    )
