"""The rating of a price: from a quantity to an amount, exactly.

This is a reading of the API's published description of its own, made without the emulator's: each is tested against the
other. Tax is left out. Amounts are decimals in the currency of the plan; the only rounding is to the atomic unit in
which the API states amounts, a billionth of the currency's unit.
"""

from pulumi_paygentic.changes.rating.amounts import ATOMIC_PLACES, in_minor_units, minor_places, plus, times, to_atomic
from pulumi_paygentic.changes.rating.charges import Use, band_of, before_tax, charge, cover, covered_after, take_back
from pulumi_paygentic.changes.rating.periods import boundary_after, share_of_period, step, whole_window

__all__ = [
    "ATOMIC_PLACES",
    "Use",
    "band_of",
    "before_tax",
    "boundary_after",
    "charge",
    "cover",
    "covered_after",
    "in_minor_units",
    "minor_places",
    "plus",
    "share_of_period",
    "step",
    "take_back",
    "times",
    "to_atomic",
    "whole_window",
]
