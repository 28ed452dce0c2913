"""The value of an argument that a preview does not know yet."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, Final


class Unknown(enum.Enum):
    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN
"""Stands for a value that only `up` will know; every rule lets it pass."""


def has_unknown(value: Any) -> bool:
    """Return whether the value is unknown, or holds an unknown value at any depth."""
    if value is UNKNOWN:
        return True
    if isinstance(value, Mapping):
        return any(has_unknown(v) for v in value.values())
    if isinstance(value, list | tuple):
        return any(has_unknown(v) for v in value)
    return False
