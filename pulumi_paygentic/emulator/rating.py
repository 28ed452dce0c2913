"""What usage and fees cost, and which periods they are billed for. Pure: decimals and dates in, decimals and dates out.

Amounts are rounded once a line, to nine decimals (the API's atomic unit is a billionth of the currency), half to even;
everything above a line only adds.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, NamedTuple

ATOM = Decimal("0.000000001")
LAST_YEAR = 2999
ONCE = "P0D"
_EXACT = Context(prec=300)
_CADENCE = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)


class Period(NamedTuple):
    """From its start up to, not including, its end."""

    start: datetime
    end: datetime


class Amount(NamedTuple):
    """A line's price without tax, its tax, and what is thus charged for each unit."""

    price: Decimal
    tax: Decimal
    unit_price: Decimal

    @property
    def total(self) -> Decimal:
        return _EXACT.add(self.price, self.tax)


class Cadence(NamedTuple):
    """A calendar length and an exact one. Both zero means once."""

    months: int
    exact: timedelta

    @property
    def recurs(self) -> bool:
        return bool(self.months or self.exact)


def cadence(duration: str) -> Cadence:
    match = _CADENCE.fullmatch(duration)
    if match is None:
        raise ValueError(f"not a duration: {duration}")
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return Cadence(
        years * 12 + months, timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    )


def boundary(anchor: datetime, every: Cadence, count: int) -> datetime:
    """The moment `count` cadences from the anchor. Counted from the anchor, the 31st comes back after a 30th."""
    month = anchor.month - 1 + every.months * count
    year, month = anchor.year + month // 12, month % 12 + 1
    day = min(anchor.day, calendar.monthrange(year, month)[1])
    return anchor.replace(year=year, month=month, day=day) + every.exact * count


def periods(anchor: datetime, every: Cadence, start: datetime) -> Iterator[Period]:
    """The periods from `start` on: the first ends at the first boundary after it, the others are whole."""
    count = (start - anchor) // (timedelta(days=31) * every.months + every.exact)  # near enough to step from
    while boundary(anchor, every, count) > start:
        count -= 1
    while boundary(anchor, every, count + 1) <= start:
        count += 1
    while boundary(anchor, every, count + 1).year <= LAST_YEAR:
        end = boundary(anchor, every, count + 1)
        yield Period(start, end)
        start, count = end, count + 1


def unit_rate(price: Mapping[str, Any], quantity: Decimal) -> Decimal:
    """What each unit costs at this quantity: with volume prices, all units cost what the tier they reach says."""
    properties = price["properties"]
    if price["model"] != "volume":
        return Decimal(properties["unitPrice"])
    tiers: Sequence[Mapping[str, Any]] = properties["tiers"]
    reached = next(tier for tier in tiers if tier["upTo"] is None or quantity <= Decimal(tier["upTo"]))
    return Decimal(reached["unitPrice"])


def exact_cost(price: Mapping[str, Any], quantity: Decimal) -> Decimal:
    return _EXACT.multiply(quantity, unit_rate(price, quantity))


def rate(price: Mapping[str, Any], quantity: Decimal, *, tax_percent: Decimal, inclusive: bool) -> Amount:
    """A line's amount. Where the price includes the tax, price and tax add up to exactly what was asked."""
    gross = rounded(exact_cost(price, quantity))
    unit_price = unit_rate(price, quantity)
    if inclusive:
        return split(gross, unit_price, tax_percent)
    tax = rounded(_EXACT.divide(_EXACT.multiply(gross, tax_percent), Decimal(100)))
    return Amount(gross, tax, unit_price)


def split(gross: Decimal, unit_price: Decimal, tax_percent: Decimal) -> Amount:
    """An amount with its tax in it, taken apart."""
    net = rounded(_EXACT.divide(_EXACT.multiply(gross, Decimal(100)), _EXACT.add(Decimal(100), tax_percent)))
    return Amount(net, _EXACT.subtract(gross, net), unit_price)


def share(whole: Decimal, units: Decimal, of: Decimal) -> Decimal:
    """What so many units of a line come to; of all of them it is the whole."""
    return rounded(_EXACT.divide(_EXACT.multiply(whole, units), of))


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(ATOM, rounding=ROUND_HALF_EVEN, context=_EXACT)


def total(amounts: Sequence[Decimal]) -> Decimal:
    result = Decimal(0)
    for amount in amounts:
        result = _EXACT.add(result, amount)
    return result


def plain(amount: Decimal) -> str:
    """As the API writes amounts: no exponent, at least cents, no zeros after what is significant, and no minus zero."""
    text = f"{amount or abs(amount):f}"
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.rstrip('0'):0<2}"


def atoms(amount: Decimal) -> int:
    """In billionths of the currency."""
    return int(rounded(amount).scaleb(9, context=_EXACT))


def from_atoms(count: int) -> Decimal:
    return Decimal(count).scaleb(-9, context=_EXACT)
