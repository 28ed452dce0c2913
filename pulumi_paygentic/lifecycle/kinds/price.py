"""The steps of a price: its former ids, and the subscribers that `on_change="refuse"` protects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pulumi_paygentic.catalog import Feature
from pulumi_paygentic.lifecycle.advice import template_mismatch
from pulumi_paygentic.lifecycle.diff import changed_fields, refuse_charge_change
from pulumi_paygentic.lifecycle.errors import TemplateMismatch
from pulumi_paygentic.lifecycle.kinds.price_plans import former_ids, plans_beside, product_of
from pulumi_paygentic.lifecycle.result import Result
from pulumi_paygentic.lifecycle.state import FORMER, SUBSCRIBERS
from pulumi_paygentic.lifecycle.steps import Steps

MAX_FORMER: Final = 20
"""The number of former ids that a state remembers."""


class PriceSteps(Steps):
    """Counts subscribers before a refused change is written, and after each read and write."""

    def before_create(self, inputs: Mapping[str, Any]) -> None:
        """Raise TemplateMismatch."""
        self._match_template(inputs)

    def before_replacing(self, inputs: Mapping[str, Any]) -> None:
        """A replacement changes the charge as well."""
        previous = self.account.claims.previous(self.operation.urn)
        if previous is not None:
            self.before_update(previous.id, previous.state, inputs)

    def before_update(self, object_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
        """Raise PriceChangeRefused as of now, not only as of the last read, or TemplateMismatch."""
        changed = changed_fields(self.kind, olds, news)
        if {"entitlement_template", "feature_id"} & set(changed):
            self._match_template(news)
        if news.get("on_change") == "refuse":
            refuse_charge_change(self.kind, object_id, changed, self._subscribers(object_id, news), news)

    def after_write(self, result: Result, inputs: Mapping[str, Any], known_version: str | None) -> Result:
        """Remember the former ids and the subscribers."""
        former = [object_id for object_id in former_ids(self.operation) if object_id != result.id]
        if former:
            result.outputs[FORMER] = former[:MAX_FORMER]
        return self._counted(result, inputs)

    def after_read(self, result: Result) -> Result:
        """Remember the subscribers, so that a preview can refuse the change."""
        return self._counted(result, result.outputs)

    def _match_template(self, inputs: Mapping[str, Any]) -> None:
        """Compare the template with the account's feature; `check` has compared it with one of the program."""
        template, feature_id = inputs.get("entitlement_template"), inputs.get("feature_id")
        if not template or self.account.advice.seen(feature_id) is not None:
            return
        product_id = product_of(self.account, inputs)
        if product_id is None:  # the metric or fee does not exist any more, which the write will say
            return
        live = self.account.collection(Feature, {"product_id": product_id}).read(str(feature_id))
        reason = template_mismatch(template, live and live.values)
        if reason is not None:
            raise TemplateMismatch(str(feature_id), str(reason))

    def _counted(self, result: Result, values: Mapping[str, Any]) -> Result:
        result.outputs.pop(SUBSCRIBERS, None)
        if values.get("on_change") == "refuse":
            result.outputs[SUBSCRIBERS] = self._subscribers(result.id, values)
        return result

    def _subscribers(self, price_id: str, values: Mapping[str, Any]) -> dict[str, int]:
        """The number of subscribers of each plan that bills from the price, or did for some of them."""
        plans = plans_beside(self.account, values)
        counts = {plan_id: self.account.versions(plan_id).subscribers_of(price_id) for plan_id in plans}
        return {plan_id: count for plan_id, count in counts.items() if count}
