"""The report of drift: what the account has instead of the state, in money first, and both ways to mend it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pulumi_paygentic.api import Client, PaygenticError
from pulumi_paygentic.changes.changeset import PlanChange, Subscribers
from pulumi_paygentic.changes.from_snapshots import object_change, plain, plan_changes
from pulumi_paygentic.changes.impact import Impact
from pulumi_paygentic.changes.render import words
from pulumi_paygentic.changes.render.details import shown
from pulumi_paygentic.changes.render.json_output import json_impact
from pulumi_paygentic.changes.sides.blocks import Block, Commands, Heading, Paragraph, Table
from pulumi_paygentic.changes.sides.money import impact_blocks, plan_blocks
from pulumi_paygentic.changes.values import ABSENT
from pulumi_paygentic.snapshot import SnapshotObject
from pulumi_paygentic.snapshot.comparison import Difference
from pulumi_paygentic.snapshot.drift import Drift
from pulumi_paygentic.snapshot.matching import pair_by_id
from pulumi_paygentic.snapshot.state import name_of

STATE, ACCOUNT = "State", "Account"


@dataclass(frozen=True)
class DriftReport:
    """Drift with the plans whose charge differs; `stacks` are the names that commands take after `--stack`.

    `impact` is the last period of the account at the prices of the state and at its own, None if nobody asked for it.
    """

    drift: Drift
    plans: tuple[PlanChange, ...]
    stacks: tuple[str, ...]
    unmanaged_counts: bool = True
    impact: Impact | None = None

    @property
    def is_clean(self) -> bool:
        """Return whether there is nothing to mend."""
        return not (self.drift.has_drifted or (self.unmanaged_counts and self.drift.unmanaged))


def report_of(drift: Drift, stacks: Sequence[str], *, unmanaged_counts: bool = True) -> DriftReport:
    """The report of a drift, before anybody asked for subscribers."""
    found = [*drift.changed, *(Difference(one, None) for one in drift.missing)]
    changes = plan_changes(pair_by_id(drift.state, drift.live), found)
    plans = tuple(plan for plan in changes if plan.op == "update" and plan.changed_lines)
    return DriftReport(drift, plans, tuple(stacks), unmanaged_counts)


def with_subscribers(report: DriftReport, client: Client) -> DriftReport:
    """The report with the live subscriptions of the plans in it; without them where the key may not read them."""
    ids = {plan.plan_id for plan in report.plans if plan.plan_id}
    if not ids:
        return report
    counts: dict[str, list[int]] = {plan_id: [0, 0] for plan_id in ids}
    try:
        for status in ("active", "pending_payment"):
            query = {"merchantId": client.settings.merchant_id, "status": status}
            for one in client.list("/v0/subscriptions", query):
                if one.get("planId") in counts:
                    counts[one["planId"]][one.get("versionPolicy") == "pinned"] += 1
    except PaygenticError:
        return report
    found = {plan_id: Subscribers(floating=some[0], pinned=some[1]) for plan_id, some in counts.items()}
    return replace(
        report, plans=tuple(replace(plan, subscribers=found.get(str(plan.plan_id))) for plan in report.plans)
    )


def blocks(report: DriftReport) -> Iterator[Block]:
    """Yield the blocks of the report."""
    drift = report.drift
    where = f"{drift.live.source}, beside {drift.state.source}"
    if report.is_clean:
        compared = words.count(len(drift.managed), "managed object")
        yield Heading("Nothing has drifted" if drift.is_complete else "No drift found, but not all could be read", 1)
        yield Paragraph(f"{compared} compared in {where}.")
    else:
        yield Heading("The account has drifted" if drift.has_drifted else "The account has unmanaged objects", 1)
        yield Paragraph(f"{_summary(drift)} in {where}. Coverage: {drift.coverage} %.")
    yield from plan_blocks(report.plans, STATE, ACCOUNT)
    yield from impact_blocks(report.impact, "the state's prices", "the account's")
    if drift.changed:
        yield Heading("Changed")
        rows = [row for one in drift.changed for row in _changed(one)]
        yield Table(("Object", "Field", STATE, ACCOUNT, "Last change"), rows)
    for title, objects in (("Gone", drift.missing), ("Managed by no stack that was named", drift.unmanaged)):
        if objects and (title == "Gone" or report.unmanaged_counts):
            yield Heading(title)
            yield Table(("Kind", "Name", "Id"), [(one.kind, _label(one), str(one.id)) for one in objects])
    yield from _mending(report)
    notes = [str(problem) for problem in drift.problems] + _asides(drift)
    if notes:
        yield Heading("Notes")
        yield Table(("Note",), [(one,) for one in notes])


def _summary(drift: Drift) -> str:
    parts = (
        (len(drift.changed), "object has other values", "objects have other values"),
        (len(drift.missing), "object is gone", "objects are gone"),
        (len(drift.unmanaged), "object is managed by no stack", "objects are managed by no stack"),
    )
    return ", ".join(words.count(count, *forms) for count, *forms in parts if count)


def _changed(one: Difference) -> Iterator[tuple[str, ...]]:
    changed_at = str(one.after.computed.get("updated_at", "")) if one.after else ""
    for field in object_change(one).fields:
        cells = ("" if value is ABSENT else shown(value) for value in (field.before, field.after))
        yield (f"{one.subject.kind} {_label(one.subject)}", field.path, *cells, changed_at)


def _label(one: SnapshotObject) -> str:
    return name_of(one.resource) if one.resource else one.key


def _mending(report: DriftReport) -> Iterator[Block]:
    drift = report.drift
    if drift.has_drifted:
        yield Heading("To mend it")
        commands = [f"pulumi up --refresh{f' --stack {stack}' if stack else ''}" for stack in report.stacks or ("",)]
        yield Commands("To undo it, so that the account is as the program says again:", commands)
    if drift.changed:
        lines = [line for one in drift.changed for line in _adopting(one, drift)]
        yield Commands("To adopt it, write this into the program, then run the same command:", lines, "python")
    if drift.missing:
        names = ", ".join(_label(one) for one in drift.missing)
        yield Paragraph(f"To let go of what is gone, take it out of the program: {names}.")
    if drift.unmanaged and report.unmanaged_counts:
        named = [f'adopt_id="{one.id}"  # {one.kind} {one.key}' for one in drift.unmanaged]
        text = "To manage what no stack does, declare it with this argument, or run `pulumi-paygentic import`:"
        yield Commands(text, named, "python")


def _adopting(one: Difference, drift: Drift) -> Iterator[str]:
    yield f"# {one.subject.kind} {_label(one.subject)}"
    for field in one.fields:
        if field.after is None and field.path.startswith("prices"):
            yield f"# {field.path} goes"
        elif field.after is None:
            yield f"{field.path}=None,"
        elif field.path.startswith("prices"):
            yield f"# {field.path} becomes {_referred(field.after, drift)}"
        else:
            yield f"{field.path}={_literal(plain(field.after))},"


def _literal(value: Any) -> str:
    """The value as a program has it."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _referred(value: Any, drift: Drift) -> str:
    live = drift.live.find(value)
    managed = drift.state.by_id(live.id) if live else None
    return f"{_label(managed)}.id" if managed else repr(live.id if live else str(value))


