"""The account: the way to it, the clock, and what the key may read, list by list."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from pulumi_paygentic.api import Client, ConfigurationError, Forbidden, PaygenticError, Settings
from pulumi_paygentic.api.base_url import is_loopback
from pulumi_paygentic.api.client import default_user_agent
from pulumi_paygentic.api.transport import open_http
from pulumi_paygentic.catalog import CatalogObject, Plan, Product, all_kinds
from pulumi_paygentic.cli.checkup.finding import Finding

AREA: Final = "account"
MOST_SKEW: Final = 60
"""The seconds that the clocks may differ by: a billing anchor of now would be in the future beyond them."""


def reachable(settings: Settings) -> Iterator[Finding]:
    """Yield the findings about the way to the account and about the key."""
    yield from _network(settings)
    try:
        with Client(settings) as client:
            yield from _permissions(client)
    except ConfigurationError as error:
        yield Finding(AREA, "problem", error.message)
        return
    except PaygenticError as error:
        yield Finding(AREA, "problem", error.brief, error.hint)
        return
    yield from _clock(settings)


def skew_finding(header: str | None, now: datetime) -> Finding:
    """The difference between the API's clock, as its Date header has it, and this machine's."""
    try:
        there = parsedate_to_datetime(header or "")
    except ValueError:
        return Finding(AREA, "note", "The API does not say its time, so the clock was not compared")
    seconds = round((now - there).total_seconds())
    if abs(seconds) <= MOST_SKEW:
        return Finding(AREA, "ok", f"The clock is within {MOST_SKEW} s of the API's")
    direction = "ahead of" if seconds > 0 else "behind"
    return Finding(
        AREA,
        "warning",
        f"The clock is {abs(seconds)} s {direction} the API's",
        "Set this machine's clock by a time server",
    )


def _network(settings: Settings) -> Iterator[Finding]:
    host = urlsplit(settings.base_url).hostname or ""
    if is_loopback(settings.base_url):
        yield Finding(AREA, "note", "The API is on this machine, so no proxy and no certificate is used")
        return
    proxy = getproxies().get(urlsplit(settings.base_url).scheme)
    if proxy and not proxy_bypass(host):
        where = urlsplit(proxy)
        yield Finding(AREA, "note", f"Calls go through the proxy {where.hostname}:{where.port or 80}")
    for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        if path := os.environ.get(variable):
            yield Finding(AREA, "note", f"Certificates are those of {variable}, {path}")


def _permissions(client: Client) -> Iterator[Finding]:
    """Yield a finding for each list that the key may or may not read; raises an error of any other kind."""
    merchant = client.settings.merchant_id
    product: str | None = None
    plan: str | None = None
    readable: list[str] = []
    kinds: list[type[CatalogObject]] = [Product, *(kind for kind in all_kinds() if kind is not Product)]
    for kind in kinds:
        scope = product if kind.listed_by == "product_id" else merchant
        if scope is None or kind.listed_by is None:
            continue
        try:
            page = client.get(kind.path, {kind.fields()[kind.listed_by].wire: scope, "limit": 1})
        except Forbidden as error:
            yield _refused(kind.title, error)
            continue
        readable.append(f"{kind.title}s")
        first = next((str(one["id"]) for one in page.get("data") or ()), None)
        product = first if kind is Product else product
        plan = first if kind is Plan else plan
    if plan is not None:
        try:
            client.get("/v0/plans/{id}/versions", {"limit": 1}, id=plan)
            readable.append("plan versions")
        except Forbidden as error:
            yield _refused("plan version", error)
    if readable:
        yield Finding(AREA, "ok", f"The key may read {', '.join(readable)}")


def _refused(title: str, error: Forbidden) -> Finding:
    return Finding(AREA, "problem", f"The key may not read {title}s", error.hint or error.message)


def _clock(settings: Settings) -> Iterator[Finding]:
    http = open_http(settings, default_user_agent(), None)
    params = {"merchantId": settings.merchant_id, "limit": "1"}
    try:
        response = http.get(f"{settings.base_url}{Product.path}", params=params, timeout=settings.request_timeout)
        yield skew_finding(response.headers.get("date"), datetime.now(timezone.utc))
    except httpx.HTTPError as error:
        yield Finding(AREA, "note", f"The clock was not compared: {type(error).__name__}")
    finally:
        http.close()
