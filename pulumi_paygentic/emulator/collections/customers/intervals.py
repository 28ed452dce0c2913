"""Price intervals of a subscription as the API has them: listed, and edited for periods to come."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from pulumi_paygentic.emulator.billing import intervals, price_snapshots
from pulumi_paygentic.emulator.billing.intervals import ONE_OFF, STORED
from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.collections.catalog.plan_lines import KEY_PATTERN
from pulumi_paygentic.emulator.collections.customers.interval_bodies import EditIntervals
from pulumi_paygentic.emulator.collections.customers.interval_changes import record_change
from pulumi_paygentic.emulator.errors import Conflict, NotFound, OperationNotImplemented, refuse
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.storage import clock, kinds, version_lines
from pulumi_paygentic.emulator.storage.clock import timestamp
from pulumi_paygentic.emulator.storage.store import Record

_NEVER = "9999"
"""Above every date."""
_CHANGEABLE = ("unitPrice", "baseQuantity", "quantityTransitions", "endDate")


@registry.register
def operations() -> Operations:
    return {"/v0/subscriptions/{id}/intervals": {"GET": list_intervals, "POST": edit_intervals}}


def list_intervals(cx: Context) -> Answer:
    subscription = cx.require(kinds.SUBSCRIPTION, cx.params["id"])
    return Answer(200, {"intervals": _current(cx, subscription)})


def edit_intervals(cx: Context) -> Answer:
    """Apply all operations, or none: what they leave must be billed without gap or overlap, from the next period on."""
    subscription = cx.require(kinds.SUBSCRIPTION, cx.params["id"])
    given = cx.body(EditIntervals).given()
    if not any(given.get(name) for name in ("add", "edit", "remove")):
        raise refuse("add", "give at least one operation", "missing")
    if subscription["status"] == "terminated":
        raise Conflict("The subscription is terminated.", code="ALREADY_TERMINATED")
    before = {one["id"]: one for one in _current(cx, subscription)}
    after = {**before}
    for change in given.get("edit", []):
        after[change["id"]] = _edited(_known(after, change["id"]), change)
    for gone in given.get("remove", []):
        del after[_known(after, gone["id"])["id"]]
    for index, new in enumerate(given.get("add", [])):
        added = _added(cx, subscription, new, index)
        after[added["id"]] = added
    changed = {i for i in before.keys() | after.keys() if before.get(i) != after.get(i)}
    pairs = [(i, before.get(i), after.get(i)) for i in sorted(changed)]
    if not pairs:
        return Answer(200, _answer(list(before.values()), [], None))
    _check_time(cx, subscription, pairs)
    touched = {one["priceKey"] for _, *both in pairs for one in both if one is not None}
    touched |= {one["priceKey"] for one in subscription.get(STORED, [])}
    stored = sorted(
        (one for one in after.values() if one["priceKey"] in touched), key=lambda one: str(one["startDate"])
    )
    _check_lines(stored)
    edited = {**subscription, STORED: stored, "updatedAt": cx.clock.stamp()}
    cx.store.put(edited)
    record = record_change(cx, subscription, given, pairs)
    return Answer(200, _answer(_current(cx, edited), pairs, record))


def _current(cx: Context, subscription: Record) -> list[Record]:
    return intervals.of(cx.store, subscription, price_snapshots.version_of(cx.store, subscription))


def _answer(shown: list[Record], pairs: list[Any], record: Record | None) -> Record:
    created = {after["priceId"] for _, before, after in pairs if before is None}
    removed = {before["priceId"] for _, before, after in pairs if after is None}
    counts = {"created": len(created), "removed": len(removed), "syncFailed": False}
    return {"intervals": shown, "unchanged": not pairs, "lineItems": counts, "intervalChange": record}


def _known(found: dict[str, Record], interval_id: str) -> Record:
    if interval_id not in found:
        raise NotFound("The subscription has no such interval.")
    return found[interval_id]


def _edited(one: Record, change: Record) -> Record:
    for name, value in change.items():
        if name not in _CHANGEABLE and value != one[name]:
            raise refuse(f"edit.{name}", "cannot be changed")
    _check_recurs(one["billingCadence"])
    return {**one, **{name: change[name] for name in _CHANGEABLE if name in change}}


def _added(cx: Context, subscription: Record, new: Record, index: int) -> Record:
    version_id = price_snapshots.version_of(cx.store, subscription)
    if new.get("planVersionId", version_id) != version_id:
        raise Conflict("The subscription is on another plan version.", code="PLAN_VERSION_STALE")
    lines = {key: price for key, _, price in version_lines.prices_of(cx.store, version_id)}
    line = lines.get(new["priceKey"])
    if line is None and not re.fullmatch(KEY_PATTERN, new["priceKey"], re.ASCII):
        raise refuse(f"add.{index}.priceKey", f"must match {KEY_PATTERN}", "string_pattern_mismatch")
    if line is None and "priceId" not in new:
        raise refuse(f"add.{index}.priceId", "is required for a key that the plan version has not", "missing")
    price = cx.require(kinds.PRICE, new["priceId"]) if line is None else line
    if new.get("priceId", price["id"]) != price["id"]:
        raise refuse(f"add.{index}.priceId", "is not the price of that line")
    _check_recurs(new["billingCadence"], intervals.cadence_of(subscription, price))
    for name, own in (
        ("billingCadence", intervals.cadence_of(subscription, price)),
        ("billingMode", intervals.mode_of(price)),
    ):
        if new[name] != own:
            raise refuse(f"add.{index}.{name}", f"must be {own}, as the price has it")
    if line is None and new["unitPrice"] is None:
        new = {**new, "unitPrice": price["properties"].get("unitPrice")}
    return {
        "quantityTransitions": [],
        "billDate": None,
        "endDate": None,
        **new,
        "id": kinds.random_id("int_"),
        "priceId": price["id"],
        "planVersionId": version_id,
        "kind": "subscription_owned" if line is None else "plan_line",
    }


def _check_recurs(*cadences: str) -> None:
    if ONE_OFF in cadences:
        raise OperationNotImplemented("price intervals that are billed once")


def _check_time(cx: Context, subscription: Record, pairs: list[Any]) -> None:
    """Refuse changes of a period that exists."""
    [(reached,)] = cx.store.sql("SELECT period_end FROM billing WHERE subscription = ?", (subscription["id"],))
    free = timestamp(clock.moment(reached))
    for _, before, after in pairs:
        if min(_first_effect(before, after)) < free:
            raise Conflict(
                "The change reaches a billing period that exists already.",
                code="PERIOD_EXISTS",
                details={"changeableFrom": free},
            )


def _first_effect(before: Record | None, after: Record | None) -> list[str]:
    """The moments from which a change of an interval could matter."""
    if before is None or after is None:
        return [str((before or after or {})["startDate"])]
    others = [name for name in _CHANGEABLE if name != "endDate" and before[name] != after[name]]
    ends = [str(one["endDate"] or _NEVER) for one in (before, after)]
    return [*ends, *([str(before["startDate"])] if others else [])]


def _check_lines(stored: list[Record]) -> None:
    """Refuse gaps and overlaps within each line."""
    by_key: dict[str, list[Record]] = {}
    for one in stored:
        if one["endDate"] is not None and one["endDate"] <= one["startDate"]:
            raise refuse("endDate", "must be after startDate")
        by_key.setdefault(one["priceKey"], []).append(one)
    for mine in by_key.values():
        for former, latter in pairwise(mine):
            ends = former["endDate"] or _NEVER
            if ends > latter["startDate"]:
                raise Conflict("Two intervals of one line overlap.", code="INTERVALS_OVERLAP")
            if ends < latter["startDate"]:
                raise Conflict("There is a gap between two intervals of one line.", code="INTERVALS_GAP")
