"""Waivers: exceptions from a gate for one resource, each with a reason, a person and a last day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pulumi_paygentic.changes.gates.grammar import NAMES, Gate, GateError, parse_gate

_FIELDS = ("gate", "resource", "reason", "person", "until")


class WaiverError(ValueError):
    """A file of waivers that can't be used; `reasons` has one sentence for everything that is wrong."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join(self.reasons))


@dataclass(frozen=True, slots=True)
class Waiver:
    """An exception from a gate.

    Args:
        gate: The gate as it is given to `--fail-on`, or the name of one of its conditions.
        resource: The name of the resource in the program, or the name of the plan; for `revenue-drop` the currency.
        reason: The reason, shown wherever the waiver has an effect.
        person: The person who answers for it.
        until: The last day on which it has an effect.

    """

    gate: str
    resource: str
    reason: str
    person: str
    until: date

    def covers(self, gate: Gate, names: tuple[str, ...]) -> bool:
        """Return whether the waiver is about this gate and a resource of one of these names."""
        about = {str(gate), *(condition.name for condition in gate.conditions)}
        return self.gate in about and self.resource in names


def read_waivers(data: Any) -> tuple[Waiver, ...]:
    """Return the waivers in `data`: a mapping with the list `waivers`. Raises `WaiverError` with every reason.

    An empty file has no waivers. A misspelt or missing field is an error, and never a waiver of more than was meant.
    """
    if data is None:
        return ()
    if not isinstance(data, Mapping) or set(data) != {"waivers"} or not isinstance(data["waivers"] or [], list):
        raise WaiverError(["The file must have one entry, `waivers`, with a list."])
    reasons: list[str] = []
    waivers = [_waiver(entry, number, reasons) for number, entry in enumerate(data["waivers"] or [], 1)]
    if reasons:
        raise WaiverError(reasons)
    return tuple(waiver for waiver in waivers if waiver)


def _waiver(entry: Any, number: int, reasons: list[str]) -> Waiver | None:
    before = len(reasons)
    if not isinstance(entry, Mapping):
        reasons.append(f"Waiver {number} is not a mapping of {', '.join(_FIELDS)}.")
        return None
    reasons += [f"Waiver {number} has an unknown field {name}." for name in entry if name not in _FIELDS]
    for name in _FIELDS[:-1]:
        value = entry.get(name)
        if not isinstance(value, str) or not value.strip():
            reasons.append(f"Waiver {number} needs a {name}, as a text.")
    gate = _gate(entry.get("gate"), number, reasons)
    until = _day(entry.get("until"))
    if until is None:
        reasons.append(f"Waiver {number} needs its last day as `until: 2026-12-31`.")
    if len(reasons) > before or until is None:
        return None
    return Waiver(gate, entry["resource"].strip(), entry["reason"].strip(), entry["person"].strip(), until)


def _gate(value: Any, number: int, reasons: list[str]) -> str:
    if not isinstance(value, str) or not value.strip() or value.strip() in NAMES:
        return str(value).strip()
    try:
        return str(parse_gate(value))
    except GateError as error:
        reasons.append(f"Waiver {number}: {error}")
        return ""


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-12-31") else None
    except ValueError:
        return None
