"""The guard that keeps other sites away from the pages and the control address, which have no login.

A site that points a name of its own at this machine (DNS rebinding) sends that name as the host, so only loopback's
names are answered. A site that makes a browser post a form here sends its own origin, so only ours is taken.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from pulumi_paygentic.emulator.errors import Forbidden
from pulumi_paygentic.emulator.pages import show

_WORDS = {
    "host": "The emulator's own address answers only to this machine's own names: use 127.0.0.1 or localhost.",
    "origin": "This was sent by a page of another site, so nothing was done.",
}
Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(endpoint: Endpoint) -> Endpoint:
    """Guard a page: requests must come by a name of loopback and, to change something, from a page of ours."""

    async def guard(request: Request) -> Response:
        why = _objection(request)
        return await endpoint(request) if why is None else show("refused.html", 403, why=why)

    return guard


def guarded_call(endpoint: Endpoint) -> Endpoint:
    """Guard an address that programs call: refusals are JSON."""

    async def guard(request: Request) -> Response:
        why = _objection(request)
        if why is not None:
            raise Forbidden(_WORDS[why], permission="emulator:control", reason=f"foreign_{why}")
        return await endpoint(request)

    return guard


def _objection(request: Request) -> str | None:
    if not _is_loopback(request.headers.get("host", "")):
        return "host"
    if request.method not in {"GET", "HEAD"} and _is_from_elsewhere(request):
        return "origin"
    return None


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_from_elsewhere(request: Request) -> bool:
    """Check the origin that browsers send. A client that sends none is no browser and acts for nobody else."""
    origin = request.headers.get("origin")
    ours = f"{request.url.scheme}://{request.headers['host']}"
    site = request.headers.get("sec-fetch-site", "same-origin")
    return (origin is not None and origin != ours) or site not in {"same-origin", "none"}
