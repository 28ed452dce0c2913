"""Webhooks of a merchant: on or off by the API; their endpoints are managed in the portal, as those of Svix are."""

from __future__ import annotations

import base64
import ipaddress
import secrets
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from pulumi_paygentic.emulator.billing import outbox
from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.errors import BadRequest, NotFound, refuse
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.http.deliveries import SECRET_PREFIX
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import timestamp
from pulumi_paygentic.emulator.storage.store import Record, Store

PORTAL = "/webhooks"
_LIFETIME = timedelta(hours=1)


class UpdateWebhooks(Body):
    enabled: bool


@registry.register
def operations() -> Operations:
    path = "/v0/webhooks"
    return {
        path: {"GET": read, "POST": enable, "PATCH": update, "DELETE": disable},
        f"{path}/portal": {"GET": portal},
    }


def enable(cx: Context) -> Answer:
    if _settings(cx) is not None:
        raise BadRequest("Webhooks are configured already: update them.", code="DUPLICATE_RESOURCE")
    now = cx.clock.stamp()
    record = {
        "id": kinds.WEBHOOKS.new_id(),
        "merchantId": cx.merchant,
        "enabled": True,
        "createdAt": now,
        "updatedAt": now,
    }
    cx.store.insert(kinds.WEBHOOKS, cx.merchant, record)
    return Answer(201, _present(record))


def read(cx: Context) -> Answer:
    return Answer(200, _present(_required(cx)))


def update(cx: Context) -> Answer:
    record = _required(cx)
    return Answer(200, _present(_switch(cx, record, on=cx.body(UpdateWebhooks).enabled)))


def disable(cx: Context) -> Answer:
    _switch(cx, _required(cx), on=False)
    return Answer(204)


def portal(cx: Context) -> Answer:
    """Make a link to the page where endpoints are added and deliveries seen, without a key until it expires."""
    record = _required(cx)
    if not record["enabled"]:
        raise NotFound("Webhooks are not enabled.")
    token, expires = secrets.token_urlsafe(24), timestamp(cx.clock.now() + _LIFETIME)
    made = {"id": kinds.WEBHOOK_PORTAL.new_id(), "merchantId": cx.merchant, "token": token, "expiresAt": expires}
    cx.store.insert(kinds.WEBHOOK_PORTAL, cx.merchant, made)
    return Answer(200, {"object": "webhookPortal", "url": f"{cx.base_url}{PORTAL}/{token}", "expiresAt": expires})


def add_endpoint(store: Store, merchant: str, url: str, event_types: Sequence[str]) -> Record:
    """Add an endpoint on loopback; without event types it gets all."""
    if not _on_loopback(url):
        raise refuse("url", "must be an http address of this machine: http://127.0.0.1 or http://localhost")
    if not set(event_types) <= set(outbox.EVENT_TYPES):
        raise refuse("eventTypes", f"must be of {', '.join(outbox.EVENT_TYPES)}", "enum")
    record = {
        "id": kinds.WEBHOOK_ENDPOINT.new_id(),
        "merchantId": merchant,
        "url": url,
        "eventTypes": list(event_types),
        "secret": SECRET_PREFIX + base64.b64encode(secrets.token_bytes(24)).decode(),
    }
    store.insert(kinds.WEBHOOK_ENDPOINT, merchant, record)
    return record


def _settings(cx: Context) -> Record | None:
    merchant = query.matching(cx.query, "merchantId", kinds.MERCHANT.id_pattern)
    if merchant is not None:
        cx.require_merchant(merchant, kinds.WEBHOOKS)
    found = cx.store.find(kinds.WEBHOOKS, merchant=cx.merchant, limit=1)
    return found[0] if found else None


def _required(cx: Context) -> Record:
    record = _settings(cx)
    if record is None:
        raise NotFound("Webhooks were never enabled.")
    return record


def _switch(cx: Context, record: Record, *, on: bool) -> Record:
    changed = {**record, "enabled": on, "updatedAt": cx.clock.stamp()}
    cx.store.put(changed)
    outbox.pause(cx.store, cx.merchant, paused=not on)
    return changed


def _present(record: Record) -> Record:
    names = ("merchantId", "enabled", "createdAt", "updatedAt")
    return {"object": "webhooks", "applicationId": record["id"], **{name: record[name] for name in names}}


def _on_loopback(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme != "http" or parts.username is not None or any(ord(c) <= 0x20 for c in url):
        return False
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
