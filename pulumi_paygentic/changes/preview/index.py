"""Every catalog object of a stack before and after, found by its URN and by its id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pulumi_paygentic.changes.object_change import Op
from pulumi_paygentic.changes.preview.resource import Resource, kind_of, resource, type_of

_OPS: Final[Mapping[str, Op]] = {
    "create-replacement": "replace",
    "import-replacement": "import",
    "read-replacement": "read",
}
_SIDE_STEPS: Final = frozenset({"delete-replaced", "discard", "discard-replaced", "remove-pending-replace"})
"""Parts of an operation that another step announces as a whole."""
_STACK: Final = "pulumi:pulumi:Stack"
_QUIET: Final = frozenset({"same", "refresh", "read"})


@dataclass(slots=True)
class Entry:
    """One resource: its operation, and its state before and after; `recorded` is the state before a refresh."""

    urn: str
    op: Op = "same"
    before: Resource | None = None
    after: Resource | None = None
    recorded: Resource | None = None

    @property
    def either(self) -> Resource:
        """The state after, or before if there is none after."""
        found = self.after or self.before
        assert found is not None  # noqa: S101  an entry is made of a step, which has one of them
        return found

    @property
    def drifted(self) -> bool:
        """Return whether a refresh found other values in the account, or no object at all."""
        return self.recorded is not None and (self.before is None or self.recorded.inputs != self.before.inputs)

    @property
    def stays(self) -> bool:
        """Return whether the object after is the object before."""
        return self.before is not None and self.after is not None and self.op != "replace"

    def undo_drift(self) -> None:
        """Turn a step of a refresh, from the state to the account, into the change of an `up`, back to the state."""
        if self.op == "update" and self.before is not None and self.after is not None:
            self.recorded = self.before
            self.before, self.after = replace(self.after, id=self.before.id), self.before
        elif self.op == "delete":
            self.recorded = self.after = self.before
            self.before, self.op = None, "create"


@dataclass(slots=True)
class Index:
    """All catalog objects of a preview.

    `leftovers` are objects that an earlier, interrupted run left to be deleted; `others` counts resources of other
    packages by operation; `unknown_kinds` counts resources of ours of kinds that this version does not have.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    leftovers: list[Resource] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    unknown_kinds: Counter[str] = field(default_factory=Counter)
    by_id: dict[str, Entry] = field(default_factory=dict)
    project: str = ""
    stack: str = ""
    stack_ops: set[str] = field(default_factory=set)
    unchanged: int = 0
    has_state: bool = False

    @property
    def is_refresh_only(self) -> bool:
        """Return whether the document is of `pulumi refresh`, which compares the state with the account alone."""
        return self.stack_ops == {"refresh"}

    def step(self, step: Mapping[str, Any]) -> None:
        """Add a step of a preview."""
        urn, op = step["urn"], step["op"]
        if not self.project and urn.count("::") >= 3:
            self.stack, self.project = urn.split("::")[0].rpartition(":")[2], urn.split("::")[1]
        kind = kind_of(urn)
        self.unchanged += op == "same"
        if type_of(urn) == _STACK:
            self.stack_ops.add(op)
        elif kind is None:
            if op not in _QUIET | _SIDE_STEPS and not type_of(urn).startswith("pulumi:"):
                self.others[_OPS.get(op, op)] += 1
        elif op not in _SIDE_STEPS:
            self._ours(urn, op, kind, step)

    def state(self, resources: Iterable[Mapping[str, Any]]) -> None:
        """Add the resources of a stack's state that no step names: they stay as they are."""
        for found in resources:
            urn = found.get("urn")
            kind = kind_of(urn) if isinstance(urn, str) else None
            if kind is not None and urn not in self.entries and not found.get("delete"):
                self._ours(str(urn), "same", kind, {"oldState": found, "newState": found})
        self.has_state = True

    def close(self) -> None:
        """Make the index by id, once every step is there; a refresh alone is read as what `up` would undo."""
        if self.is_refresh_only:
            for entry in self.entries.values():
                entry.undo_drift()
        for entry in self.entries.values():
            if entry.before is not None and entry.before.id is not None:
                self.by_id[entry.before.id] = entry

    def of_kind(self, kind: str) -> Iterator[Entry]:
        """Every object of a kind."""
        return (entry for entry in self.entries.values() if entry.either.kind.__name__ == kind)

    def _ours(self, urn: str, op: str, kind: str, step: Mapping[str, Any]) -> None:
        old, new = step.get("oldState"), step.get("newState")
        try:
            before = resource(urn, kind, old) if old else None
            after = resource(urn, kind, new) if new else None
        except LookupError:
            self.unknown_kinds[kind] += 1
            return
        if op == "delete" and before is not None and old and old.get("delete"):
            self.leftovers.append(before)
            return
        entry = self.entries.setdefault(urn, Entry(urn))
        if op == "refresh":
            entry.recorded = before
            if entry.after is None:
                entry.before = entry.after = after or before
            return
        entry.op = _OPS.get(op, op)  # type: ignore[arg-type]  # the rest of Pulumi's words are ours as well
        entry.before, entry.after = before, after
