"""One line of a plan on one bill, rated."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from pulumi_paygentic.changes.impact import Amounts

Unrated = Literal["price", "usage", "model", "cadence", "allowance"]
"""The reason for which a line is left as it was billed, in both amounts.

`price`: the price before or after is not known. `usage`: nobody metered the quantity that it charges for. `model`: the
price is in credits, or of a model that follows from no quantity. `cadence`: a fee turns from recurring to one-time or
back. `allowance`: units that a period includes change, and the invoice does not show what they covered.
"""


@dataclass(slots=True)
class RatedLine:
    """The amounts of a line before tax, its quantity, and what kept it from being rated."""

    amounts: Amounts = field(default_factory=Amounts)
    quantity: Decimal = Decimal(0)
    is_used: bool = False
    unrated: Unrated | None = None
