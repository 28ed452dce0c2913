"""The time between two charges, as a value that compares and reads well."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from pulumi_paygentic.catalog.times import canonical_duration

_WORDS: Final = {(1, 0): "month", (3, 0): "quarter", (12, 0): "year", (0, 1): "day", (0, 7): "week"}


@dataclass(frozen=True)
class Cadence:
    """A duration of months, days and seconds; `P1Y` and `P12M` are equal, and all zero means once.

    `text` is the duration as it was spelled; it takes no part in comparisons.
    """

    months: int
    days: int
    seconds: int
    text: str = field(compare=False)

    @classmethod
    def of(cls, text: str) -> Cadence:
        """Read an ISO 8601 duration such as `P1M`. Raises ValueError for anything else."""
        months, rest = canonical_duration(text).removeprefix("P").split("M", 1)
        days, seconds = rest.removesuffix("S").split("DT")
        return cls(int(months), int(days), int(seconds), text)

    @property
    def is_once(self) -> bool:
        """Return whether nothing recurs: `P0D`."""
        return not (self.months or self.days or self.seconds)

    @property
    def noun(self) -> str:
        """The period as a noun, such as `month` or `6 months`; `once` for a single charge; else the duration itself."""
        if self.is_once:
            return "once"
        if self.seconds:
            return self.text
        if known := _WORDS.get((self.months, self.days)):
            return known
        if not self.days:
            return f"{self.months // 12} years" if self.months % 12 == 0 else f"{self.months} months"
        return self.text if self.months else f"{self.days} days"
