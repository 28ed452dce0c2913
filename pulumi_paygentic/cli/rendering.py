"""The formats of a changeset, by name."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pulumi_paygentic.changes.changeset import Changeset

FORMATS: Final = ("text", "markdown", "json")


def rendered(changeset: Changeset, form: str) -> str:
    """Return the changeset in one of `FORMATS`; text is coloured only for a terminal."""
    if form == "markdown":
        from pulumi_paygentic.changes.render.markdown import markdown

        return markdown(changeset)
    if form == "json":
        from pulumi_paygentic.changes.render.json_output import json_text

        return json_text(changeset)
    from pulumi_paygentic.changes.render.text import text

    return text(changeset, terminal=sys.stdout.isatty())
