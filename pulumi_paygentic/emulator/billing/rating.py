"""Amounts and billing periods, computed from decimals and dates alone.

Amounts are rounded once a line, to nine decimals (the API's atomic unit is a billionth of the currency), half to even;
everything above a line only adds. What an invoice asks to be paid is rounded once more, to what can be paid.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from pulumi_paygentic.emulator.storage.durations import Duration

ATOM = Decimal("0.000000001")
LAST_YEAR = 2999
ONCE = "P0D"
_EXACT = Context(prec=300)
INSTANT = timedelta(microseconds=1)
_ALL = Fraction(1)


class Period(NamedTuple):
    """A span of time: its start is in it, its end is not."""

    start: datetime
    end: datetime


class Amount(NamedTuple):
    """A line's price without tax, its tax, and the resulting price of a unit."""

    price: Decimal
    tax: Decimal
    unit_price: Decimal

    @property
    def total(self) -> Decimal:
        return _EXACT.add(self.price, self.tax)


class Window(NamedTuple):
    """The billed part of a period, and the whole period. They differ only if billing began within it."""

    billed: Period
    whole: Period

    @property
    def is_stub(self) -> bool:
        return self.billed != self.whole

    @property
    def share(self) -> Fraction:
        """The share of the whole period's time that is billed."""
        if not self.is_stub:
            return _ALL
        (start, end), (whole_start, whole_end) = self
        return Fraction((end - start) // INSTANT, (whole_end - whole_start) // INSTANT)


def boundary(anchor: datetime, every: Duration, count: int) -> datetime:
    """The moment `count` durations from the anchor. Counted from the anchor, the 31st comes back after a 30th."""
    month = anchor.month - 1 + every.months * count
    year, month = anchor.year + month // 12, month % 12 + 1
    try:
        day = min(anchor.day, calendar.monthrange(year, month)[1])
        return anchor.replace(year=year, month=month, day=day) + every.exact * count
    except (OverflowError, ValueError):  # beyond the calendar
        return anchor.replace(year=LAST_YEAR + 1 if count > 0 else 1, month=1, day=1)


def windows(anchor: datetime, every: Duration, start: datetime, since: datetime | None = None) -> Iterator[Window]:
    """Yield the periods from `start` on; with `since`, only those that end after it."""
    reached = start if since is None else max(start, since)
    count = (reached - anchor) // every.average  # an estimate, corrected below
    while boundary(anchor, every, count) > reached:
        count -= 1
    while boundary(anchor, every, count + 1) <= reached:
        count += 1
    while boundary(anchor, every, count + 1).year <= LAST_YEAR:
        whole = Period(boundary(anchor, every, count), boundary(anchor, every, count + 1))
        yield Window(Period(max(start, whole.start), whole.end), whole)
        count += 1


def periods(anchor: datetime, every: Duration, start: datetime) -> Iterator[Period]:
    """Yield the periods from `start` on: the first ends at the first boundary after it, the others are whole."""
    return (window.billed for window in windows(anchor, every, start))


def unit_rate(price: Mapping[str, Any], quantity: Decimal) -> Decimal:
    """The price of each unit at a quantity. With volume prices, the tier reached decides for all units."""
    properties = price["properties"]
    if price["model"] != "volume":
        return Decimal(properties["unitPrice"])
    tiers: Sequence[Mapping[str, Any]] = properties["tiers"]
    reached = next(tier for tier in tiers if tier["upTo"] is None or quantity <= Decimal(tier["upTo"]))
    return Decimal(reached["unitPrice"])


def exact_cost(price: Mapping[str, Any], quantity: Decimal) -> Decimal:
    return _EXACT.multiply(quantity, unit_rate(price, quantity))


def rate(
    price: Mapping[str, Any], quantity: Decimal, *, tax_percent: Decimal, inclusive: bool, part: Fraction = _ALL
) -> Amount:
    """A line's amount, or a part of it. Where the price includes the tax, price and tax add up to what was asked.

    The unit price of a part is rounded, so the quantity times it may differ from the amount in the last digits.
    """
    gross = rounded(_times(exact_cost(price, quantity), part))
    unit_price = unit_rate(price, quantity)
    if part != _ALL:
        unit_price = rounded(_times(unit_price, part))
    if inclusive:
        return split(gross, unit_price, tax_percent)
    tax = rounded(_EXACT.divide(_EXACT.multiply(gross, tax_percent), Decimal(100)))
    return Amount(gross, tax, unit_price)


def split(gross: Decimal, unit_price: Decimal, tax_percent: Decimal) -> Amount:
    """Split an amount that includes its tax."""
    net = rounded(_EXACT.divide(_EXACT.multiply(gross, Decimal(100)), _EXACT.add(Decimal(100), tax_percent)))
    return Amount(net, _EXACT.subtract(gross, net), unit_price)


def share(whole: Decimal, units: Decimal, of: Decimal) -> Decimal:
    """The amount of some units of a line. All units come to the whole."""
    return rounded(_EXACT.divide(_EXACT.multiply(whole, units), of))


def of_share(whole: Decimal, part: Fraction) -> Decimal:
    """A share of an amount."""
    return rounded(_times(whole, part))


def _times(amount: Decimal, part: Fraction) -> Decimal:
    return _EXACT.divide(_EXACT.multiply(amount, Decimal(part.numerator)), Decimal(part.denominator))


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(ATOM, rounding=ROUND_HALF_EVEN, context=_EXACT)


def to_units(amount: Decimal, decimals: int) -> Decimal:
    """Round to whole smallest units of a currency, half to even."""
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN, context=_EXACT)


def total(amounts: Sequence[Decimal]) -> Decimal:
    result = Decimal(0)
    for amount in amounts:
        result = _EXACT.add(result, amount)
    return result


def plain(amount: Decimal) -> str:
    """Write an amount as the API does: no exponent, at least cents, no trailing zeros, no minus zero."""
    text = f"{amount or abs(amount):f}"
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.rstrip('0'):0<2}"


def atoms(amount: Decimal) -> int:
    """Convert an amount to billionths of the currency."""
    return int(rounded(amount).scaleb(9, context=_EXACT))


def from_atoms(count: int) -> Decimal:
    return Decimal(count).scaleb(-9, context=_EXACT)
