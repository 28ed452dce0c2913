"""The formats of a changeset, by name."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_paygentic.changes.changeset import Changeset
    from pulumi_paygentic.changes.gates import GateResult

FORMATS: Final = ("text", "markdown", "json")


def rendered(changeset: Changeset, form: str, gates: Sequence[GateResult] = ()) -> str:
    """Return the changeset in one of `FORMATS`, with the verdicts; text is coloured only for a terminal."""
    if form == "markdown":
        from pulumi_paygentic.changes.render.gates import with_gates
        from pulumi_paygentic.changes.render.markdown import markdown

        return with_gates(markdown(changeset), gates)
    if form == "json":
        from pulumi_paygentic.changes.render.json_output import json_text

        return json_text(changeset, gates)
    from pulumi_paygentic.changes.render.text import text

    return text(changeset, terminal=sys.stdout.isatty()) + verdicts(gates)


def verdicts(gates: Sequence[GateResult]) -> str:
    """Return the verdicts of gates as text; empty without gates."""
    from pulumi_paygentic.changes.render.gates import gates_text

    return gates_text(gates)
