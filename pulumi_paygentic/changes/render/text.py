"""A changeset as text for a terminal: the same facts as in Markdown, with colours only where they show."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from pulumi_paygentic.changes.changeset import Changeset, PlanChange
from pulumi_paygentic.changes.digest import digest
from pulumi_paygentic.changes.render import words
from pulumi_paygentic.changes.render.details import technical
from pulumi_paygentic.changes.render.escape import plain
from pulumi_paygentic.changes.render.headline import headline
from pulumi_paygentic.changes.render.impact import sections
from pulumi_paygentic.changes.render.people import people
from pulumi_paygentic.changes.render.rows import Row, rows

_STYLES: Final = {"up": "yellow", "down": "green", "mixed": "magenta", "terms": "magenta"}
_SIGNS: Final = {"+": "green", "-": "red", "!": "yellow"}
_WIDTH: Final = 120
"""The width of what is written to a file or a pipe."""


def text(changeset: Changeset, *, terminal: bool = False) -> str:
    """Return the text: in colours and as wide as the terminal if it is for one."""
    file = io.StringIO()
    options: dict[str, Any] = {} if terminal else {"width": _WIDTH, "color_system": None}
    console = Console(file=file, force_terminal=terminal, highlight=False, emoji=False, markup=False, **options)
    for part in _parts(changeset):
        console.print(part, soft_wrap=isinstance(part, Text))
    return file.getvalue()


def _parts(changeset: Changeset) -> Iterator[RenderableType]:
    yield Text(headline(changeset, plain), style="bold")
    for error in changeset.errors:
        where = f"{plain(error.urn.rpartition('::')[2])}: " if error.urn else ""
        yield Text(f"  {where}{plain(error.message, None)}", style="red")
    for plan in changeset.plans:
        if not plan.is_presentation:
            yield from _plan(plan)
    yield from _impact(changeset)
    for gap in changeset.gaps:
        yield Text(f"Not known: {gap}", style="magenta")
    lines = list(technical(changeset))
    if lines:
        yield Text("")
    for line in lines:
        indent = line[: len(line) - len(line.lstrip())]
        yield Text(indent + plain(line, None), style=_SIGNS.get(line[:1], ""))
    for change in changeset.objects:
        if change.retained:
            yield Text(f"{change.kind} {plain(change.title)} stays in the account: {plain(change.retained, None)}")
    others = sum(changeset.other_resources.values())
    if others:
        yield Text(f"{words.count(others, 'resource')} of other packages")
    yield Text(f"Digest {digest(changeset)}", style="dim")


def _plan(plan: PlanChange) -> Iterator[RenderableType]:
    terms = ", ".join(part for part in (plan.currency, words.cadence_word(plan.cadence)) if part)
    version = words.version(plan)
    yield Text("")
    yield Text(f"{plain(plan.name)} ({terms}){': ' + version if version else ''}", style="bold")
    yield Text(people(plan, plain))
    changed = [row for line in plan.changed_lines for row in rows(plan, line)]
    if changed:
        yield Group(_table(changed))
    same = len(plan.lines) - len(plan.changed_lines)
    if same:
        yield Text(f"{words.count(same, 'line stays', 'lines stay')} as {'it is' if same == 1 else 'they are'}.")


def _impact(changeset: Changeset) -> Iterator[RenderableType]:
    for section in sections(changeset.impact) if changeset.impact is not None else ():
        yield Text("")
        yield Text(plain(section.title, None), style="bold")
        yield from (Text(plain(sentence, None)) for sentence in section.sentences)
        if section.table is not None:
            table = Table(box=None, pad_edge=False, header_style="dim")
            for number, title in enumerate(section.table.header):
                table.add_column(title, justify="right" if number else "left", overflow="fold")
            for cells in section.table.rows:
                table.add_row(*(Text(plain(cell, None)) for cell in cells))
            yield Group(table)


def _table(changed: list[Row]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("Line", "Now", "After", "Change"):
        table.add_column(title, overflow="fold")  # else what is too long is cut
    for row in changed:
        title = plain(row.name) + (f", {row.band}" if row.band else "")
        style = _STYLES.get(row.direction, "")
        cells = [plain(text, None) for text in (row.now, row.after, row.change)]
        table.add_row(Text(title), Text(cells[0]), Text(cells[1], style=style), Text(cells[2], style=style))
    return table
