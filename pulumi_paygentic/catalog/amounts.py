"""Amounts of money and other exact numbers, as plain decimal strings: no float ever stands for money."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

from pulumi_paygentic.catalog.violations import shown_value

MAX_MAGNITUDE: Final = Decimal("1e65")
"""Documented for tier bounds and band rates; applied to every amount."""
AMOUNT_FORMAT: Final = "decimal"
"""The `format` that marks an amount in the JSON schema of a field."""

_EXACT: Final = 2**53
"""The largest integer below which a float holds every integer: Pulumi passes an int as a float."""
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def canonical_decimal(text: str) -> str:
    """`"0.0010"` as `"0.001"`, `"-0"` as `"0"`; raises ValueError for an exponent, spaces or anything else."""
    if not _DECIMAL.fullmatch(text):
        msg = (
            'must be a plain decimal string such as "0.001" (digits and one point, no exponent),'
            f" not {shown_value(text)}"
        )
        raise ValueError(msg)
    digits = len(text.partition(".")[0].lstrip("+-0"))
    if digits > MAX_MAGNITUDE.adjusted():  # counted before Decimal reads them: its own limit raises another error
        msg = "is too large: amounts stay under 1e65"
        raise ValueError(msg)
    plain = text.lstrip("+-").lstrip("0")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    plain = f"0{plain}" if plain == "" or plain.startswith(".") else plain
    return f"-{plain}" if text.startswith("-") and plain != "0" else plain


def _text_of(value: Any) -> str:
    """The decimal string of an amount that came as a string, a Decimal or a whole number."""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < MAX_MAGNITUDE else "1" + "0" * 65
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        return str(int(value))
    hint = ": a float does not hold money exactly, write it as a string" if isinstance(value, float) else ""
    msg = f'must be a decimal string such as "0.001", not {shown_value(value)}{hint}'
    raise ValueError(msg)


def _places(text: str) -> int:
    return len(text.partition(".")[2])


def _amount(*, places: int, least: Decimal | None = None, above: bool = False) -> Callable[[Any], str]:
    def validate(value: Any) -> str:
        plain = canonical_decimal(_text_of(value))
        if _places(plain) > places:
            msg = f"has {_places(plain)} decimal places: at most {places} are allowed"
            raise ValueError(msg)
        if least is not None and (Decimal(plain) < least or (above and Decimal(plain) == least)):
            msg = f"must be {'greater than' if above else 'at least'} {least}, not {plain}"
            raise ValueError(msg)
        return plain

    return validate


_SCHEMA = WithJsonSchema({"type": "string", "format": AMOUNT_FORMAT})

Rate = Annotated[str, BeforeValidator(_amount(places=9)), _SCHEMA]
"""A price per unit: a decimal string of the plan's currency, at most 9 places (balances are kept in 1e-9 units)."""
BandRate = Annotated[str, BeforeValidator(_amount(places=6, least=Decimal(0))), _SCHEMA]
"""A volume band's price per unit: zero or more, at most 6 places."""
Bound = Annotated[str, BeforeValidator(_amount(places=6, least=Decimal(0), above=True)), _SCHEMA]
"""The inclusive upper end of a volume band: more than zero, at most 6 places."""
