"""The declarations of a program: each object of a snapshot with the arguments that differ from the API's defaults."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_paygentic.catalog import MISSING, CatalogObject, Field, Plan, Violation
from pulumi_paygentic.snapshot.objects import Dangling, Ref, SnapshotObject, map_references
from pulumi_paygentic.snapshot.snapshot import Snapshot

_GENERATED_KEY: Final = re.compile(r"line_[A-Za-z0-9]{12,}")


@dataclass(frozen=True)
class Declaration:
    """One resource of the program. In `arguments` a `Ref` names another declaration; an id stands as text."""

    one: SnapshotObject
    name: str
    variable: str
    arguments: Mapping[str, Any]
    notes: tuple[str, ...] = field(default=())
    """Sentences that the program has as comments above the declaration."""

    @property
    def kind(self) -> type[CatalogObject]:
        """The object's kind."""
        kind = self.one.type
        assert kind is not None  # noqa: S101  an object of an unknown kind is never declared
        return kind


def arguments_of(snapshot: Snapshot, one: SnapshotObject, declared: Mapping[Ref, object]) -> dict[str, Any]:
    """The arguments that declare the object as it is, without those that are equal to the API's defaults.

    A reference to an object that the program does not declare stands as its id.
    """

    def reference(target: Ref | Dangling) -> Any:
        if target in declared:
            return target
        found = snapshot.find(target)
        return found.id if found is not None else str(target)

    kind = one.type
    assert kind is not None  # noqa: S101
    values = {
        name: map_references(one.values[name], reference)
        for name, known in kind.inputs().items()
        if one.values.get(name) is not None and known.behaviour.is_sent and name != "merchant_id"
    }
    arguments = {name: value for name, value in values.items() if not _is_default(kind.inputs()[name], value)}
    if len(arguments) < len(values):  # a rule may ask for an argument although it has the default
        asked = {violation.argument for violation in _violations(snapshot, kind, arguments)}
        arguments = {name: value for name, value in values.items() if name in arguments or name in asked}
    if kind is Plan and not arguments.get("prices", True):
        del arguments["prices"]  # a plan version holds at least one price
    elif kind is Plan and "prices" in arguments:
        arguments["prices"] = lines_of(arguments["prices"])
    return arguments


def with_ids(snapshot: Snapshot, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with ids in the place of references, as the provider gets them."""

    def to_id(reference: Ref | Dangling) -> Any:
        target = snapshot.find(reference)
        return str(reference) if target is None else target.id

    return {name: map_references(value, to_id) for name, value in arguments.items()}


def problems_of(snapshot: Snapshot, one: SnapshotObject, arguments: Mapping[str, Any]) -> Iterator[str]:
    """Yield each reason for which the provider would refuse the arguments."""
    assert one.type is not None  # noqa: S101
    yield from map(str, _violations(snapshot, one.type, arguments))


def literal_ids(arguments: Mapping[str, Any], kind: type[CatalogObject]) -> Iterator[tuple[str, str]]:
    """Yield each argument that refers to an object by its id, with the id: the program works in this account alone."""
    for name, value in arguments.items():
        prefix = kind.inputs()[name].refers_to
        if prefix:
            values = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else [value]
            yield from ((name, item) for item in values if isinstance(item, str))


def _is_default(known: Field, value: Any) -> bool:
    default = known.behaviour.default
    return not known.required and default is not MISSING and known.is_same(value, default)


def _violations(snapshot: Snapshot, kind: type[CatalogObject], arguments: Mapping[str, Any]) -> list[Violation]:
    given = {**with_ids(snapshot, arguments), "merchant_id": snapshot.merchant_id or "org_0"}
    return kind.validate_inputs(given)[1]


def lines_of(prices: Any) -> Any:
    """The prices by line key, or as a list where a key is one that the API generated: nobody chose it."""
    if isinstance(prices, Mapping) and any(_GENERATED_KEY.fullmatch(key) for key in prices):
        return list(prices.values())
    return prices
