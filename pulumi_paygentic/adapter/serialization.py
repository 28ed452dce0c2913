"""The argument values that Pulumi cannot encode, or would change on their way from a program to its provider.

Pulumi reports them with a traceback, or not at all. Here each is named by its place, with the value to give instead.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

import pulumi

from pulumi_paygentic.catalog.violations import shortened, shown_value

EXACT: Final = 2**53
"""The largest whole number up to which a float holds every one exactly: Pulumi encodes all numbers as floats."""
MAX_DEPTH: Final = 50
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def unserializable(argument: str, value: object, depth: int = 0) -> Iterator[str]:
    """Yield every reason against a value, which may be nested."""
    match value:
        case Mapping() | list() | tuple() if depth == MAX_DEPTH:
            yield f"{shortened(argument)} is nested too deeply: use at most {MAX_DEPTH} levels"
        case Mapping():
            yield from _keys(argument, value)
            for key, inner in value.items():
                yield from unserializable(shortened(f"{argument}.{key}", most=200), inner, depth + 1)
        case list() | tuple():
            for index, inner in enumerate(value):
                yield from unserializable(f"{argument}[{index}]", inner, depth + 1)
        case None | bool() | Decimal() | pulumi.Output() | Awaitable():
            return
        case str() | int() | float():
            yield from _inexact(argument, value)
        case _:
            yield f"{argument} is {_called(value)}"


def _keys(argument: str, keys: Iterable[object]) -> Iterator[str]:
    for key in keys:
        if not isinstance(key, str):
            yield f"{argument} has a key of type {type(key).__name__}: give a string"


def _inexact(argument: str, value: str | float) -> Iterator[str]:
    if isinstance(value, str):
        if _SURROGATE.search(value):
            yield f"{argument} contains an unpaired Unicode surrogate, which Pulumi cannot encode: remove it"
    elif not -EXACT <= value <= EXACT:  # nor is a NaN
        yield f"{argument} is {shown_value(value)}, which Pulumi cannot represent exactly: write it as a string"


def _called(value: object) -> str:
    kind = type(value).__name__
    match value:
        case pulumi.Resource():
            return f"a {kind}: give its `.id`"
        case date():
            return f"a {kind}: give it as a string, `value.isoformat()`"
        case _:
            return f"of type {kind}: give a string, number, bool, list or dict"
