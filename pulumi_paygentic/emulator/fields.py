"""Types of the fields that requests carry: ids by prefix, decimal strings, dates, durations, currencies."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from pulumi_paygentic.emulator import durations
from pulumi_paygentic.emulator.clock import timestamp
from pulumi_paygentic.emulator.currencies import DECIMALS

_DATE_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,30}))?(?:[Zz]|([+-]\d{2}:\d{2}))", re.ASCII
)
_EMAIL = re.compile(r"[^@\s<>\"(),:;]+@[^@\s<>\"(),:;.]+(\.[^@\s<>\"(),:;.]+)+")


def omitted() -> Any:
    """The default of a field that may be left out but, unlike a nullable one, may not be sent as null."""
    return Field(default=None)


def parse_date_time(value: str) -> datetime:
    """RFC 3339 with an offset, as the description's `date-time` asks."""
    match = _DATE_TIME.fullmatch(value)
    if match is None:
        raise ValueError("must be an ISO 8601 date-time with an offset")
    date, time, fraction, offset = match.groups(default="")
    try:
        moment = datetime.fromisoformat(f"{date}T{time}.{fraction:0<6.6}{offset or '+00:00'}")
        return moment.astimezone(timezone.utc)
    except OverflowError as error:
        raise ValueError("is out of range") from error


def _date_time(value: str) -> str:
    return timestamp(parse_date_time(value))


def _duration(value: str) -> str:
    durations.parse(value)
    return value


def _exact_duration(value: str) -> str:
    durations.parse_exact(value)
    return value


def _currency(value: str) -> str:
    if value not in DECIMALS:
        raise ValueError("must be an ISO 4217 currency code in upper case")
    return value


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise ValueError("must be an email address")
    return value


def _uri(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc or re.search(r"[\s\x00-\x1f]", value):
        raise ValueError("must be an http or https address")
    return value


def _true(value: bool) -> bool:  # noqa: FBT001
    if not value:
        raise ValueError("must be true")
    return value


def line_reference(value: Any) -> Any:
    """A plan's line may be given as a price id on its own."""
    return {"priceId": value} if isinstance(value, str) else value


def _id(prefix: str) -> Any:
    return StringConstraints(pattern=rf"^{prefix}_[a-zA-Z0-9]+$")


OrganizationId = Annotated[str, _id("org")]
ProductId = Annotated[str, _id("prod")]
BillableMetricId = Annotated[str, _id("bm")]
PriceId = Annotated[str, _id("price")]
PlanId = Annotated[str, _id("plan")]
PlanVersionId = Annotated[str, _id("pver")]
FeeId = Annotated[str, _id("fee")]
FeatureId = Annotated[str, _id("feat")]
ItemId = Annotated[str, _id("itm")]
PricingUnitId = Annotated[str, _id("pu")]
CustomerId = Annotated[str, _id("cus")]

DateTime = Annotated[str, AfterValidator(_date_time)]
Duration = Annotated[str, AfterValidator(_duration)]
ExactDuration = Annotated[str, AfterValidator(_exact_duration)]
Currency = Annotated[str, AfterValidator(_currency)]
Email = Annotated[str, AfterValidator(_email)]
Uri = Annotated[str, AfterValidator(_uri)]
DecimalString = Annotated[str, StringConstraints(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
JsonPath = Annotated[str, StringConstraints(pattern=r"^\$\.[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)*$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Percentage = Annotated[float, Field(ge=0, le=100)]
OnlyTrue = Annotated[bool, AfterValidator(_true)]
LineReference = BeforeValidator(line_reference)
