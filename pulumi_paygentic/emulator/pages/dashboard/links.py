"""Authorization links: those that were made, and a form to make one for a person and a plan."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from dataclasses import replace
from secrets import token_urlsafe

from starlette.responses import RedirectResponse, Response

from pulumi_paygentic.emulator.collections.customers import authorizations
from pulumi_paygentic.emulator.errors import ApiError, ValidationFailed
from pulumi_paygentic.emulator.pages.dashboard.view import View
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.store import Record

_BLANK = {"planId": "", "email": "", "redirectUrl": ""}
_ASKS = {
    "planId": "Choose a plan of yours",
    "email": "Enter the email address of one person",
    "redirectUrl": "Enter an address that begins with https:// or http://, or leave it empty",
}
_MOST_REMEMBERED = 1000


class SentForms:
    """The links made by each form, so that a form sent twice makes one."""

    def __init__(self) -> None:
        self._links: OrderedDict[str, str] = OrderedDict()

    def link_of(self, form: str) -> str | None:
        return self._links.get(form)

    def remember(self, form: str, link_id: str) -> None:
        self._links[form] = link_id
        while len(self._links) > _MOST_REMEMBERED:
            self._links.popitem(last=False)


def show_links(view: View, sent: dict[str, str] | None = None, errors: dict[str, str] | None = None) -> Response:
    found, pages = view.some(kinds.AUTHORIZATION, newest_first=True)
    plans = defaultdict(list)
    for plan in view.cx.store.find(kinds.PLAN, merchant=view.cx.merchant):
        plans[plan["productId"]].append(plan)
    products = view.cx.store.find(kinds.PRODUCT, merchant=view.cx.merchant)
    return view.page(
        "links.html",
        "/links",
        422 if errors else 200,
        links=[_shown(view, record) for record in found],
        pages=pages,
        products=[(product, plans[product["id"]]) for product in products if product["id"] in plans],
        values={**_BLANK, **(sent or {})},
        errors=errors or {},
        form=token_urlsafe(12),
    )


def show_link(view: View) -> Response | None:
    record = view.cx.store.get(kinds.AUTHORIZATION, view.request.path_params["id"])
    if record is None or record["merchantId"] != view.cx.merchant:
        return None
    return view.page("link.html", "/links", link=_shown(view, record))


def make_link(view: View, sent: dict[str, str], forms: SentForms) -> Response:
    """Make the link and redirect to its page, or show the form again with its errors."""
    form = sent.get("form", "")
    link_id = forms.link_of(form)
    if link_id is None:
        given = {name: sent[name].strip() for name in _BLANK if sent.get(name, "").strip()}
        try:
            if "planId" not in given:
                raise ValidationFailed(())
            cx = replace(view.cx, data=given)
            link_id = str(authorizations.create(cx).body["id"])
        except ApiError as error:
            wrong = {entry.field for entry in error.errors} if isinstance(error, ValidationFailed) else set()
            missing = {name for name in ("planId", "email") if name not in given}
            return show_links(view, given, {n: ask for n, ask in _ASKS.items() if n in (wrong | missing or {"planId"})})
        if form:
            forms.remember(form, link_id)
    return RedirectResponse(view.href(f"/links/{link_id}"), 303)


def _shown(view: View, record: Record) -> Record:
    return {"planName": "", "redirectUrl": "", **authorizations.present(view.cx, record)}
