"""Prices, plans and their subscribers in words: plain text, which a renderer escapes as its format needs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from pulumi_paygentic.changes.cadence import Cadence
from pulumi_paygentic.changes.changeset import LineChange, Move, PlanChange, Subscribers
from pulumi_paygentic.changes.comparison import BandChange, amount_at
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.render.money import money, number
from pulumi_paygentic.changes.values import UNKNOWN, Unknown

NOTHING = "none"
"""Stands where there is no line or no band."""
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""In English whatever the locale."""
_CADENCES: Final = {"P1M": "monthly", "P3M": "quarterly", "P1Y": "yearly"}


def count(amount: int, noun: str, plural: str | None = None) -> str:
    """`1 plan`, `2 plans`."""
    return f"{amount:,} {noun if amount == 1 else plural or f'{noun}s'}"


def cadence_word(cadence: str) -> str:
    """`monthly` of `P1M`; other durations as they are."""
    return _CADENCES.get(cadence, cadence)


def period(cadence: str) -> str:
    """`month` of `P1M`."""
    try:
        return Cadence.of(cadence).noun
    except ValueError:
        return cadence


def per(pricing: Pricing, line: LineChange, cadence: str) -> str:
    """`per call`, `per month` or `once`: the thing that one unit price buys."""
    if pricing.basis != "fee":
        return f"per {line.unit or pricing.per}"
    noun = period(cadence) if pricing.cadence is None else pricing.cadence.noun
    return noun if noun == "once" else f"per {noun}"


def amount(value: Decimal | None, pricing: Pricing, line: LineChange, plan: PlanChange, *, before: bool = False) -> str:
    """`49.00 USD per month`; a share as `2.5 % of the amount`."""
    if value is None:
        return NOTHING
    cadence = plan.cadence_before if before else plan.cadence
    if pricing.basis == "share":
        share = value * 100 if pricing.model != "percentage" else value
        return f"{number(share)} % of the amount"
    if pricing.pricing_unit_id is not None:
        return f"{number(value)} credits {per(pricing, line, cadence)}"
    currency = plan.currency_before if before else plan.currency
    return f"{money(value, currency)} {per(pricing, line, cadence)}"


def price(pricing: Pricing | Unknown | None, line: LineChange, plan: PlanChange, *, before: bool = False) -> str:
    """A whole price in one cell: its tiers as `up to 1,000: ...; above: ...`, and its terms."""
    if pricing is None:
        return NOTHING
    if pricing is UNKNOWN:
        return "not known" if before else "known after up"
    if not pricing.bands:
        return f"{pricing.model} price"
    shown = [
        (band.up_to, amount(amount_at(pricing, band.up_to or band.over + 1), pricing, line, plan, before=before))
        for band in pricing.bands
    ]
    if len(shown) == 1:
        return ", ".join([shown[0][1], *notes(pricing)])
    tiers = [f"{'above' if up_to is None else f'up to {number(up_to)}'}: {text}" for up_to, text in shown]
    return "; ".join(tiers)


def notes(pricing: Pricing) -> list[str]:
    """The terms that a reader needs beside an amount: a fee's moment, its quantity, an allowance."""
    found = [pricing.payment_term.replace("_", " ")] if pricing.basis == "fee" else []
    if pricing.quantity != 1:
        found.append(f"{pricing.quantity:,} times")
    if pricing.allowance is not None and pricing.allowance.units is not None:
        found.append(f"{number(pricing.allowance.units)} included")
    return found


def band(change: BandChange) -> str:
    """`up to 1,000`, `above 1,000` or both; empty of a price without tiers."""
    if change.up_to is None:
        return f"above {number(change.over)}" if change.over else ""
    return f"{number(change.over)} to {number(change.up_to)}" if change.over else f"up to {number(change.up_to)}"


def version(plan: PlanChange) -> str:
    """`version 3 → 4`, as far as it is known."""
    if plan.version_before is not None and plan.version_after is not None:
        return f"version {plan.version_before} → {plan.version_after}"
    if plan.version_after is not None:
        return f"version {plan.version_after}"
    if plan.version_before is not None:
        return f"version {plan.version_before} → next" if plan.mints else f"version {plan.version_before}"
    return "new version" if plan.mints else ""


def subscribers(found: Subscribers) -> str:
    """The number of subscribers, and when they move."""
    if not found.total:
        return "no subscribers"
    moves = [f"{one.count:,} {_move(one)}" for one in found.moves if one.count]
    if not moves:
        moves = [f"{found.pinned:,} pinned"] if found.pinned else []
    return count(found.total, "subscriber") + (f": {', '.join(moves)}" if moves else "")


def _move(move: Move) -> str:
    if move.moment == "now":
        return "at once"
    if move.moment == "never":
        return "never, pinned to their version"
    return f"at the end of their period{span(move.first, move.last)}"


def span(first: date | None, last: date | None) -> str:
    """` (1 Dec 2026 to 25 Dec 2026)`, as far as it is known."""
    if first is None or last is None:
        return ""
    begin, end = (f"{day.day} {_MONTHS[day.month - 1]} {day.year}" for day in (first, last))
    return f" ({begin})" if first == last else f" ({begin} to {end})"
