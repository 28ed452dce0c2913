"""What is remembered of an object beside its fields, under names that the engine never shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pulumi_paygentic.catalog import CatalogObject

DECLARED: Final = "__declared"
"""The names of the arguments that the program declared: all others are not managed."""
MARK: Final = "__mark"
"""A product's ownership mark, as text; an input too."""
LINES: Final = "__lines"
"""A plan's price ids by line key in its default version, which only versions tell."""
FORMER: Final = "__former"
"""The ids that a price resource had before, newest first: a rollback takes them up again."""

SUBSCRIBERS: Final = "__subscribers"
"""The number of subscribers of each plan that lists a price which refuses to change, as of the last read."""


def visible(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without what is only remembered."""
    return {name: value for name, value in values.items() if not name.startswith("__")}


def declared_in(kind: type[CatalogObject], state: Mapping[str, Any]) -> set[str]:
    """The declared arguments; all inputs that the state holds where it was not remembered."""
    remembered: Iterable[str] | None = state.get(DECLARED)
    return set(kind.inputs()) & set(state) if remembered is None else set(remembered) & set(kind.inputs())
