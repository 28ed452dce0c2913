"""Amounts as decimal strings: Pulumi encodes every number as a float, and cannot encode a Decimal."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pulumi

from pulumi_paygentic.catalog import Field

Path = tuple[int | str, ...]


class InexactAmount(pulumi.RunError):
    """A float in the place of an amount."""


def exact_amounts(field: Field, value: Any, path: Path = ()) -> Any:
    """Return the value with every Decimal, and every int that is an amount, as a decimal string.

    Raises InexactAmount for a float that is an amount: the float 0.1 is another number than the price 0.1.
    """
    match value:
        case pulumi.Output() if field.holds_amounts:
            return value.apply(lambda known: exact_amounts(field, known, path))
        case Decimal():
            return format(value, "f")
        case Mapping():
            return {key: exact_amounts(field, item, (*path, key)) for key, item in value.items()}
        case list() | tuple():
            return [exact_amounts(field, item, (*path, index)) for index, item in enumerate(value)]
        case int() | float() if not isinstance(value, bool) and field.is_amount(path):
            return _text_of(field.name, value, path)
    return value


def _text_of(name: str, value: float, path: Path) -> str:
    if isinstance(value, int):
        return str(value)
    place = name + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    msg = f"{place} is the float {value!r}, and a float does not hold money exactly: write it as a string"
    raise InexactAmount(msg)
