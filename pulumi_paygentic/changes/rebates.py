"""The floor of an invoice: rebates never bring its total, tax included, below zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from pulumi_paygentic.changes.pricing import Pricing

_NOTHING: Final = Decimal(0)


def is_rebate(price: object) -> bool:
    """Return whether a price pays money back for usage."""
    return isinstance(price, Pricing) and bool(price.bands) and price.bands[0].unit_price < 0


def cut_rebates(amounts: Mapping[int, Decimal], rebates: Iterable[int], rest: Decimal) -> dict[int, Decimal]:
    """Return the amounts of those rebates that are cut, so that all amounts and the rest are not below zero.

    Each takes what those before it have left.
    """
    given = [index for index in rebates if amounts[index] < 0]
    total = rest + sum(amounts.values(), _NOTHING)
    if total >= 0 or not given:
        return {}
    left = max(_NOTHING, total - sum((amounts[index] for index in given), _NOTHING))
    cut: dict[int, Decimal] = {}
    for index in given:
        taken = max(amounts[index], -left)
        left += taken
        if taken != amounts[index]:
            cut[index] = taken
    return cut
