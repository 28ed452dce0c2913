"""Money, numbers and dates as a person reads them. Decimal strings stay exact: no digit is rounded or made up."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Context, Decimal, localcontext

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent

from pulumi_paygentic.emulator.storage.clock import parse_date_time

_LOCALE = Locale.parse("en_US")
_NO_COUNTRIES = {"EU", "EZ", "UN", "XA", "XB", "ZZ"}
_DAYS = {"Y": "year", "M": "month", "W": "week", "D": "day"}
_UNCOUNTED = {"bandwidth", "compute", "data", "hr", "hrs", "min", "mins", "sec", "secs", "storage", "traffic", "usage"}
_HOURS = {"H": "hour", "M": "minute", "S": "second"}


def money(amount: str | Decimal, currency: str) -> str:
    """`$0.001`: every digit that is there, and at least those that the currency has."""
    with localcontext(_exact(amount)):
        return format_currency(Decimal(amount), currency, locale=_LOCALE, decimal_quantization=False)


def number(amount: str | Decimal | int) -> str:
    with localcontext(_exact(amount)):
        return format_decimal(Decimal(amount), locale=_LOCALE, decimal_quantization=False)


def percent(share: str) -> str:
    with localcontext(_exact(share)):
        return format_percent(Decimal(share), locale=_LOCALE, decimal_quantization=False)


def counted(amount: str | Decimal | int, unit: str) -> str:
    """`1 submission`, `2 submissions`, `2.5 GB`, however the merchant wrote the unit."""
    return f"{number(amount)} {singular(unit) if Decimal(amount) == 1 else plural(unit)}"


def plural(unit: str) -> str:
    word = singular(unit)
    if not _inflects(word):
        return unit
    if re.search(r"[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}es" if re.search(r"(s|x|z|ch|sh)$", word) else f"{word}s"


def singular(unit: str) -> str:
    if not _inflects(unit) or not unit.endswith("s") or re.search(r"(s|u|i)s$", unit):
        return unit
    if re.search(r"[^aeiou]ies$", unit) and len(unit) > len("ties"):
        return f"{unit[:-3]}y"
    return unit[:-2] if re.search(r"(ss|x|zz|ch|sh)es$", unit) else unit[:-1]


def _inflects(unit: str) -> bool:
    """Tell plain English words from symbols, abbreviations, amounts (`1K tokens`) and uncountable nouns."""
    last = re.split(r"[^a-z]", unit)[-1]
    return len(last) > 2 and last not in _UNCOUNTED and not unit[0].isdigit()


def product(amount: str, factor: int) -> Decimal:
    """The exact product, however many digits there are."""
    with localcontext(_exact(amount)):
        return Decimal(amount) * factor


def date(stamp: str | datetime) -> str:
    return format_date(_datetime(stamp), "d MMM y", locale=_LOCALE)


def month(stamp: datetime) -> str:
    return format_date(stamp, "MMM y", locale=_LOCALE)


def moment(stamp: str | datetime) -> str:
    return format_datetime(_datetime(stamp), "d MMM y, HH:mm 'UTC'", locale=_LOCALE)


def every(duration: str) -> str:
    """`P1M` is `every month`, `P3M` is `every 3 months`."""
    span = _span(duration)
    return f"every {span.removeprefix('1 ')}" if _is_one(span) else f"every {span}"


def each(duration: str) -> str:
    """The period as a noun: `each month`, `each period of 3 months`."""
    span = _span(duration)
    return f"each {span.removeprefix('1 ')}" if _is_one(span) else f"each period of {span}"


def countries() -> list[tuple[str, str]]:
    """List the countries' codes and names, by name."""
    named = _LOCALE.territories.items()
    codes = ((code, name) for code, name in named if re.fullmatch(r"[A-Z]{2}", code) and code not in _NO_COUNTRIES)
    return sorted(codes, key=lambda entry: entry[1])


def _span(duration: str) -> str:
    date, _, time = duration.removeprefix("P").partition("T")
    parts = [
        (int(count), units[unit])
        for text, units in ((date, _DAYS), (time, _HOURS))
        for count, unit in re.findall(r"(\d+)(\w)", text)
    ]
    return " and ".join(f"{count} {unit}" if count == 1 else f"{count} {unit}s" for count, unit in parts)


def _is_one(span: str) -> bool:
    return span.startswith("1 ") and " and " not in span


def _datetime(stamp: str | datetime) -> datetime:
    return stamp if isinstance(stamp, datetime) else parse_date_time(stamp)


def _exact(amount: str | Decimal | int) -> Context:
    return Context(prec=len(str(amount)) + 30)
