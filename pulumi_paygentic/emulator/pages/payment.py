"""The page of a payment session: what is due, and a form that pays it with test money or lets the payment fail."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from pulumi_paygentic.emulator.billing import invoices, payment_sessions
from pulumi_paygentic.emulator.collections.customers.activation import PAYMENT, pay
from pulumi_paygentic.emulator.pages import show
from pulumi_paygentic.emulator.pages.checkout_form import read_fields
from pulumi_paygentic.emulator.pages.guard import guarded
from pulumi_paygentic.emulator.pages.origins import origins
from pulumi_paygentic.emulator.state import Emulator
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.store import Record, Store

_STATUSES = {"expired": 410, "cancelled": 410, "unknown": 404}


def routes(emulator: Emulator) -> list[BaseRoute]:
    """Make the route: `GET` shows the page, `POST` takes `decision=pay` or `decision=fail`."""

    async def page(request: Request) -> Response:
        sent = await read_fields(request) if request.method == "POST" else {}
        with emulator.transaction():
            return _answer(emulator, request.path_params["token"], sent.get("decision", ""))

    return [Route(f"{PAYMENT}/{{token}}", guarded(page), methods=["GET", "POST"])]


def _answer(emulator: Emulator, token: str, decision: str) -> Response:
    store = emulator.store
    found = store.find(kinds.PAYMENT_SESSION, {"token": token})
    if not found or not emulator.accounts.knows(found[0]["merchantId"]):
        return show("payment_outcome.html", 404, outcome="unknown", merchant="", session=None, target="")
    [session] = found
    invoice = store.get(kinds.INVOICE, session["invoiceId"]) or {}
    now = invoices.time_of(store, invoice, emulator.clock.now())
    status = payment_sessions.status_of(session, now)
    if status == "pending" and decision == "pay":
        pay(store, session, now)
        status = "completed"
    if status == "pending" and decision != "fail":
        return _due(emulator, session, invoice)
    redirects = session["redirectUrls"]
    target = redirects.get({"completed": "onSuccess", "pending": "onFailure"}.get(status, ""))
    if decision and target:
        return RedirectResponse(target, 303)
    merchant = emulator.accounts.of(session["merchantId"]).merchant_name
    outcome = "failed" if status == "pending" else status
    details: dict[str, Any] = {"merchant": merchant, "session": session, "target": target or ""}
    return show("payment_outcome.html", _STATUSES.get(outcome, 200), outcome=outcome, **details)


def _due(emulator: Emulator, session: Record, invoice: Record) -> Response:
    store = emulator.store
    lines = invoices.lines_of(store, invoice)
    return show(
        "payment.html",
        leads_to=origins(session["redirectUrls"].values()),
        merchant=emulator.accounts.of(session["merchantId"]).merchant_name,
        session=session,
        invoice=invoice,
        lines=lines,
        rounding=invoices.due(invoice) - Decimal(invoice["grandTotal"]),
        plan=store.get(kinds.PLAN, invoice["planId"]),
        consumer=_consumer(store, session),
    )


def _consumer(store: Store, session: Record) -> Record:
    customer = store.get(kinds.CUSTOMER, session["customerId"]) or {"consumerId": ""}
    return store.get(kinds.CONSUMER, customer["consumerId"]) or {"email": "", "name": ""}
