"""Money in a report of two sides: the lines of plans, and the last period at the prices of both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pulumi_paygentic.changes.changeset import LineChange, PlanChange
from pulumi_paygentic.changes.impact import Impact
from pulumi_paygentic.changes.render import words
from pulumi_paygentic.changes.render.impact import sections
from pulumi_paygentic.changes.render.rows import rows
from pulumi_paygentic.changes.sides.blocks import Block, Heading, Paragraph, Table


def plan_blocks(plans: Iterable[PlanChange], left: str, right: str) -> Iterator[Block]:
    """Yield, of each plan with another charge, its terms, its subscribers where known, and the lines that differ."""
    for plan in plans:
        table = [row for line in plan.changed_lines for row in _rows(plan, line, left, right)]
        if plan.op == "update" and table:
            yield Heading(f"{plan.name} ({_terms(plan)})", 3)
            if plan.subscribers is not None:
                yield Paragraph(f"{words.count(plan.subscribers.total, 'subscriber')} on this plan.")
            yield Table(("Line", left, right, "Difference"), table)
            same = len(plan.lines) - len(plan.changed_lines)
            if same:
                yield Paragraph(f"{words.count(same, 'line is', 'lines are')} the same.")


def impact_blocks(impact: Impact | None, left: str, right: str) -> Iterator[Block]:
    """Yield what the last complete periods are at both prices, `left` first; nothing if nobody asked for it."""
    for section in sections(impact, left, right) if impact is not None else ():
        yield Heading(section.title, 3)
        yield from (Paragraph(sentence) for sentence in section.sentences)
        if section.table is not None:
            yield Table(section.table.header, section.table.rows)


def _rows(plan: PlanChange, line: LineChange, left: str, right: str) -> Iterator[tuple[str, ...]]:
    only = {"added": f"only in {right.lower()}", "removed": f"only in {left.lower()}"}
    for row in rows(plan, line):
        title = f"{row.name}{f' [{row.key}]' if row.key and row.key != row.name else ''}"
        change = only.get(line.op, row.change)
        yield f"{title}{f', {row.band}' if row.band else ''}", row.now, row.after, change


def _terms(plan: PlanChange) -> str:
    return ", ".join(part for part in (plan.product, plan.currency, words.cadence_word(plan.cadence)) if part)
