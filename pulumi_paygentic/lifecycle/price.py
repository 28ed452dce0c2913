"""The life of a price, which has no name to be known again by.

Where a price that was made earlier is looked for, best first; less than these four loses or doubles one in the case
beside it:

1. the ids that this resource had before (the program is reverted after the plan's update failed);
2. the price that now stands where an old id of this resource stood in another version of a plan (a kill right after a
   version was minted, before the state was written);
3. an identical price that a plan bills from, if its metric or fee was itself made or taken over in this run (a destroy,
   which the plan survives, and an up);
4. an identical price that no plan bills from (a kill after the POST; a superseded price taken up again), unless this
   one is edited in place and some version still holds the other: its subscribers would pay what is edited here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pulumi_paygentic.catalog import BillableMetric, Fee, Plan, with_default
from pulumi_paygentic.lifecycle.collection import Answer
from pulumi_paygentic.lifecycle.diff import changed_fields, refuse
from pulumi_paygentic.lifecycle.lifecycle import Lifecycle, Outcome
from pulumi_paygentic.lifecycle.plan_versions import PlanVersions
from pulumi_paygentic.lifecycle.state import FORMER, SUBSCRIBERS

REMEMBERED: Final = 20
"""How many former ids are kept."""


class PriceLifecycle(Lifecycle):
    """A price is taken over only if all of its content is as declared."""

    def create(self, inputs: Mapping[str, Any], owner: str) -> Outcome:
        """Remember the ids that this resource had before."""
        before = self.account.claims.before(owner)
        if before is not None:
            self._refuse(before[0], before[1], inputs)
        outcome = self._counted(super().create(inputs, owner), inputs)
        former = [object_id for object_id in self._former(owner) if object_id != outcome.id]
        if former:
            outcome.outputs[FORMER] = former[:REMEMBERED]
        return outcome

    def read(self, object_id: str, olds: Mapping[str, Any]) -> Outcome | None:
        """A price that may refuse a change knows its subscribers, so that preview can say so."""
        outcome = super().read(object_id, olds)
        return None if outcome is None else self._counted(outcome, outcome.outputs)

    def update(self, object_id: str, olds: Mapping[str, Any], news: Mapping[str, Any], owner: str) -> Outcome:
        """Count the subscribers again before anything is written."""
        self._refuse(object_id, olds, news)
        return self._counted(super().update(object_id, olds, news, owner), news)

    def candidates(self, inputs: Mapping[str, Any], owner: str, *, fresh: bool) -> Iterable[Answer]:
        """See the module: each step is only taken when those before it found nothing that could be claimed."""
        before = self.account.claims.before(owner)
        # Keys of its template that are not declared any more look like the API's own: only the state tells.
        changed = before[0] if before and changed_fields(self.kind, before[1], inputs) else None
        alike = [a for a in super().candidates(inputs, owner, fresh=fresh) if a["id"] != changed]
        identical = [answer for answer in alike if self._is_identical(inputs, answer)]
        if not identical:
            return
        former = self._former(owner)
        billed = self._billed(inputs)
        yield from (answer for answer in identical if answer["id"] in former)
        yield from (answer for answer in identical if self._succeeded(answer["id"], former, billed))
        if any(self.account.claims.taken(inputs.get(parent)) for parent in ("billable_metric_id", "fee_id")):
            yield from (answer for answer in identical if answer["id"] in billed)
        yield from (a for a in identical if a["id"] not in billed and not self._is_shared(inputs, a["id"]))

    def may_change(self, answer: Answer, inputs: Mapping[str, Any], owner: str) -> bool:
        """What is taken over is identical; what is written all the same is not declared."""
        del answer, inputs, owner
        return True

    def _refuse(self, object_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
        if news.get("on_change") == "refuse":
            refuse(
                self.kind, object_id, changed_fields(self.kind, olds, news), self._subscribers(object_id, news), news
            )

    def _counted(self, outcome: Outcome, values: Mapping[str, Any]) -> Outcome:
        outcome.outputs.pop(SUBSCRIBERS, None)
        if values.get("on_change") == "refuse":
            outcome.outputs[SUBSCRIBERS] = self._subscribers(outcome.id, values)
        return outcome

    def _subscribers(self, price_id: str, values: Mapping[str, Any]) -> dict[str, int]:
        """The number of subscribers of each plan that bills from the price, or has for some, where there are any."""
        plans = self._plans_beside(values)
        counts = {plan_id: PlanVersions(self.account.client, plan_id).subscribers_of(price_id) for plan_id in plans}
        return {plan_id: count for plan_id, count in counts.items() if count}

    def _is_shared(self, inputs: Mapping[str, Any], price_id: str) -> bool:
        """Whether an edit in place would reach subscribers of versions that this resource knows nothing of."""
        if inputs.get("on_change", "version") == "version":
            return False
        plans = self._plans_beside(inputs)
        return any(PlanVersions(self.account.client, plan_id).hold(price_id) for plan_id in plans)

    def _plans_beside(self, values: Mapping[str, Any]) -> list[str]:
        """The plans of the product that the price's metric or fee belongs to: no other can list it."""
        kind, name = (Fee, "fee_id") if values.get("fee_id") else (BillableMetric, "billable_metric_id")
        charge = self.account.collection(kind, values).read(str(values[name]))
        product = kind.outputs(charge).get("product_id") if charge else None
        plans = ((Plan.outputs(answer), answer["id"]) for answer in self.account.collection(Plan, values).all())
        return [plan_id for plan, plan_id in plans if plan.get("product_id") == product]

    def _former(self, owner: str) -> list[str]:
        before = self.account.claims.before(owner)
        return [] if before is None else [before[0], *before[1].get(FORMER, [])]

    def _is_identical(self, inputs: Mapping[str, Any], answer: Answer) -> bool:
        live = self.kind.outputs(answer)
        sent = {name: field for name, field in self.kind.inputs().items() if field.behaviour.is_sent}
        return all(
            field.is_same(
                with_default(field, inputs.get(name)),
                with_default(field, field.as_declared(inputs.get(name), live.get(name))),
            )
            for name, field in sent.items()
        )

    def _billed(self, inputs: Mapping[str, Any]) -> dict[str, list[str]]:
        """The ids of the plans that bill from each price: those whose default version holds it."""
        billed: dict[str, list[str]] = {}
        for plan in self.account.collection(Plan, inputs).all():
            for price_id in Plan.outputs(plan).get("prices", []):
                billed.setdefault(price_id, []).append(plan["id"])
        return billed

    def _succeeded(self, price_id: str, former: list[str], billed: Mapping[str, list[str]]) -> bool:
        """Whether the price stands where one of the former ids stood in another version of a plan."""
        return any(
            set(former) & successors
            for plan_id in (billed.get(price_id, []) if former else [])
            for successors in PlanVersions(self.account.client, plan_id).predecessors(price_id)
        )
