"""Exact arithmetic with amounts of money, and the two roundings that there are.

The API's description names the units that amounts are rounded to, and no rule for halves: here they go to the even
neighbour, as in IEEE 754 and as in the emulator. That rule is not verified against the live service.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact
from fractions import Fraction
from functools import cache
from typing import Final

import iso4217

ATOMIC_PLACES: Final = 9
"""The API states amounts in units of 1e-9 of the currency's unit."""
_UNIT: Final = 10**ATOMIC_PLACES

# Amounts have up to 65 digits before the point and a product of two has twice as many: this precision holds all of
# them, and the trap makes sure of it.
_EXACT: Final = Context(prec=400, rounding=ROUND_HALF_EVEN, Emin=-999999, Emax=999999, traps=[Inexact])
_ROUNDING: Final = Context(prec=400, rounding=ROUND_HALF_EVEN, Emin=-999999, Emax=999999, traps=[])


def times(one: Decimal, other: Decimal) -> Decimal:
    """Return the exact product."""
    return _EXACT.multiply(one, other)


def plus(one: Decimal, other: Decimal) -> Decimal:
    """Return the exact sum."""
    return _EXACT.add(one, other)


def to_atomic(amount: Decimal | Fraction) -> Decimal:
    """Round to the API's atomic unit, halves to even; an amount of at most nine places stays as it is."""
    if isinstance(amount, Fraction):
        return _plain(_EXACT.scaleb(Decimal(round(amount * _UNIT)), -ATOMIC_PLACES))
    return _plain(amount.quantize(Decimal(1).scaleb(-ATOMIC_PLACES), context=_ROUNDING))


@cache
def minor_places(currency: str) -> int:
    """Return the decimal places of the currency's minor unit: 2 for USD, 0 for JPY, 3 for KWD; 2 for an unknown one."""
    try:
        exponent = iso4217.Currency(currency).exponent
    except ValueError:
        exponent = None
    return 2 if exponent is None else int(exponent)


def in_minor_units(amount: Decimal, currency: str) -> Decimal:
    """Round to the currency's minor unit, halves to even: the amount that an invoice asks for."""
    return amount.quantize(Decimal(1).scaleb(-minor_places(currency)), context=_ROUNDING)


def _plain(amount: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent."""
    plain = amount.normalize(_ROUNDING)
    exponent = plain.as_tuple().exponent
    return plain.quantize(Decimal(1), context=_ROUNDING) if isinstance(exponent, int) and exponent > 0 else plain
