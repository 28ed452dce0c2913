"""Moves of one subscription to a named version of its plan, which pin it there."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from pulumi_paygentic.emulator.billing import clocks, edits, outbox, price_snapshots, schedule
from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.collections.customers import activation, plan_features
from pulumi_paygentic.emulator.errors import Conflict, NotFound
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.http.fields import omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import timestamp
from pulumi_paygentic.emulator.storage.store import Record

_TIMINGS = {"immediate": "immediate", "end_of_current_period": "next_period"}


class Migration(Body):
    target_version_number: Annotated[int, Field(ge=1)]
    timing: Literal["next_period", "immediate"] = omitted()


@registry.register
def operations() -> Operations:
    return {"/v0/subscriptions/{id}/versionMigration": {"POST": migrate}}


def migrate(cx: Context) -> Answer:
    subscription = cx.require(kinds.SUBSCRIPTION, cx.params["id"])
    given = cx.body(Migration).given()
    plan = cx.require(kinds.PLAN, subscription["planId"])
    target = _target(cx, plan, given["targetVersionNumber"])
    if subscription["status"] != "active":
        raise Conflict("The subscription is not active.", code="NOT_ACTIVE")
    before = price_snapshots.version_of(cx.store, subscription)
    moves = before != target["id"]
    changed = moves or subscription["versionPolicy"] != "pinned"
    at, invoice = cx.clock.now(), schedule.current(cx.store, subscription["id"])
    now = clocks.time_of(cx.store, subscription, at)
    boundary = None if invoice is None else invoice["periodEnd"]
    if moves and boundary is not None and subscription.get("endingAt", "9999") <= boundary:
        raise Conflict("The subscription ends before the move would take effect.", code="ENDS_BEFORE_MIGRATION")
    if changed:
        stamp = cx.clock.stamp()
        subscription = {**subscription, "versionPolicy": "pinned", "_pinnedTo": target["id"], "updatedAt": stamp}
        cx.store.put(subscription)
        outbox.emit(cx.store, cx.merchant, "subscription.updated.v0", subscription, now)
    timing = given.get("timing", _TIMINGS[plan["versionTransition"]["effectiveDate"]])
    immediate = moves and timing == "immediate"
    if immediate:
        edits.move_subscription(cx.store, subscription)
        plan_features.reconcile(cx.store, subscription, now, dry_run=False)
    entitled = None if not moves else timestamp(now) if immediate else boundary
    migration: dict[str, Any] = {
        "fromVersionNumber": (cx.store.get(kinds.PLAN_VERSION, before) or {}).get("versionNumber"),
        "toVersionNumber": target["versionNumber"],
        "effectiveAt": boundary if moves else None,
        "entitlementsEffectiveAt": entitled,
        "changed": changed,
    }
    shown = activation.present(cx, subscription)
    return Answer(200, {"subscription": shown, "migration": migration, "lineItems": {"syncFailed": False}})


def _target(cx: Context, plan: Record, number: int) -> Record:
    where = {"planId": plan["id"], "versionNumber": number, "status": "published"}
    for version in cx.store.find(kinds.PLAN_VERSION, where):
        return version
    raise NotFound(f"The plan has no published version {number}.")
