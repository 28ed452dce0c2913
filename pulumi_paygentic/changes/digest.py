"""The digest of a changeset: the same for the same change, on every machine and in every run.

It is made of the values that change: names, amounts, terms and operations. Ids, times, paths, line numbers, the stack
and the account take no part, nor do subscribers and money, which move by themselves. So what was reviewed can be
compared with what is about to be applied.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from pulumi_paygentic.changes.changeset import Changeset, LineChange, ObjectChange, PlanChange

_FORMAT: Final = "1"
"""Part of what is hashed: another one makes other digests."""
_LENGTH: Final = 16


def digest(changeset: Changeset) -> str:
    """Return the digest: 16 hexadecimal digits of a SHA-256."""
    content = {
        "format": _FORMAT,
        "objects": sorted(_text(_object(change)) for change in changeset.objects),
        "plans": sorted(_text(_plan(plan)) for plan in changeset.plans),
        "gaps": sorted(changeset.gaps),
        "errors": len(changeset.errors),
    }
    return hashlib.sha256(_text(content).encode()).hexdigest()[:_LENGTH]


def _text(value: Any) -> str:
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def _object(change: ObjectChange) -> list[Any]:
    fields = sorted(_text([field.path, field.before, field.after]) for field in change.fields)
    return [change.kind, change.name, change.title, change.op, fields, bool(change.retained)]


def _plan(plan: PlanChange) -> list[Any]:
    amounts = [plan.currency_before, plan.currency, plan.cadence_before, plan.cadence]
    lines = sorted(_text(_line(line)) for line in plan.changed_lines)
    return [plan.resource, plan.name, plan.op, *amounts, plan.mints, plan.transition, lines]


def _line(line: LineChange) -> list[Any]:
    return [line.key, line.name, line.name_before, line.op, line.metered, line.before, line.after]


def _plain(value: Any) -> Any:
    """The value in JSON's types, numbers of one value spelled in one way."""
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value) if field.compare}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return {"stands for": value.name} if isinstance(value, Enum) else _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, Decimal | int | float) and not isinstance(value, bool):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        return f"{number.normalize():f}"
    return value
