"""Fields of the API's answers that this version of the package does not know, at any depth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pulumi_paygentic.catalog import CatalogObject, Field

_ENVELOPE: Final = frozenset({"id", "object"})


def unknown_in(kind: type[CatalogObject], answer: Mapping[str, Any]) -> dict[str, Any]:
    """The unknown fields of an answer by wire name; of a nested field only its unknown part.

    A null counts as nothing.
    """
    flat, known = kind.flatten(answer), {field.wire: field for field in kind.fields().values()}
    found: dict[str, Any] = {}
    for name, value in flat.items():
        if name not in _ENVELOPE and value is not None:
            found[name] = _unread_part(known[name], value) if name in known else value
    for name, value in answer.items():
        if name not in flat and isinstance(value, Mapping):  # taken apart by `flatten`, as a price's properties are
            found[name] = {key: item for key, item in value.items() if key not in known and item is not None}
    return {name: value for name, value in found.items() if value not in (None, {})}


def _unread_part(field: Field, value: Any) -> Any:
    if not field.behaviour.is_input or not _has_mapping(value):
        return None
    try:
        return _missing(value, field.to_wire(field.from_wire(value)))
    except ValueError:  # not of the field's type: it is kept as it came
        return None


def _has_mapping(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(item, Mapping) for item in value))


def _missing(value: Any, read: Any) -> Any:
    """The part of a value that its reading lacks; None for nothing."""
    if isinstance(value, Mapping) and isinstance(read, Mapping):
        parts = {key: _missing(item, read[key]) if key in read else item for key, item in value.items()}
        return {key: part for key, part in parts.items() if part is not None} or None
    if isinstance(value, list) and isinstance(read, list) and len(value) == len(read):
        parts = {str(i): _missing(item, other) for i, (item, other) in enumerate(zip(value, read, strict=True))}
        return {key: part for key, part in parts.items() if part is not None} or None
    return None
