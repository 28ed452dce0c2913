"""The objects of a snapshot: their values by natural keys, with references in the place of ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_paygentic.catalog import CatalogObject, Mark, all_kinds, kind_named

DATES: Final = ("created_at", "updated_at", "deleted_at")
"""The dates that the API sets."""


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A reference to another object of the same snapshot: its kind, such as `Product`, and its key."""

    kind: str
    key: str

    def __str__(self) -> str:
        return self.key


@dataclass(frozen=True, slots=True, order=True)
class Dangling:
    """The id of an object that the snapshot does not have, such as a deleted one or one of a list that was refused."""

    id: str

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """One version of a plan. `lines` are its prices by line key, None where they were not read."""

    number: int
    id: str
    is_default: bool
    status: str
    subscriptions: int
    """The subscriptions that were pinned to the version when they were made, as the API counts them."""
    lines: Mapping[str, Ref | Dangling] | None = None


@dataclass(frozen=True, slots=True)
class SnapshotObject:
    """One object: its content apart from its identity.

    `values` are the fields that a program may declare, in the provider's own canonical form and without the merchant;
    a field that the API leaves out is missing. In them a `Ref` or `Dangling` stands in the place of each id of a
    catalog object. A plan's `prices` are a mapping from line key to price if the keys are known, else a sorted list.
    `computed` are the fields that only the API sets, with ids and dates. `unknown` are fields, by wire names, that this
    version of the package does not know. `resource`, `declared` and `merchant_id` come from a stack's state: the URN,
    the names of the arguments that the program declares, and the owner. An object that `is_archived` is in the account
    only for the record.
    """

    kind: str
    key: str
    id: str | None
    values: Mapping[str, Any]
    computed: Mapping[str, Any] = field(default_factory=dict)
    unknown: Mapping[str, Any] = field(default_factory=dict)
    mark: Mark | None = None
    versions: tuple[PlanVersion, ...] | None = None
    resource: str | None = None
    declared: frozenset[str] | None = None
    merchant_id: str | None = None
    is_archived: bool = False

    @property
    def ref(self) -> Ref:
        """The reference to this object."""
        return Ref(self.kind, self.key)

    @property
    def type(self) -> type[CatalogObject] | None:
        """The kind's model; None for a kind that this version does not know."""
        return known_kind(self.kind)

    @property
    def title(self) -> str:
        """The name of the kind in messages."""
        return self.type.title if self.type else self.kind

    @property
    def name(self) -> str:
        """The name that the merchant gave the object: its name, its invoice name, or else its key."""
        return str(self.values.get("name") or self.values.get("invoice_display_name") or self.key)

    @property
    def current_version(self) -> PlanVersion | None:
        """The version that a plan bills from, as far as versions were read."""
        return next((version for version in self.versions or () if version.is_default), None)


def known_kind(name: str) -> type[CatalogObject] | None:
    """The kind of that name; None for one that this version does not know."""
    try:
        return kind_named(name)
    except LookupError:
        return None


def kind_of_prefix(prefix: str | None) -> type[CatalogObject] | None:
    """The kind whose ids have this prefix; None for ids of objects that are outside of the catalog."""
    return next((kind for kind in all_kinds() if prefix and kind.id_prefix == prefix), None)


def replace_ids(value: Any, prefix: str, replace: Callable[[str], Any]) -> Any:
    """The value with every id of this prefix replaced, at any depth."""
    if isinstance(value, str):
        return replace(value) if value.startswith(f"{prefix}_") else value
    if isinstance(value, Mapping):
        return {key: replace_ids(item, prefix, replace) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [replace_ids(item, prefix, replace) for item in value]
    return value


def map_references(value: Any, replace: Callable[[Ref | Dangling], Any]) -> Any:
    """The value with every reference replaced, at any depth."""
    if isinstance(value, Ref | Dangling):
        return replace(value)
    if isinstance(value, Mapping):
        return {key: map_references(item, replace) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [map_references(item, replace) for item in value]
    return value


def references(value: Any) -> list[Ref]:
    """Every reference in the value, in its order."""
    found: list[Ref] = []

    def note(reference: Ref | Dangling) -> Ref | Dangling:
        if isinstance(reference, Ref):
            found.append(reference)
        return reference

    map_references(value, note)
    return found
