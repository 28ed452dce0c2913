"""Entitlements as they are kept: the template that says what a feature gives, and the record made from it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from pulumi_paygentic.emulator import durations, kinds
from pulumi_paygentic.emulator.billing import clocks
from pulumi_paygentic.emulator.clock import timestamp
from pulumi_paygentic.emulator.context import refuse
from pulumi_paygentic.emulator.fields import DateTime, Duration, omitted
from pulumi_paygentic.emulator.schema import Body, parse
from pulumi_paygentic.emulator.store import Record, Store

UNLIMITED = 999_999_999_999
Credits = Annotated[float, Field(ge=0, le=UNLIMITED)]
Priority = Annotated[int, Field(ge=-32768, le=32767)]


class Template(Body):
    type: Literal["boolean", "static", "metered"]


class StaticTemplate(Template):
    config: dict[str, Any]


class UsagePeriod(Body):
    interval: Duration
    anchor: DateTime = omitted()


class MeteredTemplate(Template):
    usage_period: UsagePeriod = omitted()
    is_soft_limit: bool = omitted()
    issue_after_reset: Credits = omitted()
    issue_after_reset_priority: Priority = omitted()
    preserve_overage_at_reset: bool = omitted()
    reset_max_rollover: Credits = omitted()
    reset_min_rollover: Credits = omitted()


_MODELS: dict[str, type[Template]] = {"boolean": Template, "static": StaticTemplate, "metered": MeteredTemplate}


def read_template(given: dict[str, Any], feature: Record) -> dict[str, Any]:
    """The template reduced to what its type has, if it fits the feature; else `ValidationFailed`."""
    template = parse(_MODELS[parse(Template, given, within="template").type], given, within="template").given()
    if template["type"] != feature["type"]:
        raise refuse("template.type", f"must be that of the feature, {feature['type']}")
    interval = durations.parse(template.get("usagePeriod", {}).get("interval", "P1D"))
    if durations.at_least_daily(interval) != interval:
        raise refuse("template.usagePeriod.interval", "must be at least a day")
    return template


def entitle(store: Store, merchant: str, given: Record, now: datetime) -> Record:
    """Keep an entitlement; `given` has at least customer, feature and template."""
    stamp = timestamp(now)
    record = {
        "activeFrom": stamp,
        "activeTo": None,
        "subscriptionId": None,
        "metadata": {},
        **given,
        "id": kinds.ENTITLEMENT.new_id(),
        "merchantId": merchant,
        "createdAt": stamp,
    }
    store.insert(kinds.ENTITLEMENT, merchant, record)
    return record


def now_of(store: Store, record: Record, now: datetime) -> datetime:
    """What time it is for an entitlement: that of its subscription, which may be on a test clock."""
    return clocks.time_of(store, store.get(kinds.SUBSCRIPTION, record["subscriptionId"] or "") or {}, now)


def status_of(store: Store, record: Record, at: datetime) -> str:
    """Active, expired by its own end, or canceled: by itself, or with the subscription that it belongs to."""
    if record["activeTo"] is not None and record["activeTo"] <= timestamp(at):
        return "expired"
    subscription = store.get(kinds.SUBSCRIPTION, record["subscriptionId"] or "")
    ended = subscription is not None and subscription["status"] == "terminated"
    return "canceled" if ended or "canceledAt" in record else "active"
