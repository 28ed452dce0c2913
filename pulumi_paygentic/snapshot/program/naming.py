"""The names of the declarations: of the resource in the stack, and of the variable in the program.

A resource is named after its object, and where two of one kind have one name, after its product or plan as well. A
variable ends in its kind, `minutes_price`; a product's has no ending. The same account gives the same names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from pulumi_paygentic.catalog import Plan, Price, Product
from pulumi_paygentic.snapshot.objects import Ref, SnapshotObject
from pulumi_paygentic.snapshot.program.declaration import lines_of
from pulumi_paygentic.snapshot.program.tables import COLUMNS
from pulumi_paygentic.snapshot.program.words import Allocator, identifier, is_taken, slug
from pulumi_paygentic.snapshot.snapshot import Snapshot

LOOP_VARIABLES: Final = ("line", "metric", "fee", "price", "resource")
"""The variables of loops, which no other variable may be called."""


class Names:
    """Gives names; those in `taken` (of resources by kind, and of variables) are given already."""

    def __init__(self, taken_names: Mapping[str, set[str]] | None = None, taken_variables: Iterable[str] = ()) -> None:
        self._resources = {kind: Allocator(names) for kind, names in (taken_names or {}).items()}
        self._variables = Allocator({*taken_variables, *COLUMNS, *LOOP_VARIABLES})

    def resources(self, snapshot: Snapshot, declared: Iterable[Ref]) -> dict[Ref, str]:
        """A name for each resource."""
        keys = _line_keys(snapshot)
        wanted = {ref: _wanted(snapshot, snapshot[ref], keys.get(ref, set())) for ref in declared}
        count = Counter((ref.kind, name) for ref, names in wanted.items() for name in dict.fromkeys(names))
        given: dict[Ref, str] = {}
        for ref, names in wanted.items():
            unique = [name for name in names if count[ref.kind, name] == 1]
            allocator = self._resources.setdefault(ref.kind, Allocator())
            given[ref] = allocator.give(*unique, names[-1], joint="-")
        return given

    def variable(self, one: SnapshotObject, name: str) -> str:
        """A variable for a resource of this name."""
        wanted = identifier(name, "" if one.kind == Product.__name__ else slug(one.title).rpartition("-")[2])
        if is_taken(wanted):
            wanted = identifier(name, slug(one.title).replace("-", "_"))
        return self._variables.give(wanted, joint="_")

    def free_variable(self, wanted: str) -> str:
        """A variable of this name, numbered if it is given already."""
        return self._variables.give(wanted, joint="_")


def _plain(one: SnapshotObject, keys: set[str]) -> str:
    """The object's own name; a price is named after its line, where all its plans call that the same."""
    name = next(iter(keys)) if len(keys) == 1 else str(one.values.get("key") or one.name)
    return slug(name) or slug(one.title)


def _line_keys(snapshot: Snapshot) -> dict[Ref, set[str]]:
    """The keys of the lines that each price stands on, of those that somebody chose."""
    found: dict[Ref, set[str]] = {}
    for plan in snapshot.of(Plan):
        lines = None if plan.is_archived else lines_of(plan.values.get("prices"))
        for key, price in lines.items() if isinstance(lines, Mapping) else ():
            found.setdefault(price, set()).add(key)
    return found


def _wanted(snapshot: Snapshot, one: SnapshotObject, keys: set[str]) -> list[str]:
    """The names to try: the object's own, then after its plan, if it is a price, after its product, with currency."""
    name = _plain(one, keys)
    product = snapshot.product_of(one)
    parent = slug(product.name) if product and one.kind != Product.__name__ else ""
    names = [[name]]
    if one.kind == Price.__name__:
        plan = next(iter(snapshot.plans_of(one.ref)), None)
        names.append([slug(plan.name) if plan else "", name])
        names.append([parent, *names[-1]])
        names.append([*names[-1], slug(str(plan.values.get("currency"))) if plan else ""])
    else:
        names.append([parent, name])
        names.append([parent, name, slug(str(one.values.get("currency", "")))])
    return ["-".join(part for part in parts if part) for parts in names]
