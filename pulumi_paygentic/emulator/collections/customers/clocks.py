"""Test clocks: a time that stands still until it is advanced, for the subscriptions made on it."""

from __future__ import annotations

import secrets
import string
from datetime import datetime, timedelta
from typing import ClassVar

from pulumi_paygentic.emulator.billing import horizon, rating, schedule
from pulumi_paygentic.emulator.billing.subscription_counts import LIVE
from pulumi_paygentic.emulator.collections.base import Collection
from pulumi_paygentic.emulator.errors import Conflict, refuse
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.http.fields import DateTime, Duration, OrganizationId, omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import durations, kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp
from pulumi_paygentic.emulator.storage.store import Record

_SLACK = timedelta(hours=1)
_LONGEST_STEP = 25
"""In years; as far as one step may go, so that it stays a matter of seconds."""


class CreateTestClock(Body):
    current_time: DateTime = omitted()
    description: str = omitted()
    merchant_id: OrganizationId = omitted()
    name: str = omitted()


class AdvanceTestClock(Body):
    current_time: DateTime = omitted()
    advance_by: Duration = omitted()


class Clocks(Collection):
    kind = kinds.TEST_CLOCK
    path = "/v0/testClocks"
    create_model = CreateTestClock
    update_model = AdvanceTestClock
    deletable = True
    filters: ClassVar = {"merchantId": kinds.MERCHANT.id_pattern}
    defaults: ClassVar = {"name": None, "description": None, "deletedAt": None}

    def operations(self) -> Operations:
        operations = super().operations()
        operations[f"{self.path}/{{id}}"]["PATCH"] = self.advance
        return operations

    def prepare(self, cx: Context, given: Record) -> Record:
        now = cx.clock.now()
        current = parse_date_time(given["currentTime"]) if "currentTime" in given else now
        if current < now - _SLACK:
            raise refuse("currentTime", "must not be more than an hour back")
        if current.year > rating.LAST_YEAR - _LONGEST_STEP:
            raise refuse("currentTime", "is out of range", "out_of_range")
        characters = string.ascii_letters + string.digits
        identity = "tc_" + "".join(secrets.choice(characters) for _ in range(16))
        return {**super().prepare(cx, given), "id": identity, "currentTime": timestamp(current)}

    def present(self, cx: Context, record: Record) -> Record:  # noqa: ARG002
        return {name: value for name, value in record.items() if name != "object"}

    def advance(self, cx: Context) -> Answer:
        record = cx.require(self.kind, cx.params["id"])
        given = cx.body(AdvanceTestClock).given()
        if len(given) != 1:
            raise refuse("currentTime", "give exactly one of currentTime and advanceBy", "one_of")
        [field] = given
        before = parse_date_time(record["currentTime"])
        after = _later(before, given)
        if after <= before:
            raise refuse(field, "must be later than the clock's time")
        if after > rating.boundary(before, durations.parse(f"P{_LONGEST_STEP}Y"), 1) or after.year > rating.LAST_YEAR:
            raise refuse(field, f"must not be more than {_LONGEST_STEP} years ahead", "out_of_range")
        horizon.check_move(cx.store, field, after, record["id"])
        moved = {**record, "currentTime": timestamp(after), "updatedAt": cx.clock.stamp()}
        cx.store.put(moved)
        schedule.catch_up_clock(cx.store, record["id"], after)
        return Answer(200, self.present(cx, moved))

    def delete(self, cx: Context) -> Answer:
        record = cx.require(self.kind, cx.params["id"])
        self.check_delete(cx, record)
        cx.store.delete(record["id"])
        return Answer(200, {**self.present(cx, record), "deletedAt": cx.clock.stamp()})

    def check_delete(self, cx: Context, record: Record) -> None:
        tied = cx.store.find(kinds.SUBSCRIPTION, {"testClockId": record["id"]}, merchant=cx.merchant)
        live = [{"id": s["id"], "status": s["status"]} for s in tied if s["status"] in LIVE]
        if live:
            blockers = [{"type": "subscriptions", "count": len(live), "items": live}]
            raise Conflict("The test clock has live subscriptions.", details={"blockers": blockers})


def _later(before: datetime, given: Record) -> datetime:
    if "currentTime" in given:
        return parse_date_time(given["currentTime"])
    return rating.boundary(before, durations.parse(given["advanceBy"]), 1)
