"""The lines of a plan as rows of a table: name, now, after and change, in plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pulumi_paygentic.changes.changeset import LineChange, PlanChange
from pulumi_paygentic.changes.comparison import BandChange, Direction, compare
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.render import words
from pulumi_paygentic.changes.render.money import number, percent, places


class Row(NamedTuple):
    """One row; `key` is the line's key in the program, `band` the quantities of a tier."""

    name: str
    key: str
    band: str
    now: str
    after: str
    change: str
    direction: Direction


def rows(plan: PlanChange, line: LineChange) -> Iterator[Row]:
    """The rows of one line: one for each tier of a changed price that has tiers."""
    old, new = line.before, line.after
    name = line.name or line.name_before or line.key or "(unnamed)"
    if line.op == "changed" and line.name_before not in {None, "", name}:
        name = f"{name} (was {line.name_before})"
    if line.op == "changed" and isinstance(old, Pricing) and isinstance(new, Pricing):
        yield from _changed(plan, line, old, new, name)
        return
    change: tuple[str, Direction] = {
        "added": ("new", "up"),
        "removed": ("removed", "down"),
        "renamed": (f"renamed from {line.name_before}", "same"),
        "unknown": ("unknown", "mixed"),
    }.get(line.op, ("", "same"))  # type: ignore[assignment]  # a dict of literals
    now, after = words.price(old, line, plan, before=True), words.price(new, line, plan)
    yield Row(name, line.key, "", now, after, *change)


def _changed(plan: PlanChange, line: LineChange, old: Pricing, new: Pricing, name: str) -> Iterator[Row]:
    compared = compare(old, new)
    terms = "; ".join(f"{term.name}: {term.before} → {term.after}" for term in compared.terms)
    bands = [band for band in compared.bands if band.before != band.after]
    if len(compared.bands) == 1 or not bands:
        now, after = words.price(old, line, plan, before=True), words.price(new, line, plan)
        amount = _difference(plan, compared.bands[0], old, new) if bands else ""
        change = "; ".join(part for part in (amount, terms) if part) or "changed"
        yield Row(name, line.key, "", now, after, change, compared.direction)
        return
    for number_, band in enumerate(bands):
        now = words.amount(band.before, old, line, plan, before=True)
        after = words.amount(band.after, new, line, plan)
        amount = _difference(plan, band, old, new)
        change = "; ".join(part for part in (amount, terms if number_ == 0 else "") if part)
        yield Row(name, line.key, words.band(band), now, after, change, _direction(band))


def _difference(plan: PlanChange, band: BandChange, old: Pricing, new: Pricing) -> str:
    """`+10.00 (+20.4 %)`; nothing where the two amounts are not of one kind."""
    comparable = (plan.currency_before, old.basis, old.cadence, old.pricing_unit_id) == (
        plan.currency,
        new.basis,
        new.cadence,
        new.pricing_unit_id,
    )
    if band.before is None:
        return "new tier"
    if band.after is None:
        return "tier removed"
    if not comparable or old.basis == "share":
        return percent(band.percent) if comparable else ""
    difference = number(band.after - band.before, places=places(plan.currency), signed=True)
    relative = percent(band.percent)
    return f"{difference} ({relative})" if relative else difference


def _direction(band: BandChange) -> Direction:
    if band.before is None or band.after is None:
        return "mixed"
    return "up" if band.after > band.before else "down"
