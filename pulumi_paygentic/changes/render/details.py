"""The technical list of a changeset, line by line, as in a diff: `+` for what is new, `-` for what goes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pulumi_paygentic.changes.changeset import Changeset, FieldChange, ObjectChange
from pulumi_paygentic.changes.values import ABSENT, SECRET, UNKNOWN

_SIGNS: Final = {"create": "+", "gone": "+", "import": "+", "delete": "-", "retain": "-", "update": "!", "replace": "!"}


def technical(changeset: Changeset) -> Iterator[str]:
    """Yield the lines: one for each object, then its fields."""
    for change in changeset.objects:
        yield f"{_SIGNS.get(change.op, '!')} {change.op} {change.kind} {change.name}{_where(change)}"
        if change.op in {"update", "replace", "drift"}:
            yield from (f"    {line}" for line in _fields(change.fields))
        if change.drift and change.op != "drift":
            yield "    changed by hand:"
            yield from (f"      {line}" for line in _fields(change.drift))


def shown(value: Any) -> str:
    """A value as in JSON, with words for the stand-ins."""
    if value is UNKNOWN:
        return "(known after up)"
    if value is SECRET:
        return "(secret)"
    if value is ABSENT:
        return "(none)"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _fields(fields: Sequence[FieldChange]) -> Iterator[str]:
    return (f"{field.path}: {shown(field.before)} → {shown(field.after)}" for field in fields)


def _where(change: ObjectChange) -> str:
    identity = f" {change.id}" if change.id else ""
    return identity if change.position is None else f"{identity} ({change.position.file}:{change.position.line})"
