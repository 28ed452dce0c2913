"""The finder of plans: by product, name and currency; a plan that charges the same is equal, whatever its price ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_paygentic.lifecycle.finder import Adoption, Finder
from pulumi_paygentic.lifecycle.kinds.plan_lines import charges_alike, is_equal
from pulumi_paygentic.lifecycle.result import Live


class PlanFinder(Finder):
    """Compares prices with the default version, whose lines only versions list."""

    def changes(self, inputs: Mapping[str, Any], live: Live) -> dict[str, Any]:
        """The prices are a change only if the plan bills from others, or under other keys."""
        changes = super().changes(inputs, live)
        lines = changes.pop("prices", None)
        if lines is not None:
            default = self.account.versions(live.id).default()
            if default is None or not is_equal(default, lines):
                changes["prices"] = lines
        return changes

    def is_equal(self, inputs: Mapping[str, Any], adoption: Adoption) -> bool:
        """Also if only the ids of prices differ: identical prices were created, or found, anew."""
        if super().is_equal(inputs, adoption):
            return True
        default = self.account.versions(adoption.live.id).default()
        return set(adoption.changes) == {"prices"} and charges_alike(self.account, default, inputs["prices"])
