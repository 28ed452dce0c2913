"""Renamed arguments: the old name still works in a program, and a state that holds it is read under the present name.

A kind declares them: `renamed = {"rate": Renamed("unit_price", since="0.2.0")}`. Its resource class has both as
arguments, None by default, until the old one is given up. Hidden keys of the state, such as `__former`, and fields that
only the API sets are renamed in the same way; a program never writes them, so nobody is warned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Renamed(NamedTuple):
    """The present name of something, and the version that renamed it."""

    name: str
    since: str


class PresentArguments(NamedTuple):
    """Arguments under their present names, a warning for each old name, and what is wrong with the names."""

    values: dict[str, Any]
    warnings: list[str]
    problems: list[str]


def present_names(renamed: Mapping[str, Renamed], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values under their present names; where a value stands under both names, the present one counts."""
    translated = {renamed[name].name: value for name, value in values.items() if name in renamed}
    return {**translated, **{name: value for name, value in values.items() if name not in renamed}}


def present_arguments(renamed: Mapping[str, Renamed], given: Mapping[str, Any]) -> PresentArguments:
    """The arguments of a program under their present names."""
    old = {name: change for name, change in renamed.items() if name in given}
    return PresentArguments(
        present_names(old, given),
        [f"{name} was renamed to {c.name} in version {c.since}: write {c.name}=" for name, c in old.items()],
        [f"{name} and {c.name} are one argument: give {c.name} only" for name, c in old.items() if c.name in given],
    )
