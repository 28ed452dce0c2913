"""Amounts as people read them, the same in every locale: exact, with the currency's places and its ISO code."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import Final

import iso4217

_SMALL: Final = 100
"""Below it, rounded sums would not seem to add up."""
_TENTH: Final = Decimal("0.1")


def money(amount: Decimal, currency: str, *, signed: bool = False) -> str:
    """`1,204.10 USD`: exact, with at least the currency's places; an unknown currency leaves out its code."""
    text = number(amount, places=places(currency), signed=signed)
    return f"{text} {currency}" if currency else text


def number(amount: Decimal, *, places: int = 0, signed: bool = False) -> str:
    """`1,204.10`: exact, with at least so many places."""
    digits = f"{abs(amount):f}"
    whole, _, fraction = digits.partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    sign = "-" if amount < 0 else "+" if signed and amount > 0 else ""
    return f"{sign}{int(whole):,}{'.' if fraction else ''}{fraction}"


def total(amount: Decimal, currency: str, *, signed: bool = False) -> str:
    """A sum of money, rounded to the currency's places, and below 100 to two more."""
    digits = places(currency) + (2 if abs(amount) < _SMALL else 0)
    return money(amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN), currency, signed=signed)


def percent(value: Decimal | None) -> str:
    """`+20.4 %`, to one place, and never `+0.0 %`; empty without a value."""
    if value is None:
        return ""
    if value and abs(value) < _TENTH:
        return f"{'+' if value > 0 else '-'}<0.1 %"
    return f"{number(value.quantize(_TENTH, ROUND_HALF_EVEN), signed=True)} %"


def bar(share: Decimal, width: int = 10) -> str:
    """A bar of blocks, an eighth exact, for a share of 0 to 1."""
    eighths = int((min(max(share, Decimal(0)), Decimal(1)) * width * 8).to_integral_value(ROUND_HALF_EVEN))
    return "█" * (eighths // 8) + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[eighths % 8]


@cache
def places(currency: str) -> int:
    """The decimal places of a currency: 2 for USD, 0 for JPY, 3 for KWD; 2 for one that is not in ISO 4217."""
    found = next((known for known in iso4217.Currency if known.code == currency), None)
    return 2 if found is None or found.exponent is None else int(found.exponent)
