"""The JSON Schema of an exported document, made from the catalog; `document.FORMAT` has its version.

A kind or a field that is not in it is allowed: a document may come from a later version.
"""

from __future__ import annotations

from typing import Any, Final

from pulumi_paygentic.catalog import CatalogObject, Field
from pulumi_paygentic.snapshot.document import FORMAT
from pulumi_paygentic.snapshot.objects import kind_of_prefix
from pulumi_paygentic.snapshot.snapshot import kind_order

REFERENCE: Final = {
    "oneOf": [
        {"type": "object", "required": ["ref"], "properties": {"ref": {"type": "string"}}},
        {"type": "object", "required": ["missing"], "properties": {"missing": {"type": "string"}}},
    ]
}
_BESIDE: Final[dict[str, Any]] = {
    "$archived": {"const": True},
    "$computed": {"type": "object"},
    "$id": {"type": "string"},
    "$mark": {"type": "string"},
    "$unknown": {"type": "object"},
    "$versions": {"type": "array", "items": {"type": "object", "required": ["number", "id", "is_default"]}},
}


def json_schema() -> dict[str, Any]:
    """The schema, in one order."""
    kinds = {kind.__name__: _kind(kind) for kind in kind_order()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A Paygentic catalog, as pulumi-paygentic export writes it",
        "type": "object",
        "required": ["format", "objects"],
        "properties": {
            "format": {"const": FORMAT},
            "merchant_id": {"type": "string"},
            "environment": {"enum": ["sandbox", "production"]},
            "unread": {"type": "array", "items": {"type": "string"}},
            "objects": {
                "type": "object",
                "properties": kinds,
                "additionalProperties": {"type": "object", "additionalProperties": {"type": "object"}},
            },
        },
        "additionalProperties": False,
        "$defs": {"reference": REFERENCE},
    }


def _kind(kind: type[CatalogObject]) -> dict[str, Any]:
    fields = {name: field for name, field in kind.inputs().items() if field.behaviour.is_sent and name != "merchant_id"}
    values = {name: _value(field) for name, field in fields.items()}
    entry = {"type": "object", "properties": {**values, **_BESIDE}}  # older objects lack fields that are required now
    return {"type": "object", "additionalProperties": entry}


def _value(field: Field) -> dict[str, Any]:
    """The schema of a field; loose where an older account has other values than a program can declare."""
    reference = {"$ref": "#/$defs/reference"}
    if kind_of_prefix(field.refers_to) is None:
        root = field.schema.root
        types = {option.get("type") for option in [root, *root.get("anyOf", ())]} - {None, "null"}
        return {"type": sorted(types)} if types else {}
    if field.name != "prices":
        return reference
    return {"anyOf": [{"type": "array", "items": reference}, {"type": "object", "additionalProperties": reference}]}
