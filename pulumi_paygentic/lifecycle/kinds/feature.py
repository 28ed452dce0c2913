"""The steps of a feature: it is retained while a price includes it, because the API would take it from subscribers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_paygentic.catalog import Price, shown_value
from pulumi_paygentic.lifecycle.steps import Steps


class FeatureSteps(Steps):
    """Reads the prices before a delete: the API names no blockers."""

    def users(self, object_id: str, state: Mapping[str, Any]) -> str | None:
        """The prices that have the feature."""
        prices = self.account.collection(Price, state).referring("feature_id", object_id)
        named = [f"{shown_value(live.values.get('invoice_display_name'))} ({live.id})" for live in prices]
        return f"prices {', '.join(sorted(named))}" if named else None
