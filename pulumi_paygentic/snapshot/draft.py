"""Drafts: objects as their source gives them, with ids. `build` makes a snapshot of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from pulumi_paygentic.catalog import CatalogObject, Field, Mark, Plan
from pulumi_paygentic.snapshot.unknown_fields import unknown_in

_GENERATED: Final = re.compile(r"line_[A-Za-z0-9]{12,}")
"""The keys that the API gives to lines without one."""


@dataclass(slots=True)
class DraftVersion:
    """One version of a plan, its price ids by line key."""

    number: int
    id: str
    is_default: bool
    status: str
    subscriptions: int
    lines: Mapping[str, str] | None = None


@dataclass(slots=True)
class Draft:
    """One object with its ids. `values` and `computed` are by field name; see `SnapshotObject` for their meaning."""

    kind: str
    id: str
    values: dict[str, Any]
    computed: dict[str, Any] = field(default_factory=dict)
    unknown: dict[str, Any] = field(default_factory=dict)
    mark: Mark | None = None
    versions: list[DraftVersion] | None = None
    resource: str | None = None
    declared: frozenset[str] | None = None
    merchant_id: str | None = None

    @classmethod
    def of_answer(cls, kind: type[CatalogObject], answer: Mapping[str, Any]) -> Draft:
        """The draft of an object as the API answers it, normalised by the provider's own code."""
        return cls.of_outputs(
            kind,
            str(answer["id"]),
            kind.outputs(answer),
            unknown=unknown_in(kind, answer),
            mark=Mark.of(answer.get("metadata") or {}) if kind.marked else None,
        )

    @classmethod
    def of_outputs(
        cls,
        kind: type[CatalogObject],
        object_id: str,
        outputs: Mapping[str, Any],
        *,
        unknown: dict[str, Any] | None = None,
        mark: Mark | None = None,
    ) -> Draft:
        """The draft of an object whose values stand by field name: a program's inputs apart from the API's own."""
        values: dict[str, Any] = {}
        computed: dict[str, Any] = {}
        for name, known in kind.fields().items():
            if outputs.get(name) is None or name == "merchant_id":
                continue
            if known.behaviour.is_sent:
                values[name] = outputs[name]
            elif not known.behaviour.is_input:
                computed[name] = outputs[name]
        if kind is Plan and isinstance(values.get("prices"), list):
            values["prices"] = sorted(values["prices"])
        return cls(kind.__name__, object_id, values, computed, unknown or {}, mark)

    @property
    def archived(self) -> bool:
        """Return whether the account has the object only for the record."""
        return bool(self.computed.get("deleted_at") or self.unknown.get("deletedAt") or self.unknown.get("archivedAt"))

    def use_lines(self) -> None:
        """Take the prices of a plan from its current version, which alone knows their line keys.

        Keys that the API made up are ids: where no other stands in a plan, its prices stay a list.
        """
        current = next((version for version in self.versions or () if version.is_default), None)
        if current is not None and current.lines is not None:
            keyed = not all(_GENERATED.fullmatch(key) for key in current.lines)
            self.values["prices"] = dict(sorted(current.lines.items())) if keyed else sorted(current.lines.values())


def canonical(field: Field, value: Any) -> Any:
    """The value in the provider's own form; one that is not of the field's type, such as an older model, stays."""
    with suppress(ValidationError):
        return field.canonical(value)
    return value
