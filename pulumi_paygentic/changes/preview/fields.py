"""The changed arguments of an object, leaf by leaf, with names in the place of ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pulumi_paygentic.catalog import Access, CatalogObject
from pulumi_paygentic.changes.object_change import FieldChange
from pulumi_paygentic.changes.preview.charges import referred
from pulumi_paygentic.changes.preview.index import Entry, Index
from pulumi_paygentic.changes.preview.resource import Resource
from pulumi_paygentic.changes.values import ABSENT, UNKNOWN

_REFERENCES: Final = {
    "billable_metric_id": "BillableMetric",
    "fee_id": "Fee",
    "feature_id": "Feature",
    "plan_id": "Plan",
    "product_id": "Product",
}
_LABELS: Final = frozenset({"name", "description", "unit", "metadata", "redirect_url", "resend"})
"""Fields that change nobody's charge, besides those that the catalog marks as presentation or local."""
_ELSEWHERE: Final = frozenset({"prices", "merchant_id"})
"""Arguments that a changeset has as lines, or for every object."""


def field_changes(index: Index, entry: Entry) -> tuple[FieldChange, ...]:
    """Every changed argument; of a new or deleted object every declared one."""
    return _compared(entry.either.kind, _named(index, entry.before), _named(index, entry.after))


def drift_of(index: Index, entry: Entry) -> tuple[FieldChange, ...]:
    """The arguments that a refresh found different, from the state's value to the account's."""
    if not entry.drifted or entry.before is None:
        return ()
    return _compared(entry.either.kind, _named(index, entry.recorded), _named(index, entry.before))


def _compared(
    kind: type[CatalogObject], before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(path=path, before=old, after=new, presentation=_is_presentation(kind, name))
        for name in sorted(before.keys() | after.keys())
        for path, old, new in _leaves(name, before.get(name, ABSENT), after.get(name, ABSENT))
    )


def _named(index: Index, resource: Resource | None) -> Mapping[str, Any]:
    """The visible arguments of a resource, with `Price basic` in the place of an id of the stack."""
    if resource is None:
        return {}
    visible = {
        name: value for name, value in resource.inputs.items() if not name.startswith("__") and name not in _ELSEWHERE
    }
    for name in _REFERENCES.keys() & visible.keys():
        found = referred(index, resource, name, {_REFERENCES[name]})
        if found is not None:
            new = " (new)" if found.op == "replace" and visible[name] is UNKNOWN else ""
            visible[name] = f"{_REFERENCES[name]} {found.either.name}{new}"
    return visible


def _leaves(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(before.keys() | after.keys()):
            yield from _leaves(f"{path}.{name}", before.get(name, ABSENT), after.get(name, ABSENT))
    elif _is_list(before) and _is_list(after):
        for number in range(max(len(before), len(after))):
            old = before[number] if number < len(before) else ABSENT
            new = after[number] if number < len(after) else ABSENT
            yield from _leaves(f"{path}[{number}]", old, new)
    else:
        yield path, before, after


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_presentation(kind: type[CatalogObject], name: str) -> bool:
    field = kind.inputs().get(name)
    if field is None:
        return False
    return field.behaviour.presentation or field.behaviour.access is Access.LOCAL or name in _LABELS
