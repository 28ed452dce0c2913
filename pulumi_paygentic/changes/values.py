"""Values that a preview shows in the place of others: not known yet, not shown, not there."""

from __future__ import annotations

import enum
from typing import Any, Final

from pulumi_paygentic.catalog.unknown import UNKNOWN, Unknown

__all__ = ["ABSENT", "SECRET", "UNKNOWN", "Hidden", "Unknown", "Value"]

Value = Any
"""A value of an argument as in JSON, or one of the three stand-ins, at any depth: `UNKNOWN`, `SECRET`, `ABSENT`."""


class Hidden(enum.Enum):
    """The two reasons for which a value is not shown."""

    SECRET = "[secret]"  # noqa: S105  # as Pulumi shows it
    ABSENT = "absent"

    def __repr__(self) -> str:
        return self.name


SECRET: Final = Hidden.SECRET
"""Stands for a value that Pulumi holds as a secret: it changed, and nobody sees into what."""
ABSENT: Final = Hidden.ABSENT
"""Stands for a value that is not declared at all."""