def _asides(drift: Drift) -> list[str]:
    found = []
    if drift.superseded:
        one = words.count(drift.superseded, "price")
        found.append(f"{one} that no plan bills from and no stack manages, as price changes leave them behind")
    links = [one for one in drift.skipped if one.kind not in drift.live.unread]
    if links:
        found.append(f"{words.count(len(links), 'authorization link')} not compared: the API has no list of them")
    return found


def document(report: DriftReport) -> Mapping[str, Any]:
    """The report as JSON, with the counts that other drift tools have."""
    drift = report.drift
    return {
        "version": 1,
        "has_drifted": drift.has_drifted,
        "is_complete": drift.is_complete,
        "state": drift.state.source,
        "merchant_id": drift.live.merchant_id,
        "environment": drift.live.environment,
        "summary": {
            "total_resources": len(drift.managed) + len(drift.missing) + len(drift.unmanaged),
            "total_managed": len(drift.managed),
            "total_changed": len(drift.changed),
            "total_missing": len(drift.missing),
            "total_unmanaged": len(drift.unmanaged),
            "total_superseded": drift.superseded,
            "total_skipped": len(drift.skipped),
        },
        "coverage": drift.coverage,
        "changed": [_entry(one.subject, one) for one in drift.changed],
        "missing": [_entry(one) for one in drift.missing],
        "unmanaged": [_entry(one) for one in drift.unmanaged],
        "plans": [_plan(plan) for plan in report.plans],
        "impact": None if report.impact is None else json_impact(report.impact),
        "problems": [{"code": one.code, "subject": one.subject, "message": one.message} for one in drift.problems],
    }


def _entry(one: SnapshotObject, difference: Difference | None = None) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "kind": one.kind,
        "id": one.id,
        "name": _label(one),
        "title": one.name,
        "urn": one.resource,
    }
    if difference is None:
        return entry
    updated = difference.after.computed.get("updated_at") if difference.after else None
    fields = [
        {"path": field.path, "state": _json(field.before), "account": _json(field.after)}
        for field in object_change(difference).fields
    ]
    return {**entry, "updated_at": updated, "fields": fields}


def _json(value: Any) -> Any:
    return None if value is ABSENT else value


def _plan(plan: PlanChange) -> dict[str, Any]:
    table = [block for block in plan_blocks([plan], STATE, ACCOUNT) if isinstance(block, Table)]
    return {
        "name": plan.name,
        "id": plan.plan_id,
        "product": plan.product,
        "currency": plan.currency,
        "cadence": plan.cadence,
        "subscribers": plan.subscribers.total if plan.subscribers else None,
        "lines": [
            dict(zip(("line", "state", "account", "difference"), row, strict=True))
            for block in table
            for row in block.rows
        ],
    }
