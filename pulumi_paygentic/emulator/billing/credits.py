"""Credits of an entitlement over time, computed from amounts and moments alone.

Usage draws on credits: the lowest priority number first, then the earliest end, then the oldest. At a reset unused
credits roll over within their limits, and new ones are issued.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal

from pulumi_paygentic.emulator.billing.rating import Period
from pulumi_paygentic.emulator.storage.store import Record

NEVER = datetime.max.replace(tzinfo=timezone.utc)
_NONE = Decimal(0)


@dataclass(slots=True)
class Credit:
    left: Decimal
    priority: int
    begins: datetime
    ends: datetime
    least: Decimal
    most: Decimal
    """The least and the most that rolls over at a reset."""

    def roll_over(self) -> Decimal:
        return min(self.most, max(self.left, self.least))


@dataclass(slots=True)
class State:
    """The state of an entitlement at a moment."""

    coming: list[Credit]
    """Grants that are not in effect yet."""
    issued: Credit
    """The credit that was issued for the period."""
    period: Period | None = None
    credits: list[Credit] = field(default_factory=list)
    covered: Decimal = _NONE
    used: Decimal = _NONE
    overage: Decimal = _NONE

    def advance(self, moment: datetime, *, admit: bool = True) -> None:
        """Admit the credits that have begun and drop those that have ended."""
        while admit and self.coming and self.coming[0].begins <= moment:
            self.credits.append(self.coming.pop(0))
        self.credits = [credit for credit in self.credits if credit.ends > moment]

    def reset(self, period: Period, template: Record) -> None:
        """Begin a period: roll credits over, issue new ones, and carry overage along if the template says so."""
        carried = _NONE if self.period is None else self.issued.roll_over()
        self.advance(period.start, admit=False)
        for credit in self.credits:
            credit.left = credit.roll_over()
        overage = self.overage
        self.issued = Credit(
            left=decimal(template.get("issueAfterReset", 0)) + carried,
            priority=template.get("issueAfterResetPriority", 0),
            begins=period.start,
            ends=period.end,
            least=decimal(template.get("resetMinRollover", 0)),
            most=decimal(template.get("resetMaxRollover", 0)),
        )
        self.credits.append(self.issued)
        self.period, self.used = period, _NONE
        self.overage = self.burn(overage) if template.get("preserveOverageAtReset") else _NONE

    def burn(self, amount: Decimal) -> Decimal:
        """Draw an amount from the credits and return the part that they did not cover."""
        for credit in sorted(self.credits, key=lambda credit: (credit.priority, credit.ends, credit.begins)):
            taken = min(credit.left, amount)
            credit.left -= taken
            amount -= taken
        return amount


def decimal(number: float) -> Decimal:
    return Decimal(str(number))
