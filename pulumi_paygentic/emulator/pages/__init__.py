"""Pages for a person: templates, one stylesheet, one script, all served from here."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

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


def macro(template: str, name: str, **values: Any) -> Markup:
    """Render one macro of a template."""
    rendered: Markup = getattr(_TEMPLATES.get_template(template).module, name)(**values)
    return rendered


def show(template: str, status: int = 200, *, leads_to: str = "", **values: Any) -> HTMLResponse:
    """Render a page. It runs and loads only what comes from here; its forms may also lead to the origin `leads_to`."""
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
    return HTMLResponse(_TEMPLATES.get_template(template).render(**values), status, headers)


def static() -> Mount:
    """The stylesheet and the script."""
    return Mount(STATIC, StaticFiles(packages=[(_HERE, "pages/static")]))
