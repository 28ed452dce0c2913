"""The registry of operations. Each module enters its own, so there is no list of modules to keep."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from importlib import import_module

from pulumi_paygentic.emulator import collections
from pulumi_paygentic.emulator.collections.not_implemented import NOT_IMPLEMENTED, refusing
from pulumi_paygentic.emulator.http.context import Operations

Source = Callable[[], Operations]
_SOURCES: list[Source] = []


def register(source: Source) -> Source:
    """Enter a function that returns operations. It can decorate the function."""
    _SOURCES.append(source)
    return source


def implemented() -> Operations:
    """All operations of all collections, by path template; a path may have its methods from several modules."""
    for module in pkgutil.walk_packages(collections.__path__, f"{collections.__name__}."):
        import_module(module.name)
    merged: Operations = {}
    for source in _SOURCES:
        for template, handlers in source().items():
            merged.setdefault(template, {}).update(handlers)
    return merged


def not_implemented() -> dict[str, dict[str, list[str]]]:
    """The paths and methods that answer 501, by area: those listed, less those that a collection has."""
    table = implemented()
    areas: dict[str, dict[str, list[str]]] = {}
    for area, paths in NOT_IMPLEMENTED.items():
        for template, listed in paths.items():
            methods = [method for method in listed.split() if method not in table.get(template, {})]
            if methods:
                areas.setdefault(area, {})[template] = methods
    return areas


def operations() -> Operations:
    """Everything the API has: implemented, or answering 501.

    Fixed paths stand before those with parameters, which would take them for an id.
    """
    table = implemented()
    for area, paths in not_implemented().items():
        for template, methods in paths.items():
            table.setdefault(template, {}).update(dict.fromkeys(methods, refusing(area)))
    return {template: table[template] for template in sorted(table, key=lambda t: (t.count("{"), t))}
