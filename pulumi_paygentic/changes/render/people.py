"""The sentence about a plan's subscribers: who pays the new prices, and from when on."""

from __future__ import annotations

from collections.abc import Callable

from pulumi_paygentic.changes.changeset import PlanChange
from pulumi_paygentic.changes.render import words


def people(plan: PlanChange, text: Callable[[str], str], strong: str = "") -> str:
    """Return the sentence; `text` makes words fit for the format, `strong` stands around what matters most."""
    known = "" if plan.subscribers is None else f"{text(words.subscribers(plan.subscribers))}. "
    who = known[:1].upper() + known[1:]
    if plan.op == "create":
        return "A new plan."
    if plan.op == "replace":
        return f"{who}{strong}Replaced{strong}: subscribers stay on the old plan, which nothing manages any more."
    if plan.op == "retain":
        reason = text(plan.retained)
        return f"{who}{strong}No longer managed{strong}: {reason}. It stays, and bills its subscribers as before."
    if any(line.is_in_place for line in plan.changed_lines):
        return f"{who}Edited in place: every subscriber pays it from now on, those pinned to a version as well."
    if not plan.mints:
        return f"{who}No new version."
    moment = "at once" if plan.transition == "now" else "at the end of their period"
    return f"{who}New subscribers get it at once, others move {moment}, those pinned to a version never."
