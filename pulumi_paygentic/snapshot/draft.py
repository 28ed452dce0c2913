"""Drafts: objects as their source gives them, with ids. `build` makes a snapshot of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_paygentic.catalog import CatalogObject, Mark, Plan

_ENVELOPE: Final = frozenset({"id", "object"})


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

    @classmethod
    def of_answer(cls, kind: type[CatalogObject], answer: Mapping[str, Any]) -> Draft:
        """The draft of an object as the API answers it, normalised by the provider's own code."""
        flat = kind.flatten(answer)
        wires = {field.wire for field in kind.fields().values()}
        return cls.of_outputs(
            kind,
            str(answer["id"]),
            kind.outputs(answer),
            unknown={
                name: value for name, value in flat.items() if name not in wires | _ENVELOPE and value is not None
            },
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

    def use_lines(self) -> None:
        """Take the prices of a plan from its current version, which alone knows their line keys."""
        current = next((version for version in self.versions or () if version.is_default), None)
        if current is not None and current.lines is not None:
            self.values["prices"] = dict(sorted(current.lines.items()))
