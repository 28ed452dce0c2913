"""The pages that a person opens: templates, one stylesheet, one script, all of our own and served from here."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from pulumi_paygentic.emulator.pages import formatting

_HERE = "pulumi_paygentic.emulator"
_TEMPLATES = Environment(
    loader=PackageLoader(_HERE, "pages/templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {
    "counted": formatting.counted,
    "date": formatting.date,
    "money": formatting.money,
    "moment": formatting.moment,
    "month": formatting.month,
    "number": formatting.number,
    "plural": formatting.plural,
}
STATIC = "/static"
_TURN = 0.005


class Page(HTMLResponse):
    """A page that is drawn when it is sent, with a pause after each chart or so, in which others have their turn."""

    def __init__(self, template: str, values: dict[str, Any], status: int, headers: dict[str, str]) -> None:
        super().__init__("", status, headers)
        self._pieces = _TEMPLATES.get_template(template).generate(**values)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        drawn, since = [], time.perf_counter()
        for piece in self._pieces:
            drawn.append(piece)
            if time.perf_counter() - since > _TURN:
                await asyncio.sleep(0)
                since = time.perf_counter()
        self.body = "".join(drawn).encode()
        self.headers["Content-Length"] = str(len(self.body))
        await super().__call__(scope, receive, send)


def show(template: str, status: int = 200, *, leads_to: str = "", **values: Any) -> Page:
    """A page. It runs and loads only what comes from here; its forms may also lead to the origin `leads_to`."""
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:;"
        f" base-uri 'none'; frame-ancestors 'none'; form-action 'self' {leads_to}"
    )
    headers = {
        "Content-Security-Policy": policy.strip(),
        "Referrer-Policy": "same-origin",  # not no-referrer: a form post must carry its origin
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Page(template, values, status, headers)


def static() -> Mount:
    """The stylesheet and the script."""
    return Mount(STATIC, StaticFiles(packages=[(_HERE, "pages/static")]))
