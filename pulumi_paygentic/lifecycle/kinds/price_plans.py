"""The plans that a price can stand in, and the ids that its resource had before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_paygentic.catalog import BillableMetric, Fee, Plan
from pulumi_paygentic.lifecycle.account import Account, Operation
from pulumi_paygentic.lifecycle.state import FORMER


def product_of(account: Account, values: Mapping[str, Any]) -> str | None:
    """The product that the price's metric or fee belongs to."""
    kind, name = (Fee, "fee_id") if values.get("fee_id") else (BillableMetric, "billable_metric_id")
    charge = account.collection(kind, values).read(str(values[name]))
    return None if charge is None else charge.values.get("product_id")


def plans_beside(account: Account, values: Mapping[str, Any]) -> list[str]:
    """The plans of the price's product: no other can list the price."""
    product_id = product_of(account, values)
    return [] if product_id is None else [live.id for live in account.all(Plan).referring("product_id", product_id)]


def former_ids(operation: Operation) -> list[str]:
    """The ids that this resource had before, newest first."""
    previous = operation.account.claims.previous(operation.urn)
    return [] if previous is None else [previous.id, *previous.state.get(FORMER, [])]
