"""Types of the fields that requests carry: ids by prefix, decimal strings, dates, durations, currencies."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from pulumi_paygentic.emulator.billing.currencies import DECIMALS
from pulumi_paygentic.emulator.storage import durations, kinds
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp
from pulumi_paygentic.emulator.storage.kinds import Kind

_EMAIL = re.compile(r"[^@\s<>\"(),:;]+@[^@\s<>\"(),:;.]+(\.[^@\s<>\"(),:;.]+)+")


def omitted() -> Any:
    """The default of a field that may be left out but, unlike a nullable one, may not be sent as null."""
    return Field(default=None)


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


def id_of(kind: Kind) -> Any:
    """Constrain a string to the form of a kind's ids."""
    return StringConstraints(pattern=f"^{kind.id_pattern}$")


OrganizationId = Annotated[str, id_of(kinds.MERCHANT)]
ProductId = Annotated[str, id_of(kinds.PRODUCT)]
BillableMetricId = Annotated[str, id_of(kinds.BILLABLE_METRIC)]
PriceId = Annotated[str, id_of(kinds.PRICE)]
PlanId = Annotated[str, id_of(kinds.PLAN)]
PlanVersionId = Annotated[str, id_of(kinds.PLAN_VERSION)]
FeeId = Annotated[str, id_of(kinds.FEE)]
FeatureId = Annotated[str, id_of(kinds.FEATURE)]
ItemId = Annotated[str, id_of(kinds.ITEM)]
PricingUnitId = Annotated[str, id_of(kinds.PRICING_UNIT)]
CustomerId = Annotated[str, id_of(kinds.CUSTOMER)]

DateTime = Annotated[str, AfterValidator(_date_time)]
Duration = Annotated[str, AfterValidator(_duration)]
ExactDuration = Annotated[str, AfterValidator(_exact_duration)]
Currency = Annotated[str, AfterValidator(_currency)]
Email = Annotated[str, AfterValidator(_email)]
Uri = Annotated[str, AfterValidator(_uri)]
DecimalString = Annotated[str, StringConstraints(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
JsonPath = Annotated[str, StringConstraints(pattern=r"^\$\.[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)*$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
ReminderDays = Annotated[int, Field(ge=1, le=30)]
Percentage = Annotated[float, Field(ge=0, le=100)]
OnlyTrue = Annotated[bool, AfterValidator(_true)]
LineReference = BeforeValidator(line_reference)
