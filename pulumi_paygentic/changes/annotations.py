"""Annotations: a warning on the very line of the program that changes a price.

GitHub reads them from the output of a step, as workflow commands; GitLab from a report on code quality. Source of both
formats: the forges' published pages on workflow commands and on code quality.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pulumi_paygentic.changes.changeset import Changeset, LineChange, PlanChange, SourcePosition
from pulumi_paygentic.changes.render.escape import plain
from pulumi_paygentic.changes.render.rows import rows

MOST: Final = 10
"""GitHub shows no more warnings of one step."""
_LONGEST: Final = 300
_COMMAND: Final = re.compile(r"(?:^|(?<=[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]))\s*::|##\[")
"""A command at the beginning of a line, whatever sign a reader takes for the end of the one before."""
_JOINER: Final = "\u2060"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A message about a line of a file; the file is relative to the folder of `Pulumi.yaml`."""

    file: str
    line: int
    title: str
    message: str


def annotate(changeset: Changeset) -> tuple[Annotation, ...]:
    """Return one annotation for each line of the program that changes a charge, in the order of the plans.

    A price that several plans list has one annotation, which names them all. Positions outside of the program, such as
    those in an installed package, are left out.
    """
    found: dict[tuple[SourcePosition, str], list[str]] = {}
    for plan in changeset.plans:
        for position, title, text in _of_plan(plan):
            if not position.file.startswith(("/", "../")):
                found.setdefault((position, title), []).append(text)
    return tuple(
        Annotation(position.file, position.line, title, " | ".join(dict.fromkeys(texts)))
        for (position, title), texts in found.items()
    )


def workflow_commands(found: Sequence[Annotation], *, folder: str = "") -> Iterator[str]:
    """Yield GitHub's workflow commands, one a line: ten warnings, and one notice with the number of the rest.

    `folder` is the program's, relative to the repository's. Whatever a name holds, it stays in its command: line breaks
    and the signs that end a property are encoded.
    """
    for one in found[:MOST]:
        place = f"file={_property(_path(folder, one.file))},line={one.line},title={_property(plain(one.title))}"
        yield f"::warning {place}::{_data(plain(one.message, _LONGEST))}"
    if len(found) > MOST:
        yield f"::notice title=Catalog change::{len(found) - MOST} more lines of the program change a price"


def code_quality(found: Sequence[Annotation], *, folder: str = "") -> str:
    """Return GitLab's report on code quality: a JSON list with one entry an annotation."""
    entries = []
    for one in found:
        path = _path(folder, one.file)
        # Without the line: the same finding is known again when the lines above it change.
        known = hashlib.sha256(f"{path}\n{one.title}\n{one.message}".encode("utf-8", "replace"))
        entries.append(
            {
                "description": f"{plain(one.title)}: {plain(one.message, _LONGEST)}",
                "check_name": "paygentic-price-change",
                "fingerprint": known.hexdigest(),
                "severity": "major",
                "location": {"path": path, "lines": {"begin": one.line}},
            }
        )
    return json.dumps(entries, indent=2) + "\n"


def defused(text: str) -> str:
    """Return `text` without anything that a GitHub runner would take for a workflow command.

    A runner obeys every line of a step's output that begins with `::`, and `##[` anywhere; an invisible word joiner
    makes them text.
    """
    return _COMMAND.sub(lambda match: f"{match[0][:-2]}{_JOINER}{match[0][-2:]}", text)


def _of_plan(plan: PlanChange) -> Iterator[tuple[SourcePosition, str, str]]:
    for line in plan.changed_lines:
        position = line.position or plan.position
        if position is not None and line.op != "renamed":
            yield position, f"{line.name or line.key} changes what customers pay", _text(plan, line)


def _text(plan: PlanChange, line: LineChange) -> str:
    parts = []
    for row in rows(plan, line):
        band, change = f"{row.band}: " if row.band else "", f", {row.change}" if row.change else ""
        parts.append(f"{band}{row.now} → {row.after}{change}")
    known = plan.subscribers
    people = "" if known is None else f", {known.total:,} subscriber{'' if known.total == 1 else 's'}"
    return f"{plan.name}{people}: {'; '.join(parts)}"


def _path(folder: str, file: str) -> str:
    return posixpath.normpath(posixpath.join(folder, file))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
