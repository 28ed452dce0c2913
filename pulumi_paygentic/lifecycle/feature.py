"""The life of a feature: the API would delete it from under the prices that bring it along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_paygentic.catalog import Price
from pulumi_paygentic.lifecycle.lifecycle import Lifecycle


class FeatureLifecycle(Lifecycle):
    """A feature that a price still has is kept: deleting it takes it from whoever subscribes to that price."""

    def delete(self, object_id: str, olds: Mapping[str, Any], owner: str) -> list[str]:
        """Keep the feature where a price has it; the API names no blockers, so the prices are asked."""
        answers = self.account.collection(Price, olds).all()
        holders = sorted(a["id"] for a in answers if Price.outputs(a).get("feature_id") == object_id)
        if not holders or not self.account.claims.may_delete(object_id, owner):
            return [] if holders else super().delete(object_id, olds, owner)
        return [f"feature {object_id} was kept: it is still held by prices {', '.join(holders)}"]
