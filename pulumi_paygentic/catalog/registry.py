"""The kinds of catalog objects by name."""

from __future__ import annotations

import functools

from pulumi_paygentic.catalog import kinds
from pulumi_paygentic.catalog.model import CatalogObject


def kind_named(name: str) -> type[CatalogObject]:
    """The kind of that name, such as `Product`; raises LookupError if there is none."""
    for kind in all_kinds():
        if kind.__name__ == name:
            return kind
    msg = f"{name} is not a kind of catalog object"
    raise LookupError(msg)


@functools.cache
def all_kinds() -> tuple[type[CatalogObject], ...]:
    """Every kind, by name."""
    return tuple(getattr(kinds, name) for name in kinds.__all__)
