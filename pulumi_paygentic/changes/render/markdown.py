"""A changeset as Markdown, for a comment on GitHub or GitLab: money first, people second, machinery folded away.

The text stays under a limit of characters. If it would be longer, details are left out: first of the technical list,
then of the tables; the headline is always whole, and a sentence says how much is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from pulumi_paygentic.changes.changeset import Changeset, PlanChange
from pulumi_paygentic.changes.digest import digest
from pulumi_paygentic.changes.render import words
from pulumi_paygentic.changes.render.details import shown, technical
from pulumi_paygentic.changes.render.escape import code, escaped, fence, name, plain
from pulumi_paygentic.changes.render.headline import headline
from pulumi_paygentic.changes.render.impact import sections
from pulumi_paygentic.changes.render.people import people
from pulumi_paygentic.changes.render.rows import Row, rows

LIMIT: Final = 60_000
"""GitHub refuses a comment of more than 65,536 characters."""


class Detail(NamedTuple):
    """The greatest numbers of plans, of rows a plan, and of lines in each list."""

    plans: int
    rows: int
    lines: int


_UNDO: Final = "To undo: revert the program. The versions of now then bill again, and who moved moves back likewise."
_DETAILS: Final = (
    Detail(1_000, 1_000, 2_000),
    Detail(200, 60, 400),
    Detail(60, 25, 100),
    Detail(20, 15, 25),
    Detail(10, 5, 10),
    Detail(3, 3, 3),
)


def markdown(changeset: Changeset, *, limit: int = LIMIT) -> str:
    """Return the comment, of at most `limit` characters (at least some 4,000 are needed)."""
    first = [f"### Catalog change: {name(changeset.stack)} ({name(changeset.project)})", "", headline(changeset, name)]
    last = ["", _footer(changeset)]
    text = ""
    for detail in _DETAILS:
        text = "\n".join([*first, *_lines(changeset, detail), *last]) + "\n"
        if len(text) <= limit:
            break
    return text


def _lines(changeset: Changeset, detail: Detail) -> Iterator[str]:
    yield from _errors(changeset, detail)
    plans = [plan for plan in changeset.plans if not plan.is_presentation]
    for plan in plans[: detail.plans]:
        yield ""
        yield from _plan(plan, detail)
    if len(plans) > detail.plans:
        yield from ("", f"*{words.count(len(plans) - detail.plans, 'more plan')} in the JSON output.*")
    yield from _impact(changeset, detail)
    if any(plan.mints and plan.op == "update" for plan in plans):
        yield from ("", _UNDO)
    yield from _unknown(changeset)
    yield from _folded("Names and descriptions only", _presentation(changeset), detail)
    yield from _folded("Stays in the account", _retained(changeset), detail)
    yield from _technical(changeset, detail)


def _errors(changeset: Changeset, detail: Detail) -> Iterator[str]:
    if changeset.errors:
        yield ""
    for error in changeset.errors[: detail.lines]:
        where = f"{name(error.urn.rpartition('::')[2])}: " if error.urn else ""
        yield f"- {where}{name(error.message, 600)}"


def _plan(plan: PlanChange, detail: Detail) -> Iterator[str]:
    terms = ", ".join(part for part in (name(plan.currency) if plan.currency else "", _cadence(plan)) if part)
    version = words.version(plan)
    renamed = "" if plan.name_before in {None, plan.name} else f", renamed from {name(plan.name_before or '')}"
    yield f"#### {name(plan.name)} ({terms}){': ' + version if version else ''}{renamed}"
    yield ""
    yield people(plan, lambda text: escaped(plain(text, 400)), "**")
    changed = plan.changed_lines
    if changed:
        yield from ("", "| Line | Now | After | Change |", "| :-- | --: | --: | --: |")
        yield from (_row(row) for line in changed[: detail.rows] for row in rows(plan, line))
    if len(changed) > detail.rows:
        yield from ("", f"*{words.count(len(changed) - detail.rows, 'more changed line')} in the JSON output.*")
    same = len(plan.lines) - len(changed)
    if same:
        yield from ("", f"{words.count(same, 'line stays', 'lines stay')} as {'it is' if same == 1 else 'they are'}.")


def _impact(changeset: Changeset, detail: Detail) -> Iterator[str]:
    for section in sections(changeset.impact) if changeset.impact is not None else ():
        rows_ = () if section.table is None else section.table.rows
        title = escaped(section.title)
        yield from ("", f"<details><summary>{title}: {len(rows_):,}</summary>" if section.details else f"#### {title}")
        for sentence in section.sentences[: detail.lines]:
            yield from ("", escaped(plain(sentence, 600)))
        if section.table is not None:
            header = section.table.header
            yield from ("", _cells(header), f"| :-- |{' --: |' * (len(header) - 1)}")
            yield from (_cells(cells) for cells in rows_[: detail.rows])
        if len(rows_) > detail.rows:
            yield from ("", f"*{words.count(len(rows_) - detail.rows, 'more row')} in the JSON output.*")
        if section.details:
            yield from ("", "</details>")


def _cells(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(escaped(plain(cell, 200)) for cell in cells)} |"


def _row(row: Row) -> str:
    key = f" {code(row.key)}" if row.key and row.key != row.name else ""
    title = f"{name(row.name)}{key}" + (f", {escaped(row.band)}" if row.band else "")
    strong = "" if row.direction == "same" or row.after == words.NOTHING else "**"
    after, change = escaped(plain(row.after, 400)), escaped(plain(row.change, 400))
    return f"| {title} | {escaped(plain(row.now, 400))} | {strong}{after}{strong} | {change} |"


def _cadence(plan: PlanChange) -> str:
    now = escaped(words.cadence_word(plan.cadence))
    if plan.cadence_before != plan.cadence:
        return f"{escaped(words.cadence_word(plan.cadence_before))} → **{now}**"
    return now


def _unknown(changeset: Changeset) -> Iterator[str]:
    if changeset.gaps:
        yield ""
        yield from (f"- Not known: {escaped(gap)}" for gap in changeset.gaps)


def _presentation(changeset: Changeset) -> list[str]:
    return [
        f"- {change.kind} {name(change.title)}: {escaped(plain(field.path))}"
        f" {_value(field.before)} → {_value(field.after)}"
        for change in changeset.objects
        if change.is_presentation
        for field in change.fields
    ]


def _value(value: object) -> str:
    return f"“{escaped(plain(value))}”" if isinstance(value, str) else escaped(plain(shown(value)))


def _retained(changeset: Changeset) -> list[str]:
    return [
        f"- {change.kind} {name(change.title)} stays"
        f"{', though Pulumi says delete' if change.op == 'retain' else ' as it was, beside the new one'}:"
        f" {name(change.retained, 200)}."
        for change in changeset.objects
        if change.retained
    ]


def _technical(changeset: Changeset, detail: Detail) -> Iterator[str]:
    found = list(technical(changeset))
    if not found:
        return
    objects = words.count(len(changeset.objects), "object")
    yield from ("", f"<details><summary>All changes: {objects}{_others(changeset)}</summary>", "")
    yield from fence(
        [f"{line[: len(line) - len(line.lstrip())]}{plain(line, 300)}" for line in found[: detail.lines]], "diff"
    )
    if len(found) > detail.lines:
        yield from ("", f"*{words.count(len(found) - detail.lines, 'more line')} in the JSON output.*")
    yield from ("", "</details>")


def _others(changeset: Changeset) -> str:
    total = sum(changeset.other_resources.values())
    return f", and {words.count(total, 'resource')} of other packages" if total else ""


def _folded(title: str, items: list[str], detail: Detail) -> Iterator[str]:
    if not items:
        return
    yield from ("", f"<details><summary>{title}: {len(items):,}</summary>", "")
    yield from items[: detail.lines]
    if len(items) > detail.lines:
        yield from ("", f"*{len(items) - detail.lines:,} more in the JSON output.*")
    yield from ("", "</details>")


def _footer(changeset: Changeset) -> str:
    made = "" if changeset.created_at is None else f" · preview of {changeset.created_at:%Y-%m-%d %H:%M} UTC"
    merchants = ", ".join(name(merchant) for merchant in changeset.merchants)
    return f"<sub>Digest `{digest(changeset)}`{made}{' · ' + merchants if merchants else ''}</sub>"
