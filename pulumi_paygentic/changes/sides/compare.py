"""The report of a comparison: prices first, then every field that differs, with the two sides by their names."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_paygentic.changes.changeset import Changeset, ObjectChange
from pulumi_paygentic.changes.render import words
from pulumi_paygentic.changes.render.details import shown
from pulumi_paygentic.changes.sides.blocks import Block, Heading, Paragraph, Table
from pulumi_paygentic.changes.sides.money import impact_blocks, plan_blocks
from pulumi_paygentic.changes.values import ABSENT


def comparison(changeset: Changeset, left: str, right: str) -> Iterator[Block]:
    """Yield the blocks of the report; `left` and `right` are the names of the sides."""
    ops = [change.op for change in changeset.objects]
    if changeset.is_empty:
        yield Heading(f"{left} and {right} are equal", 1)
    else:
        yield Heading(f"{left} and {right} differ", 1)
        parts = (
            (ops.count("update"), "different"),
            (ops.count("delete"), f"only in {left}"),
            (ops.count("create"), f"only in {right}"),
        )
        said = ", ".join(f"{words.count(count, 'object')} {what}" for count, what in parts if count)
        yield Paragraph(f"{said or 'Prices differ'}; {words.count(changeset.unchanged or 0, 'object')} equal.")
    yield from plan_blocks(changeset.plans, left, right)
    yield from impact_blocks(changeset.impact, f"the prices of {left}", f"those of {right}")
    for op, title in (("update", "Different"), ("delete", f"Only in {left}"), ("create", f"Only in {right}")):
        chosen = [change for change in changeset.objects if change.op == op]
        if chosen and op == "update":
            yield Heading(title)
            yield Table(("Object", "Field", left, right), [row for change in chosen for row in fields_of(change)])
        elif chosen:
            yield Heading(title)
            yield Table(("Kind", "Object", "Name"), [(one.kind, one.name, one.title) for one in chosen])
    if changeset.gaps:
        yield Heading("Not compared, or odd")
        yield Table(("Note",), [(gap,) for gap in changeset.gaps])


def fields_of(change: ObjectChange) -> Iterator[tuple[str, ...]]:
    """Yield one row for each field of an object that differs."""
    for field in change.fields:
        yield f"{change.kind} {change.name}", field.path, _cell(field.before), _cell(field.after)


def _cell(value: object) -> str:
    return "" if value is ABSENT else shown(value)
