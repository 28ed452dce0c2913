"""The evaluation of gates against a change, with waivers, and against what was so in the base already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pulumi_paygentic.changes.changeset import Changeset, PlanChange
from pulumi_paygentic.changes.gates.conditions import Hit, Scope, hits
from pulumi_paygentic.changes.gates.grammar import Gate
from pulumi_paygentic.changes.gates.waivers import Waiver


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason for which a gate would say no.

    Args:
        urn: The URN of the plan or object; empty if it is about the whole change.
        names: The names by which a waiver may name it.
        text: A sentence without a full stop.
        waiver: The waiver that lets it through.
        expired: The waiver that would have, had it not ended.
        in_base: True if the base branch has the same finding: this change is not its cause.

    """

    urn: str
    names: tuple[str, ...]
    text: str
    waiver: Waiver | None = None
    expired: Waiver | None = None
    in_base: bool = False

    @property
    def blocks(self) -> bool:
        """Return whether the finding makes its gate say no."""
        return self.waiver is None and not self.in_base


@dataclass(frozen=True, slots=True)
class GateResult:
    """The verdict of one gate: its text and its findings, none if it passes."""

    gate: str
    findings: tuple[Finding, ...] = ()

    @property
    def says_no(self) -> bool:
        """Return whether a finding blocks."""
        return any(finding.blocks for finding in self.findings)


def says_no(results: Iterable[GateResult]) -> bool:
    """Return whether a gate says no."""
    return any(result.says_no for result in results)


def evaluate(
    gates: Sequence[Gate],
    changeset: Changeset,
    *,
    today: date,
    waivers: Sequence[Waiver] = (),
    base: Changeset | None = None,
) -> tuple[GateResult, ...]:
    """Return one result a gate, in their order.

    `today` decides on the end of waivers. `base` is the change that the base branch would make: a finding that it has
    as well does not block.
    """
    results = []
    for gate in gates:
        known = {(hit.urn, hit.text) for hit in _hits(gate, base)} if base is not None else set()
        findings = (
            _waived(Finding(hit.urn, hit.names, hit.text, in_base=(hit.urn, hit.text) in known), gate, waivers, today)
            for hit in _hits(gate, changeset)
        )
        results.append(GateResult(str(gate), tuple(findings)))
    return tuple(results)


def _hits(gate: Gate, changeset: Changeset) -> list[Hit]:
    if len(gate.conditions) == 1:
        return hits(gate.conditions[0], Scope(changeset, changeset.plans, changeset.objects))
    found = []
    for scope in _scopes(changeset):
        each = [hits(condition, scope) for condition in gate.conditions]
        if all(each):
            first = each[0][0]
            texts = dict.fromkeys(hit.text for some in each for hit in some)
            found.append(Hit(first.urn, first.names, "; ".join(texts)))
    return found


def _scopes(changeset: Changeset) -> Iterator[Scope]:
    """Yield one scope for each plan, with its objects, and one for each object that is of no plan."""
    of_plans: set[str] = set()
    for plan in changeset.plans:
        urns = _urns(plan)
        of_plans |= urns
        objects = tuple(change for change in changeset.objects if change.urn in urns)
        yield Scope(changeset, (plan,), objects, whole=False)
    for change in changeset.objects:
        if change.urn not in of_plans:
            yield Scope(changeset, (), (change,), whole=False)


def _urns(plan: PlanChange) -> set[str]:
    return {plan.urn, *(line.price_urn for line in plan.lines if line.price_urn)}


def _waived(finding: Finding, gate: Gate, waivers: Sequence[Waiver], today: date) -> Finding:
    covering = [waiver for waiver in waivers if waiver.covers(gate, finding.names)]
    valid = max((waiver for waiver in covering if waiver.until >= today), key=lambda one: one.until, default=None)
    expired = None if valid else max(covering, key=lambda one: one.until, default=None)
    return Finding(finding.urn, finding.names, finding.text, valid, expired, finding.in_base)
