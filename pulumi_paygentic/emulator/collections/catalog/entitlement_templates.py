"""Entitlement templates: the bodies that say what a feature gives, one for each type of feature."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from pulumi_paygentic.emulator.billing.grants import UNLIMITED
from pulumi_paygentic.emulator.errors import ValidationFailed, refuse
from pulumi_paygentic.emulator.http.fields import DateTime, Duration, omitted
from pulumi_paygentic.emulator.http.schema import Body, parse
from pulumi_paygentic.emulator.storage import durations
from pulumi_paygentic.emulator.storage.store import Record

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


def template_of(feature: Record, given: dict[str, Any]) -> dict[str, Any] | None:
    """The template as a subscriber gets it, or None if it does not fit the feature.

    A price may leave all of it out but what the feature's type requires.
    """
    whole = {"type": feature["type"], **({"config": {}} if feature["type"] == "static" else {}), **given}
    try:
        return read_template(whole, feature)
    except ValidationFailed:
        return None
