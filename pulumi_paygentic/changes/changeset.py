"""A change of the catalog as a value: objects, plans and their lines, before and after.

Everything here is frozen and made of plain values.  A reader makes it (`changes.preview`), an account adds subscribers
and money to it, renderers read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pulumi_paygentic.changes.impact import Impact
from pulumi_paygentic.changes.object_change import FieldChange, ObjectChange, Op, SourcePosition
from pulumi_paygentic.changes.plan_change import LineChange, LineOp, Moment, Move, PlanChange, Subscribers

__all__ = [
    "Changeset",
    "Diagnostic",
    "FieldChange",
    "LineChange",
    "LineOp",
    "Moment",
    "Move",
    "ObjectChange",
    "Op",
    "PlanChange",
    "SourcePosition",
    "Subscribers",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """A message of the preview, such as an error that refuses the change; `urn` is empty of one about the stack."""

    severity: Literal["error", "warning", "info"]
    message: str
    urn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changeset:
    """The change of a catalog that a preview announces.

    Args:
        project: The Pulumi project's name.
        stack: The stack's name.
        created_at: The moment of the preview, with its time zone; None if nothing says.
        merchants: The ids of all merchants whose objects the program declares, sorted.
        objects: The changes of catalog objects, in the order of the preview.
        plans: The plans that change, directly or through a price, in the order of the program.
        unchanged: The number of catalog objects that stay as they are; None if the preview does not list them.
        other_resources: The number of resources of other packages by Pulumi's operation, `same` left out.
        gaps: Sentences that say what the preview does not hold, besides the lines of unknown price.
        diagnostics: The preview's errors and warnings.
        impact: The change in money and in customers; None if nobody asked for it.

    """

    project: str
    stack: str
    created_at: datetime | None = None
    merchants: tuple[str, ...] = ()
    objects: tuple[ObjectChange, ...] = ()
    plans: tuple[PlanChange, ...] = ()
    unchanged: int | None = None
    other_resources: Mapping[str, int] = field(default_factory=dict)
    gaps: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    impact: Impact | None = None

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """Return the errors: the preview failed if there is one."""
        return tuple(one for one in self.diagnostics if one.severity == "error")

    @property
    def unknown_count(self) -> int:
        """Return the number of lines of unknown price, and of gaps."""
        return sum(line.op == "unknown" for plan in self.plans for line in plan.lines) + len(self.gaps)

    @property
    def is_empty(self) -> bool:
        """Return whether the catalog stays as it is."""
        return not self.objects and not self.plans
