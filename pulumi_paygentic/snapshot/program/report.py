"""The report of an import: for a person as Markdown, for a machine as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pulumi_paygentic.snapshot.program.bundle import Bundle

FILE: Final = "IMPORT.md"


def counts(bundle: Bundle) -> dict[str, int]:
    """The number of new declarations by kind."""
    return dict(Counter(one.kind.title for one in bundle.program.declarations))


def as_json(bundle: Bundle) -> dict[str, Any]:
    """The report for machines."""
    return {
        "merchant_id": bundle.snapshot.merchant_id,
        "environment": bundle.snapshot.environment,
        "declared": counts(bundle),
        "files": sorted(bundle.files),
        "left_out": [one._asdict() for one in bundle.selection.omissions],
        "remarks": [
            {"kind": one.kind, "key": one.key, "id": one.id, "text": one.text} for one in bundle.selection.remarks
        ],
        "problems": [problem._asdict() for problem in bundle.snapshot.problems],
        "changed": [change._asdict() for change in bundle.changes],
    }


def as_markdown(bundle: Bundle, *, proof: str, steps: Iterable[str]) -> str:
    """The report for a person; `proof` is a sentence, `steps` are the commands that follow."""
    left_out = [one for one in bundle.selection.omissions if not one.expected]
    older = [one for one in bundle.selection.omissions if one.expected]
    parts = [
        f"# Import of {bundle.snapshot.merchant_id} ({bundle.snapshot.environment})",
        f"Declared: {summary(bundle)}. {proof}",
        "\n".join(["```", *steps, "```"]),
        *_section("Changed in the account since the last import", map(str, bundle.changes)),
        *_section("Left out", (f"{one.kind} `{_text(one.key)}` ({one.id}) {_text(one.reason)}" for one in left_out)),
        *_section(
            "To know",
            [
                *(f"{one.kind} `{_text(one.key)}` ({one.id}) {_text(one.text)}" for one in bundle.selection.remarks),
                *(_text(problem.message) for problem in bundle.snapshot.problems if problem.code != "twins"),
            ],
        ),
        *_section(
            "Not declared, because nothing bills from it",
            (f"{one.kind} `{_text(one.key)}` ({one.id}): {_text(one.reason)}" for one in older),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def summary(bundle: Bundle) -> str:
    """The number of new declarations in words."""
    parts = [f"{count} {title}{'' if count == 1 else 's'}" for title, count in counts(bundle).items()]
    return ", ".join(parts) or "nothing new"


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    listed = [f"- {line}" for line in lines]
    if listed:
        yield f"## {title}"
        yield "\n".join(listed)


def _text(text: str) -> str:
    """The text on one line, without what Markdown would end a code span by."""
    return " ".join(text.replace("`", "'").split())
