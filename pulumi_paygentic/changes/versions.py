"""The numbers of a plan's versions: the one that bills now, and the one that will, also after a rollback.

The preview does not have them, so the account is asked: one call for each plan that gets another set of prices, and one
for each version that the change may return to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from pulumi_paygentic.api import Client
from pulumi_paygentic.changes.changeset import Changeset, LineChange, PlanChange
from pulumi_paygentic.changes.pricing import Pricing

_PATH: Final = "/v0/plans/{id}/versions"
_DEPTH: Final = 50
"""The number of versions that `up` searches for a set of prices."""


def with_versions(changeset: Changeset, client: Client) -> Changeset:
    """Return the changeset with version numbers, for the plans of the client's merchant. Raises `PaygenticError`."""
    ours = {None, client.settings.merchant_id}
    plans = tuple(_numbered(plan, client) if plan.merchant_id in ours else plan for plan in changeset.plans)
    return replace(changeset, plans=plans)


def _numbered(plan: PlanChange, client: Client) -> PlanChange:
    if plan.plan_id is None or plan.op != "update":
        return plan
    versions = list(client.list(_PATH, id=plan.plan_id))
    now = next((version["versionNumber"] for version in versions if version["isDefault"]), None)
    if not plan.mints:
        return replace(plan, version_before=now, version_after=now)
    newest = max((version["versionNumber"] for version in versions), default=0)
    earlier = sorted((v["versionNumber"] for v in versions if v["versionNumber"] != now), reverse=True)[:_DEPTH]
    returned = _returned_to(plan, earlier, client) if earlier else None
    return replace(plan, version_before=now, version_after=newest + 1 if returned is None else returned)


def _returned_to(plan: PlanChange, numbers: list[int], client: Client) -> int | None:
    """The earlier version whose prices the plan will have again: `up` makes it the default instead of a new one."""
    lines = [line for line in plan.lines if line.after is not None]
    if not all(line.price_id_after is not None or line.former_ids for line in lines):
        return None
    for number in numbers:
        answer = client.get(f"{_PATH}/{{number}}", id=str(plan.plan_id), number=str(number))
        if _is_same(lines, answer["prices"]):
            return number
    return None


def _is_same(lines: list[LineChange], prices: list[Mapping[str, Any]]) -> bool:
    held = {price["id"]: price for price in prices if not price.get("priceDeleted")}
    return len(lines) == len(prices) and all(
        any(_charges(line, held[price]) for price in _candidates(line) if price in held) for line in lines
    )


def _candidates(line: LineChange) -> Iterator[str]:
    """The ids that the line's price may have: the one that it has, else those that its resource had before."""
    if line.price_id_after is not None:
        yield line.price_id_after
    else:
        yield from line.former_ids


def _charges(line: LineChange, price: Mapping[str, Any]) -> bool:
    if line.price_id_after is not None:
        return True
    if not isinstance(line.after, Pricing):
        return False
    return replace(Pricing.of_wire(price), source=line.after.source) == line.after
