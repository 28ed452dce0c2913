"""A change that could not be read, as Markdown: the error, redacted."""

from __future__ import annotations

from pulumi_paygentic.api import redact
from pulumi_paygentic.changes.render.escape import fence, name, plain

_MOST_LINES = 40
_LONGEST = 500


def failure(project: str, stack: str, error: str) -> str:
    """Return the comment about a preview that did not run, or could not be read."""
    lines = [plain(line, _LONGEST) for line in redact(error).splitlines()][:_MOST_LINES]
    return "\n".join(
        [
            f"### Catalog change: {name(stack)} ({name(project)})",
            "",
            "**The change could not be read: it is not known what merging does.**",
            "",
            *fence(lines),
        ]
    )
