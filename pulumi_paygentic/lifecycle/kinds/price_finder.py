"""The finder of prices: by content, as a price has no name, in the one order that neither loses nor doubles one.

Each step covers a case in which the others fail:

1. the ids that this resource had before (the program is reverted after the plan's update failed);
2. the price that now stands where an old id of this resource stood in another version of a plan (a kill right after a
   version was minted, before the state was written);
3. an identical price that a plan bills from, if its metric or fee was itself created or adopted in this run (a destroy,
   which the plan survives, and an up);
4. an identical price that no plan bills from (a kill after the POST; a superseded price adopted again), unless this one
   is edited in place and some version still holds the other: its subscribers would pay what is edited here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pulumi_paygentic.catalog import Plan, with_default
from pulumi_paygentic.lifecycle.diff import changed_fields
from pulumi_paygentic.lifecycle.finder import Adoption, Finder
from pulumi_paygentic.lifecycle.kinds.price_plans import former_ids, plans_beside
from pulumi_paygentic.lifecycle.result import Live


class PriceFinder(Finder):
    """Finds prices whose whole content is as declared."""

    def candidates(self, inputs: Mapping[str, Any], *, fresh: bool) -> Iterator[Live]:
        """Identical prices in the order above; each step is reached only if no price before it could be claimed."""
        previous = self.account.claims.previous(self.operation.urn)
        # A template key that is not declared any more looks like the API's own: only the state tells.
        changed = previous.id if previous and changed_fields(self.kind, previous.state, inputs) else None
        alike = [live for live in super().candidates(inputs, fresh=fresh) if live.id != changed]
        identical = [live for live in alike if self._is_identical(inputs, live)]
        if not identical:
            return
        former = former_ids(self.operation)
        yield from (live for live in identical if live.id in former)
        yield from (live for live in identical if self._has_succeeded(live.id, former))
        billed = [live for live in identical if self._plans_billing(live.id)]
        if any(self.account.claims.is_claimed(inputs.get(parent)) for parent in ("billable_metric_id", "fee_id")):
            yield from billed
        yield from (live for live in identical if live not in billed and not self._is_shared(inputs, live.id))

    def is_equal(self, inputs: Mapping[str, Any], adoption: Adoption) -> bool:
        """Every candidate is identical; a difference that is left is in a field that is not declared."""
        return True

    def _is_identical(self, inputs: Mapping[str, Any], live: Live) -> bool:
        sent = {name: field for name, field in self.kind.inputs().items() if field.behaviour.is_sent}
        return all(
            field.is_same(
                with_default(field, inputs.get(name)),
                with_default(field, field.as_declared(inputs.get(name), live.values.get(name))),
            )
            for name, field in sent.items()
        )

    def _plans_billing(self, price_id: str) -> Iterable[str]:
        return [live.id for live in self.account.all(Plan).referring("prices", price_id)]

    def _has_succeeded(self, price_id: str, former: list[str]) -> bool:
        """Return whether the price is on a line that had one of the former ids in another version of the plan."""
        return any(
            set(former) & predecessors
            for plan_id in (self._plans_billing(price_id) if former else [])
            for predecessors in self.account.versions(plan_id).predecessors(price_id)
        )

    def _is_shared(self, inputs: Mapping[str, Any], price_id: str) -> bool:
        """Return whether an edit in place would reach subscribers of versions that this resource does not know."""
        if inputs.get("on_change", "version") == "version":
            return False
        plans = plans_beside(self.account, inputs)
        return any(self.account.versions(plan_id).hold(price_id) for plan_id in plans)
