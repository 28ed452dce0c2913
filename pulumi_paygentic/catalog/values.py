"""The types of field values, each with its one canonical form.

Two values that mean the same to the API (`"0.10"` and `"0.1"`, `10:00+02:00` and `08:00Z`) have the same canonical
form, so comparing canonical values never shows a difference that is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Final

import iso4217
from pydantic import AfterValidator, AllowInfNan, BeforeValidator, Strict

from pulumi_paygentic.catalog.amounts import BandRate, Bound, Rate
from pulumi_paygentic.catalog.ids import (
    BillableMetricId,
    FeatureId,
    FeeId,
    ItemId,
    MerchantId,
    PlanId,
    PriceId,
    PricingUnitId,
    ProductId,
)
from pulumi_paygentic.catalog.times import Duration, Timestamp
from pulumi_paygentic.catalog.violations import shown_value

_FUNDS = {
    entry.findtext("Ccy") for entry in iso4217.raw_xml.iter("CcyNtry") if entry.find("CcyNm[@IsFund]") is not None
}
CURRENCIES: Final = frozenset(c.code for c in iso4217.Currency if c.exponent is not None) - _FUNDS
"""The currencies that somebody can pay in: the active codes of ISO 4217 without funds and metals."""

_JSON_PATH = re.compile(r"\$\.[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)*")
_LINE_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}|line_[A-Za-z0-9]{1,64}")  # the second form is the API's own
_FEATURE_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\".]+(\.[^@\s,;<>\".]+)+")


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    def validate(value: str) -> str:
        if not pattern.fullmatch(value):
            msg = f"must be {what}, not {shown_value(value)}"
            raise ValueError(msg)
        return value

    return validate


def _whole(value: Any) -> Any:
    """Pulumi passes every number as a float: accept 3.0 for 3."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _number(value: Any) -> Any:
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    try:
        return float(value)
    except OverflowError:
        msg = "is too large for a number"
        raise ValueError(msg) from None


def _not_blank(value: str) -> str:
    if not value.strip():
        msg = "must not be blank"
        raise ValueError(msg)
    return value


def _currency(value: str) -> str:
    if value not in CURRENCIES:
        hint = f": write {value.upper()!r}" if value.upper() in CURRENCIES else ""
        msg = f'must be an ISO 4217 currency code such as "USD", not {shown_value(value)}{hint}'
        raise ValueError(msg)
    return value


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        msg = "must be one email address, such as ada@example.com (the value is a secret, and not shown here)"
        raise ValueError(msg)
    return value


def _url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+\S*", value):
        msg = f"must be an absolute http or https address, not {shown_value(value)}"
        raise ValueError(msg)
    return value


Text = Annotated[str, Strict()]
Name = Annotated[str, Strict(), AfterValidator(_not_blank)]
Flag = Annotated[bool, Strict()]
Integer = Annotated[int, Strict(), BeforeValidator(_whole)]
Number = Annotated[float, Strict(), AllowInfNan(allow_inf_nan=False), BeforeValidator(_number)]
Currency = Annotated[str, Strict(), AfterValidator(_currency)]
Email = Annotated[str, Strict(), AfterValidator(_email)]
Url = Annotated[str, Strict(), AfterValidator(_url)]
JsonPath = Annotated[str, Strict(), AfterValidator(_matching(_JSON_PATH, 'a JSONPath such as "$.seconds"'))]
LineKey = Annotated[
    str,
    Strict(),
    AfterValidator(_matching(_LINE_KEY, "a line key (lower-case letters, digits, - and _, at most 64 characters)")),
]
FeatureKey = Annotated[
    str, Strict(), AfterValidator(_matching(_FEATURE_KEY, "a key of lower-case letters and digits joined by hyphens"))
]

__all__ = [
    "CURRENCIES",
    "BandRate",
    "BillableMetricId",
    "Bound",
    "Currency",
    "Duration",
    "Email",
    "FeatureId",
    "FeatureKey",
    "FeeId",
    "Flag",
    "Integer",
    "ItemId",
    "JsonPath",
    "LineKey",
    "MerchantId",
    "Name",
    "Number",
    "PlanId",
    "PriceId",
    "PricingUnitId",
    "ProductId",
    "Rate",
    "Text",
    "Timestamp",
    "Url",
]
