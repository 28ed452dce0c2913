"""The keys that objects are found by: the natural key of a kind, its content where it has none, and its references."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from functools import cache
from typing import Any

from pulumi_paygentic.catalog import CatalogObject, Field, with_default


def content_key(kind: type[CatalogObject], values: Mapping[str, Any]) -> Hashable:
    """The natural key of the values, or their whole content; a value that is not given counts as the API's default."""
    content = [field.meaning(with_default(field, values.get(name))) for name, field in _key_fields(kind)]
    return json.dumps(content, sort_keys=True, default=str)


@cache
def _key_fields(kind: type[CatalogObject]) -> list[tuple[str, Field]]:
    fields = kind.inputs()
    sent = [name for name, field in fields.items() if field.behaviour.is_sent and not field.behaviour.allows_extra_keys]
    return [(name, fields[name]) for name in (kind.natural_key or sent)]


def indexed_values(kind: type[CatalogObject], values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each indexed field of the kind with its value, or with each item where it is a list."""
    for name in kind.indexed_by:
        value = values.get(name)
        for item in value if isinstance(value, list) else [value]:
            yield name, item
