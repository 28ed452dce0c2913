"""Warnings about prices that the API accepts and that most likely charge more, or less, than is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pulumi_paygentic.catalog.unknown import UNKNOWN
from pulumi_paygentic.catalog.violations import Violation, shown_value


def price_advice(given: Mapping[str, Any]) -> Iterator[Violation]:
    """Warn of an included allowance that discounts nothing.

    A program that declares `grant_discount_enabled`, as True or as False, has decided and is not warned.
    """
    template = given.get("entitlement_template")
    if not isinstance(template, Mapping) or given.get("grant_discount_enabled") is not None:
        return
    credits_ = template.get("issue_after_reset")
    soft = template.get("is_soft_limit") not in (False, UNKNOWN)
    if credits_ in (None, UNKNOWN, 0) or not soft or not _charges_usage(given):
        return
    decide = "set grant_discount_enabled=False if that is meant"
    if given.get("model") == "volume":
        discounted = "only a standard price can be discounted (grant_discount_enabled=True)"
    else:
        discounted = "set grant_discount_enabled=True to charge only what exceeds them"
    yield Violation(
        "entitlement_template",
        f"includes {shown_value(credits_)} units (issue_after_reset) and yet charges every unit from the first on:"
        f" {discounted}, or {decide}",
    )


def _charges_usage(given: Mapping[str, Any]) -> bool:
    """Return whether the price certainly charges money for units; a pricing unit's credits are drawn down anyway."""
    if given.get("billable_metric_id") is None or given.get("pricing_unit_id") is not None:
        return False
    rates = [given.get("unit_price")]
    if given.get("model") == "volume" and isinstance(given.get("tiers"), list):
        rates = [tier.get("unit_price") for tier in given["tiers"] if isinstance(tier, Mapping)]
    return any(isinstance(rate, str) and Decimal(rate) > 0 for rate in rates)
