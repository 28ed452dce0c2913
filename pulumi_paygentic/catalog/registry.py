"""The kinds of catalog objects, found by the modules that declare them: one module a kind, named after it."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re

from pulumi_paygentic.catalog.model import CatalogObject

_PACKAGE = "pulumi_paygentic.catalog"


def kind_named(name: str) -> type[CatalogObject]:
    """The kind of that name, such as `Product`; raises LookupError if there is none."""
    module = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    kind = getattr(importlib.import_module(f"{_PACKAGE}.{module}"), name)
    if not issubclass(kind, CatalogObject):
        raise LookupError(f"{name} is no catalog object")  # noqa: TRY004  as for a name that is not there at all
    return kind  # type: ignore[no-any-return]  # what a module holds is of any type


@functools.cache
def all_kinds() -> tuple[type[CatalogObject], ...]:
    """Every kind, by name."""
    package = importlib.import_module(_PACKAGE)
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{_PACKAGE}.{module.name}")
    return tuple(sorted(CatalogObject.__subclasses__(), key=lambda kind: kind.__name__))
