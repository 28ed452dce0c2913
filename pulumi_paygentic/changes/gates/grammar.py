"""The grammar of gates: one condition, or several joined by `and`.

    gate      = condition { "and" condition }
    condition = ( "price-increase" | "increase-for-existing-subscribers" | "revenue-drop" ) [ ">" NUMBER "%" ]
              | "more-than" WHOLE-NUMBER "customers"
              | "replace" | "delete" | "unknown"

Without a number the first three mean any increase or drop. Spaces around `>` and `%` are optional.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, cast, get_args

Name = Literal[
    "price-increase", "increase-for-existing-subscribers", "revenue-drop", "more-than", "replace", "delete", "unknown"
]
NAMES: Final = get_args(Name)
_PERCENT: Final = frozenset(NAMES[:3])

ALLOWED: Final = (
    "price-increase[>N%], increase-for-existing-subscribers[>N%], revenue-drop[>N%], more-than N customers, replace,"
    " delete, unknown; several joined by `and`"
)
"""All gates, for messages."""

_CONDITION: Final = re.compile(
    r"(?P<name>[a-z]+(?:-[a-z]+)*)\s*(?:(?P<sign>[<>=!]+)\s*(?P<percent>[0-9.,]+)\s*(?P<unit>%?)|(?P<rest>\S.*))?",
    re.ASCII | re.IGNORECASE,
)


class GateError(ValueError):
    """A gate that can't be read; the text says what is wrong and what is allowed."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: its name, and its threshold in per cent or in customers; zero if it has none."""

    name: Name
    threshold: Decimal = Decimal(0)

    def __str__(self) -> str:
        if self.name == "more-than":
            return f"more-than {self.threshold:f} customers"
        return f"{self.name}>{self.threshold:f}%" if self.threshold else self.name


@dataclass(frozen=True, slots=True)
class Gate:
    """Conditions that must all hold, for one plan or object, for the gate to say no."""

    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        return " and ".join(map(str, self.conditions))


def parse_gate(text: str) -> Gate:
    """Return the gate that `text` says. Raises `GateError`."""
    parts = re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE)
    return Gate(tuple(_condition(part, text) for part in parts))


def _condition(part: str, text: str) -> Condition:
    match = _CONDITION.fullmatch(part.strip())
    if match is None:
        raise _error(text, f"{part.strip()!r} is no condition" if part.strip() else "it is empty")
    name = match["name"].lower()
    if name not in NAMES:
        close = difflib.get_close_matches(name, NAMES, n=1)
        raise _error(text, f"there is no {name}" + (f"; did you mean {close[0]}?" if close else ""))
    known = cast("Name", name)
    if known == "more-than":
        return _more_than(match["rest"] or "", text)
    if match["rest"]:
        raise _error(text, f"{match['rest']!r} after {name} is not understood")
    if not match["sign"]:
        return Condition(known)
    if known not in _PERCENT:
        raise _error(text, f"{name} takes no number")
    if match["sign"] != ">" or not match["unit"]:
        raise _error(text, f"write the threshold as {name}>10%")
    return Condition(known, _number(match["percent"], text))


def _more_than(rest: str, text: str) -> Condition:
    match = re.fullmatch(r"([0-9]{1,9})\s+customers?", rest.strip(), re.ASCII | re.IGNORECASE)
    if match is None:
        raise _error(text, "write it as more-than 50 customers")
    return Condition("more-than", Decimal(match[1]))


def _number(digits: str, text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", digits, re.ASCII):
        raise _error(text, f"{digits} is not a number such as 10 or 2.5")
    return Decimal(digits)


def _error(text: str, reason: str) -> GateError:
    return GateError(f"The gate {text!r} can't be read: {reason}. Allowed: {ALLOWED}.")
