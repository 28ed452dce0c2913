"""Operations on a subscription: change, termination, and a portal link for its customer."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from pulumi_paygentic.emulator.billing import clocks, outbox, price_snapshots, schedule
from pulumi_paygentic.emulator.billing.subscription_counts import LIVE
from pulumi_paygentic.emulator.collections.customers import activation
from pulumi_paygentic.emulator.collections.customers.subscription_bodies import (
    PortalLink,
    Termination,
    UpdateSubscription,
)
from pulumi_paygentic.emulator.errors import Conflict, refuse
from pulumi_paygentic.emulator.http.context import Answer, Context
from pulumi_paygentic.emulator.storage import durations, kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp
from pulumi_paygentic.emulator.storage.store import Record

PORTAL = "/portal"
"""The path of the customer's own pages."""
_PORTAL_LIFETIME, _LONGEST_PORTAL = timedelta(minutes=10), timedelta(days=7)
_ENDS = ("status", "terminatedAt", "terminatedBy", "terminationReason")


def change(cx: Context) -> Answer:
    """Change a subscription, with effect on later invoices; a version policy has effect from the next period."""
    record = cx.require(kinds.SUBSCRIPTION, cx.params["id"])
    given = cx.body(UpdateSubscription).given()
    ends: Record = {name: given.pop(name) for name in _ENDS if name in given}
    if record["status"] not in LIVE and (given or ends):
        raise Conflict("The subscription is terminated.", code="ALREADY_TERMINATED")
    now = clocks.time_of(cx.store, record, cx.clock.now())
    if given.get("paymentTermDays"):
        raise refuse("paymentTermDays", "is only for bank transfers")
    if "endingAt" in given and parse_date_time(given["endingAt"]) <= max(now, parse_date_time(record["startedAt"])):
        raise refuse("endingAt", "must be in the future, and after startedAt")
    changed = {**record, **given, "updatedAt": timestamp(now)}
    if given.get("versionPolicy") == "pinned" and record["versionPolicy"] != "pinned":
        changed["_pinnedTo"] = price_snapshots.version_of(cx.store, record)
    cx.store.put(changed)
    if ends.get("status") == "terminated" or "terminatedAt" in ends:
        moment = min(parse_date_time(ends.get("terminatedAt", timestamp(now))), now)
        if moment <= parse_date_time(record["startedAt"]):
            raise refuse("terminatedAt", "must be after startedAt")
        details: Record = {name: ends[name] for name in ("terminatedBy", "terminationReason") if name in ends}
        changed = _ended(cx, changed, moment, {"terminatedBy": cx.merchant, **details})
    else:
        schedule.reschedule(cx.store, changed)
        outbox.emit(cx.store, cx.merchant, "subscription.updated.v0", changed, now)
    return Answer(200, activation.present(cx, changed))


def terminate(cx: Context) -> Answer:
    record = cx.require(kinds.SUBSCRIPTION, cx.params["id"])
    given = cx.body(Termination).given()
    if record["status"] not in LIVE:
        raise Conflict("The subscription is already terminated.", code="ALREADY_TERMINATED")
    details = {
        "terminatedBy": cx.merchant,
        "terminationReason": given["reason"],
        "terminationChangeReason": given.get("changeReason", "unspecified"),
    }
    return Answer(
        200, activation.present(cx, _ended(cx, record, clocks.time_of(cx.store, record, cx.clock.now()), details))
    )


def portal(cx: Context) -> Answer:
    """Make a link by which the subscription's customer sees it without a key until the link expires."""
    record = cx.require(kinds.SUBSCRIPTION, cx.params["id"])
    given = cx.body(PortalLink).given()
    lifetime = durations.parse_exact(given["expiresIn"]) if "expiresIn" in given else _PORTAL_LIFETIME
    if not timedelta() < lifetime <= _LONGEST_PORTAL:
        raise refuse("expiresIn", "must be up to 7 days", "out_of_range")
    token, expires = secrets.token_urlsafe(24), timestamp(cx.clock.now() + lifetime)
    made = {"id": kinds.PORTAL.new_id(), "subscriptionId": record["id"], "customerId": record["customerId"]}
    cx.store.insert(kinds.PORTAL, cx.merchant, {**made, "token": token, "expiresAt": expires})
    url = f"{cx.base_url}{PORTAL}/{record['id']}?token={token}"
    return Answer(200, {"object": "subscriptionPortal", "url": url, "expiresAt": expires})


def _ended(cx: Context, record: Record, moment: datetime, details: Record) -> Record:
    stamp = timestamp(moment)
    ended = {**record, "status": "terminated", "terminatedAt": stamp, "updatedAt": stamp, **details}
    cx.store.put(ended)
    schedule.end(cx.store, ended, moment)
    return ended
