"""Two pricings of one line, compared: unit prices band by band, and the terms beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pulumi_paygentic.changes.pricing import Pricing

Direction = Literal["same", "up", "down", "mixed", "terms"]
"""The effect on the amount: `mixed` if it depends on the quantity, `terms` if something else than an amount changes."""


@dataclass(frozen=True, slots=True)
class BandChange:
    """The price of one unit, for quantities above `over` up to and including `up_to`; None where there is no band."""

    over: Decimal
    up_to: Decimal | None
    before: Decimal | None
    after: Decimal | None

    @property
    def percent(self) -> Decimal | None:
        """Return the change in per cent of the old price; None if there is none, or it is zero."""
        if not self.before or self.after is None:
            return None
        return (self.after - self.before) * 100 / abs(self.before)


@dataclass(frozen=True, slots=True)
class TermChange:
    """Something beside the amounts that changes, such as `charged`: `in arrears` to `in advance`."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The bands of both pricings side by side, the changed terms, and the direction of the amounts."""

    bands: tuple[BandChange, ...]
    terms: tuple[TermChange, ...]

    @property
    def direction(self) -> Direction:
        """Return the direction in which the amounts change."""
        signs = {
            (band.after > band.before) - (band.after < band.before)
            for band in self.bands
            if band.before is not None and band.after is not None
        } - {0}
        if len(signs) > 1 or any(band.before is None or band.after is None for band in self.bands):
            return "mixed"
        if not signs:
            return "terms" if self.terms else "same"
        return "up" if signs == {1} else "down"

    @property
    def percent(self) -> Decimal | None:
        """Return the largest change of a band in per cent, by its size; None if no band has one."""
        known = [band.percent for band in self.bands if band.percent is not None]
        return max(known, key=abs) if known else None


def compare(before: Pricing, after: Pricing) -> Comparison:
    """Compare two pricings; the unit price of a fee is that of its whole quantity."""
    return Comparison(tuple(_bands(before, after)), tuple(_terms(before, after)))


def amount_at(pricing: Pricing, quantity: Decimal) -> Decimal | None:
    """The unit price at a quantity above zero, a fee's times its quantity; None beyond the last band."""
    for band in pricing.bands:
        if band.up_to is None or quantity <= band.up_to:
            return band.unit_price * pricing.quantity
    return None


def _bands(before: Pricing, after: Pricing) -> Iterator[BandChange]:
    """The bands of both, cut at the bounds of either."""
    bounds = {band.up_to for pricing in (before, after) for band in pricing.bands if band.up_to is not None}
    over = Decimal(0)
    for up_to in (*sorted(bounds), None):
        within = over + 1 if up_to is None else up_to
        old, new = amount_at(before, within), amount_at(after, within)
        if old is not None or new is not None:
            yield BandChange(over, up_to, old, new)
        over = over if up_to is None else up_to


def _terms(before: Pricing, after: Pricing) -> Iterator[TermChange]:
    for (name, old), (_, new) in zip(terms(before), terms(after), strict=True):
        if old != new:
            yield TermChange(name, old, new)


def terms(pricing: Pricing) -> tuple[tuple[str, str], ...]:
    """The terms of a pricing in words, always the same ones in the same order."""
    source, allowance = pricing.source, pricing.allowance
    included = "nothing" if allowance is None or allowance.units is None else f"{allowance.units:f}"
    return (
        ("model", pricing.model if pricing.basis != "share" else f"{pricing.model}, a share of an amount"),
        ("charged", pricing.payment_term.replace("_", " ")),
        ("every", "as the plan" if pricing.cadence is None else pricing.cadence.noun),
        ("quantity", str(pricing.quantity)),
        ("included", included),
        ("use ends with the allowance", _yes(allowance is not None and allowance.is_hard_limit)),
        ("allowance taken off the bill", _yes(pricing.covers_grants)),
        ("obligation", _yes(pricing.is_obligation)),
        ("paid in", "money" if pricing.pricing_unit_id is None else f"credits {pricing.pricing_unit_id}"),
        ("minimum", "none" if pricing.minimum is None else f"{pricing.minimum:f}"),
        ("maximum", "none" if pricing.maximum is None else f"{pricing.maximum:f}"),
        ("counts", _counted(source.aggregation, source.event_type, source.value_property)),
    )


def _counted(aggregation: str | None, event_type: str | None, value_property: str | None) -> str:
    counted = f"{aggregation or 'fee'} of {value_property or 'events'}"
    return f"{counted} {event_type}" if event_type else counted


def _yes(value: bool) -> str:  # noqa: FBT001  a value to show
    return "yes" if value else "no"
