"""The change of one catalog object: its operation and its fields, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pulumi_paygentic.changes.values import Value

Op = Literal["create", "update", "replace", "delete", "retain", "drift", "gone", "import", "read", "same"]
"""The operation on an object.

`retain` is a delete in Pulumi's words after which the object stays in the account.  `drift` is a difference that a
refresh found in the account, `gone` an object that it did not find there any more.
"""


@dataclass(frozen=True, slots=True)
class SourcePosition:
    """A line of the program: the file is relative to the folder of `Pulumi.yaml`, the line counts from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A changed argument of an object, such as `unit_price` or `tiers[0].up_to`, in snake_case.

    `presentation` marks a field that changes nobody's charge.
    """

    path: str
    before: Value
    after: Value
    presentation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectChange:
    """The change of one catalog object.

    Args:
        urn: The resource's URN.
        kind: The kind of object: `Price`, `Plan` and so on, as in `catalog.kinds`.
        name: The name of the resource in the program.
        title: The name that people know the object by: a product's, metric's, fee's or plan's name, a price's invoice
            name; the resource's name if it has none.
        op: The operation.
        fields: The changed fields; of a created object everything declared, with `ABSENT` before, and of a deleted one
            everything declared, with `ABSENT` after.
        drift: The fields that a refresh found different in the account, from the state to the account's value.
        id: The object's id before the change; None of a new one.
        merchant_id: The merchant that owns the object; None if the preview does not say.
        position: The line of the program that declares it; None if unknown, or if the program no longer does.
        retained: The reason for which the old object stays in the account although Pulumi says delete or replace; empty
            if it goes.

    """

    urn: str
    kind: str
    name: str
    title: str
    op: Op
    fields: tuple[FieldChange, ...] = ()
    drift: tuple[FieldChange, ...] = ()
    id: str | None = None
    merchant_id: str | None = None
    position: SourcePosition | None = None
    retained: str = ""

    @property
    def is_presentation(self) -> bool:
        """Return whether only the presentation changes."""
        return self.op in {"update", "drift"} and bool(self.fields) and all(f.presentation for f in self.fields)
