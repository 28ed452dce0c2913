"""The charge of one line for one use, under a pricing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from pulumi_paygentic.changes.pricing import Band, Pricing
from pulumi_paygentic.changes.rating.amounts import plus, times, to_atomic

_NOTHING: Final = Decimal(0)
_WHOLE: Final = Fraction(1)


@dataclass(frozen=True, slots=True)
class Use:
    """The facts that a line is charged for.

    Args:
        quantity: The units of a metered line in the period; of a fee, how many times it is charged.
        covered: The units that grants of the customer pay for.
        share: The billed part of the full period of a fee: less than 1 in a partial first period.
        tax_rate: The rate of a tax that is included in the price, such as 0.19; 0 where tax is added on top.

    """

    quantity: Decimal
    covered: Decimal = _NOTHING
    share: Fraction = _WHOLE
    tax_rate: Decimal = _NOTHING


def charge(pricing: Pricing, use: Use) -> Decimal:
    """Return the amount of the line before tax; negative for a rebate.

    A metered line costs its quantity times the unit price. The band of a volume price is chosen by the whole quantity
    (it ends at its upper end, inclusive) and prices every unit. A fee costs its quantity times the unit price, of which
    a partial first period bills its share; an obligation is never prorated. The older percentage prices have a least
    and a most charge. Raises ValueError for a pricing that can't be rated (`Pricing.is_rateable`).
    """
    if not pricing.is_rateable:
        msg = f"a price of the model {pricing.model} can't be rated" if pricing.bands else "a price without a rate"
        raise ValueError(msg)
    if pricing.basis == "fee":
        full = times(use.quantity, pricing.bands[0].unit_price)
        amount = Fraction(full) * (_WHOLE if pricing.is_obligation else use.share)
        return before_tax(to_atomic(amount), use.tax_rate)
    gross = times(use.quantity, band_of(pricing, use.quantity).unit_price)
    if pricing.minimum is not None:
        gross = max(gross, pricing.minimum)
    if pricing.maximum is not None:
        gross = min(gross, pricing.maximum)
    return before_tax(to_atomic(gross), use.tax_rate)


def cover(pricing: Pricing, use: Use) -> Decimal:
    """Return the discount for the units that grants pay for: zero or negative."""
    if not use.covered or pricing.basis == "fee":
        return _NOTHING
    gross = times(-use.covered, band_of(pricing, use.quantity).unit_price)
    return before_tax(to_atomic(gross), use.tax_rate)


def band_of(pricing: Pricing, quantity: Decimal) -> Band:
    """Return the first band that the quantity is not above; the last one for what no band holds."""
    for band in pricing.bands:
        if band.up_to is None or quantity <= band.up_to:
            return band
    return pricing.bands[-1]


def take_back(pricing: Pricing, units: Decimal, use: Use) -> Decimal:
    """Return the amount of a refund of so many units (negative), at the unit price that the use had."""
    return before_tax(to_atomic(times(units, band_of(pricing, use.quantity).unit_price)), use.tax_rate)


def covered_after(before: Pricing, after: Pricing, use: Use) -> Decimal:
    """Return the units that grants would pay for under another allowance, for the same usage.

    Units beyond the old allowance came from other grants, and stay.
    """
    if not after.covers_grants:
        return _NOTHING
    old = _issued(before) if before.covers_grants else _NOTHING
    others = max(_NOTHING, plus(use.covered, -old))
    return min(use.quantity, plus(_issued(after), others))


def _issued(pricing: Pricing) -> Decimal:
    return _NOTHING if pricing.allowance is None or pricing.allowance.units is None else pricing.allowance.units


def before_tax(amount: Decimal, tax_rate: Decimal) -> Decimal:
    """The amount without the tax that it includes; the API states both, each in its atomic unit."""
    return to_atomic(Fraction(amount) / (1 + Fraction(tax_rate))) if tax_rate else amount
