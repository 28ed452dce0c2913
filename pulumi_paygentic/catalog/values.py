"""The types of field values, each with its one canonical form.

Two values that mean the same to the API (`"0.10"` and `"0.1"`, `10:00+02:00` and `08:00Z`) have the same canonical
form, so comparing canonical values never shows a difference that is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timezone
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, AllowInfNan, BeforeValidator, Strict

from pulumi_paygentic.catalog.currencies import CURRENCIES
from pulumi_paygentic.catalog.problems import shown_value

MAX_MAGNITUDE = Decimal("1e65")
"""Documented for tier bounds and band rates; taken for every amount."""

_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_JSON_PATH = re.compile(r"\$\.[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)*")
_DURATION = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?", re.ASCII)
_LINE_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_FEATURE_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\".]+(\.[^@\s,;<>\".]+)+")
_ID = re.compile(r"[a-z]+_[a-zA-Z0-9]+")
ID_PREFIXES = {
    "org": "merchant",
    "prod": "product",
    "bm": "billable metric",
    "price": "price",
    "plan": "plan",
    "pver": "plan version",
    "fee": "fee",
    "feat": "feature",
    "itm": "item",
    "pu": "pricing unit",
    "cus": "customer",
    "sub": "subscription",
    "src": "source",
}


def canonical_decimal(text: str) -> str:
    """`"0.0010"` as `"0.001"`, `"-0"` as `"0"`; raises ValueError for an exponent, spaces or anything else."""
    if not _DECIMAL.fullmatch(text):
        msg = f'must be a plain decimal string such as "0.001" (digits and one point, no exponent), not {text!r}'
        raise ValueError(msg)
    number = Decimal(text)
    if number.copy_abs() >= MAX_MAGNITUDE:  # `abs` would round to the context's 28 digits
        msg = "is too large: amounts stay under 1e65"
        raise ValueError(msg)
    plain = format(number, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    plain = plain.removeprefix("+")
    return "0" if plain == "-0" else plain


def _places(text: str) -> int:
    return len(text.partition(".")[2])


def _decimal(*, places: int, least: Decimal | None = None, above: bool = False) -> Callable[[Any], str]:
    def validate(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str):
            msg = f'must be a decimal string such as "0.001", not {shown_value(value)}: a number can\'t hold it exactly'
            raise ValueError(msg)  # noqa: TRY004  pydantic collects ValueErrors only
        plain = canonical_decimal(value)
        if _places(plain) > places:
            msg = f"has {_places(plain)} decimal places: at most {places} are kept"
            raise ValueError(msg)
        if least is not None and (Decimal(plain) < least or (above and Decimal(plain) == least)):
            msg = f"must be {'greater than' if above else 'at least'} {least}, not {plain}"
            raise ValueError(msg)
        return plain

    return validate


def canonical_timestamp(value: Any) -> str:
    """An ISO 8601 date and time with an offset, as UTC to the millisecond: `2026-01-01T00:00:00Z`."""
    example = 'must be an ISO 8601 date and time with its offset, such as "2026-01-01T00:00:00Z"'
    if not isinstance(value, str) or "T" not in value:
        msg = f"{example}, not {value!r}"
        raise ValueError(msg)
    fraction = re.sub(r"(\.\d+)", lambda match: match[1][:7].ljust(7, "0"), value)
    try:
        moment = datetime.fromisoformat(fraction.replace("Z", "+00:00").replace("z", "+00:00"))
    except ValueError:
        msg = f"{example}, not {value!r}"
        raise ValueError(msg) from None
    if moment.tzinfo is None:
        msg = f"{example}: {value!r} has no offset"
        raise ValueError(msg)
    try:
        moment = moment.astimezone(timezone.utc)
    except OverflowError:
        msg = f"{example}, not {value!r}"
        raise ValueError(msg) from None
    milliseconds = f".{moment.microsecond // 1000:03d}" if moment.microsecond >= 1000 else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{milliseconds}Z".rjust(20 + len(milliseconds), "0")


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    def validate(value: str) -> str:
        if not pattern.fullmatch(value):
            msg = f"must be {what}, not {value!r}"
            raise ValueError(msg)
        return value

    return validate


def _whole(value: Any) -> Any:
    """Pulumi carries every number as a float: take 3.0 for 3."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _not_blank(value: str) -> str:
    if not value.strip():
        msg = "must not be blank"
        raise ValueError(msg)
    return value


def _currency(value: str) -> str:
    if value not in CURRENCIES:
        hint = f": write {value.upper()!r}" if value.upper() in CURRENCIES else ""
        msg = f'must be an ISO 4217 currency code such as "USD", not {value!r}{hint}'
        raise ValueError(msg)
    return value


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        msg = "must be one email address, such as ada@example.com (the value given is kept out of this message)"
        raise ValueError(msg)
    return value


def _one(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _id(prefix: str) -> Callable[[str], str]:
    belongs = ID_PREFIXES[prefix]

    def validate(value: str) -> str:
        if _ID.fullmatch(value) and value.startswith(f"{prefix}_"):
            return value
        other = ID_PREFIXES.get(value.partition("_")[0]) if "_" in value else None
        what = f"{value!r} is the id of {_one(other)}" if other and other != belongs else f"not {value!r}"
        msg = f"must be the id of {_one(belongs)} ({prefix}_...): {what}"
        raise ValueError(msg)

    return validate


def _url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+\S*", value):
        msg = f"must be an absolute http or https address, not {value!r}"
        raise ValueError(msg)
    return value


Text = Annotated[str, Strict()]
Name = Annotated[str, Strict(), AfterValidator(_not_blank)]
Flag = Annotated[bool, Strict()]
Integer = Annotated[int, Strict(), BeforeValidator(_whole)]
Number = Annotated[float, Strict(), AllowInfNan(allow_inf_nan=False), BeforeValidator(_number)]

Rate = Annotated[str, BeforeValidator(_decimal(places=9))]
"""A price per unit: a decimal string of the plan's currency, at most 9 places (balances are kept in 1e-9 units)."""
BandRate = Annotated[str, BeforeValidator(_decimal(places=6, least=Decimal(0)))]
"""A volume band's price per unit: zero or more, at most 6 places."""
Bound = Annotated[str, BeforeValidator(_decimal(places=6, least=Decimal(0), above=True))]
"""The inclusive upper end of a volume band: more than zero, at most 6 places."""

Timestamp = Annotated[str, BeforeValidator(canonical_timestamp)]
Duration = Annotated[str, Strict(), AfterValidator(_matching(_DURATION, 'an ISO 8601 duration such as "P1M"'))]
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

MerchantId = Annotated[str, Strict(), AfterValidator(_id("org"))]
ProductId = Annotated[str, Strict(), AfterValidator(_id("prod"))]
BillableMetricId = Annotated[str, Strict(), AfterValidator(_id("bm"))]
PriceId = Annotated[str, Strict(), AfterValidator(_id("price"))]
PlanId = Annotated[str, Strict(), AfterValidator(_id("plan"))]
FeeId = Annotated[str, Strict(), AfterValidator(_id("fee"))]
FeatureId = Annotated[str, Strict(), AfterValidator(_id("feat"))]
ItemId = Annotated[str, Strict(), AfterValidator(_id("itm"))]
PricingUnitId = Annotated[str, Strict(), AfterValidator(_id("pu"))]
