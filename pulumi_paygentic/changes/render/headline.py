"""The first sentences: what a manager needs to know, in money and in customers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from pulumi_paygentic.changes.changeset import Changeset, LineChange, PlanChange
from pulumi_paygentic.changes.comparison import Direction, compare
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.render import words
from pulumi_paygentic.changes.render.impact import headline_of
from pulumi_paygentic.changes.render.money import percent
from pulumi_paygentic.changes.render.rows import rows

Name = Callable[[str], str]
_SHOWN = 3
_MOVES = {
    "now": ("move", "at once"),
    "period_end": ("move", "at the end of their period"),
    "never": ("stay", "as they are"),
}
_SINGULAR = {"move": "moves", "stay": "stays"}


def headline(changeset: Changeset, name: Name = str) -> str:
    """Return the first sentences; `name` makes a name fit for the format."""
    return " ".join(_sentences(changeset, name))


def direction(line: LineChange) -> Direction:
    """The direction in which a changed line's amounts go; `same` of any other."""
    if line.op != "changed" or not isinstance(line.before, Pricing) or not isinstance(line.after, Pricing):
        return "same"
    return compare(line.before, line.after).direction


def _sentences(changeset: Changeset, name: Name) -> Iterator[str]:
    if changeset.errors:
        yield f"The preview failed with {words.count(len(changeset.errors), 'error')}: nothing can be applied."
        if changeset.is_empty:
            return
    if changeset.is_empty:
        yield "Nothing changes in the catalog."
    elif all(change.op in {"drift", "gone"} for change in changeset.objects):
        differ = words.count(len(changeset.objects), "object")
        yield f"The account differs from the program in {differ}: `up` changes it back."
    elif all(change.is_presentation for change in changeset.objects):
        yield "Only names and descriptions change: nobody pays anything else."
    elif not changeset.plans:
        changed = words.count(len(changeset.objects), "object changes", "objects change")
        yield f"{changed}; no plan charges anything else."
    yield from _plans(changeset, name)
    if changeset.unknown_count:
        unknown = words.count(changeset.unknown_count, "thing is", "things are")
        yield f"{unknown} not known before `up`."


def _plans(changeset: Changeset, name: Name) -> Iterator[str]:
    new = [plan for plan in changeset.plans if plan.op == "create"]
    charged = [plan for plan in changeset.plans if plan.op != "create" and not plan.is_presentation]
    if new:
        yield f"{words.count(len(new), 'new plan')}: {_names(new, name)}."
    changed = [(plan, line) for plan in charged for line in plan.changed_lines]
    if len(changed) == 1 and changed[0][1].op == "changed":
        yield from _one(*changed[0], name)
    elif changed:
        yield f"{_counted(changed)} in {words.count(len({p.urn for p, _ in changed}), 'plan')}: {_of(changed, name)}."
    for plan in charged:
        if plan.op == "replace":
            yield f"Plan {name(plan.name)} is replaced: its subscribers stay on the old one, which nothing manages."
        elif plan.op == "retain":
            yield f"Plan {name(plan.name)} is no longer managed: it stays in the account and bills on."
    yield from _moves(charged)
    if changeset.impact is not None:
        yield from headline_of(changeset.impact)


def _one(plan: PlanChange, line: LineChange, name: Name) -> Iterator[str]:
    found = list(rows(plan, line))
    verb = {"up": "rises", "down": "falls"}.get(direction(line), "changes")
    if len(found) == 1 and verb != "changes":
        row, share = found[0], _most([line])
        yield f"{name(plan.name)}: {name(row.name)} {verb} from {name(row.now)} to {name(row.after)}{share}."
    else:
        yield f"{name(plan.name)}: {name(found[0].name)} {verb} ({words.count(len(found), 'difference')})."


def _counted(changed: list[tuple[PlanChange, LineChange]]) -> str:
    """`3 prices rise (by 20.4 % at most), 1 falls`."""
    directions: dict[str, list[LineChange]] = {}
    for _, line in changed:
        directions.setdefault(direction(line) if line.op == "changed" else line.op, []).append(line)
    verbs = {
        "up": ("price rises", "prices rise"),
        "down": ("price falls", "prices fall"),
        "mixed": ("price rises or falls with the quantity", "prices rise or fall with the quantity"),
        "terms": ("price changes its terms", "prices change their terms"),
        "added": ("line is new", "lines are new"),
        "removed": ("line goes", "lines go"),
        "renamed": ("line is renamed", "lines are renamed"),
        "unknown": ("line is not known", "lines are not known"),
    }
    parts = [
        words.count(len(directions[kind]), *forms) + (_most(directions[kind]) if kind in {"up", "down"} else "")
        for kind, forms in verbs.items()
        if kind in directions
    ]
    return ", ".join(parts)


def _most(lines: list[LineChange]) -> str:
    changes = [
        compare(line.before, line.after).percent
        for line in lines
        if isinstance(line.before, Pricing) and isinstance(line.after, Pricing)
    ]
    known = [change for change in changes if change is not None]
    return f" ({percent(max(known, key=abs))}{' at most' if len(lines) > 1 else ''})" if known else ""


def _moves(plans: list[PlanChange]) -> Iterator[str]:
    known = [plan.subscribers for plan in plans if plan.subscribers is not None]
    if not known:
        return
    moments = Counter[str]()
    for one in known:
        for move in one.moves:
            moments[move.moment] += move.count
    moves = [(moment, moments[moment]) for moment in _MOVES if moments[moment]]
    total = sum(one.total for one in known)
    if not total and len(known) == len(plans):
        yield "Nobody subscribes to it yet."
    elif len(moves) == 1 and moves[0][1] == total:
        verb, when = _MOVES[moves[0][0]]
        yield f"{words.count(total, 'subscriber')} {verb if total > 1 else _SINGULAR[verb]} {when}."
    elif total:
        parts = ", ".join(f"{number:,} {_MOVES[moment][1]}" for moment, number in moves)
        yield f"{words.count(total, 'subscriber')} concerned{': ' + parts if parts else ''}."


def _names(plans: list[PlanChange], name: Name) -> str:
    shown = ", ".join(name(plan.name) for plan in plans[:_SHOWN])
    return shown + (f" and {len(plans) - _SHOWN:,} more" if len(plans) > _SHOWN else "")


def _of(changed: list[tuple[PlanChange, LineChange]], name: Name) -> str:
    plans = {plan.urn: plan for plan, _ in changed}
    return _names(list(plans.values()), name)
