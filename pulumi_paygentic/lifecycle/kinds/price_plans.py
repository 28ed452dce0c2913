"""The plans that a price can stand in, and the ids that its resource had before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_paygentic.catalog import BillableMetric, Fee, Plan
from pulumi_paygentic.lifecycle.account import Account, Operation
from pulumi_paygentic.lifecycle.state import FORMER


def plans_beside(account: Account, values: Mapping[str, Any]) -> list[str]:
    """The plans of the product that the price's metric or fee belongs to: no other can list the price."""
    kind, name = (Fee, "fee_id") if values.get("fee_id") else (BillableMetric, "billable_metric_id")
    charge = account.collection(kind, values).read(str(values[name]))
    if charge is None:
        return []
    return [live.id for live in account.all(Plan).referring("product_id", charge.values.get("product_id"))]


def former_ids(operation: Operation) -> list[str]:
    """The ids that this resource had before, newest first."""
    previous = operation.account.claims.previous(operation.urn)
    return [] if previous is None else [previous.id, *previous.state.get(FORMER, [])]
