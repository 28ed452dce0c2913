"""The API's rules on the fields of a price, from its description and the vendor's SDK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pulumi_paygentic.catalog.unknown import UNKNOWN, has_unknown
from pulumi_paygentic.catalog.violations import Violation

Given = Mapping[str, Any]


def price_rules(given: Given) -> Iterator[Violation]:
    """Yield every violation of a rule across a price's fields.

    A value that is not known yet counts as valid; an id that is not known yet counts as given.
    """
    yield from _metric_or_fee(given)
    yield from _rate_or_tiers(given)
    yield from _tiers(given)
    yield from _fee(given)
    yield from _metered(given)
    yield from _rebate(given)
    yield from _needs_standard(given)
    yield from _tax(given)
    if _given(given, "entitlement_template") and not _possible(given, "feature_id"):
        yield Violation("entitlement_template", "needs feature_id: the feature that it is the template of")


def _given(given: Given, name: str) -> bool:
    """Return whether the field certainly has a value."""
    return given.get(name) is not None if name.endswith("_id") else given.get(name) not in (None, UNKNOWN)


def _possible(given: Given, name: str) -> bool:
    """Return whether the field has a value, or one that is not known yet."""
    return given.get(name) is not None


def _metric_or_fee(given: Given) -> Iterator[Violation]:
    if _given(given, "billable_metric_id") and _given(given, "fee_id"):
        yield Violation("fee_id", "can't be combined with billable_metric_id: a price is for one of the two")
    if not _possible(given, "billable_metric_id") and not _possible(given, "fee_id"):
        yield Violation("billable_metric_id", "or fee_id is required: a price is for a metric or for a fee")


def _rate_or_tiers(given: Given) -> Iterator[Violation]:
    model = given.get("model")
    if model is None and not _possible(given, "fee_id"):
        yield Violation("model", 'is required for a metered price: "standard" or "volume"')
    if model in (None, "standard"):
        if not _possible(given, "unit_price"):
            yield Violation("unit_price", "is required for a standard price")
        if _given(given, "tiers"):
            yield Violation("tiers", 'belong to a volume price: set model="volume", or leave tiers out')
    if model == "volume":
        if not _possible(given, "tiers"):
            yield Violation("tiers", "are required for a volume price")
        if _given(given, "unit_price"):
            yield Violation("unit_price", "belongs to a standard price: a volume price has tiers instead")


def _tiers(given: Given) -> Iterator[Violation]:
    tiers = given.get("tiers")
    if not isinstance(tiers, list) or UNKNOWN in tiers:
        return
    if not tiers:
        yield Violation("tiers", "must not be empty: the last tier, without up_to, is the open end")
        return
    bounds = [tier.get("up_to") for tier in tiers]
    if bounds[-1] not in (None, UNKNOWN):
        yield Violation(f"tiers[{len(tiers) - 1}].up_to", "must be left out on the last tier, which is the open end")
    below = Decimal(0)
    for index, bound in enumerate(bounds[:-1]):
        if bound is None:
            yield Violation(f"tiers[{index}].up_to", "is required on every tier but the last")
        elif bound is UNKNOWN:
            continue
        elif Decimal(bound) <= below:
            yield Violation(f"tiers[{index}].up_to", f"must be above the tier before: {bound} is not above {below}")
        else:
            below = Decimal(bound)


def _fee(given: Given) -> Iterator[Violation]:
    if not _given(given, "fee_id"):
        return
    if given.get("model") == "volume":
        yield Violation("model", "must be standard for a fee: volume tiers need metered usage")
    if not _possible(given, "billing_cadence"):
        yield Violation("billing_cadence", 'is required for a fee: "P0D" once, "P1M" monthly, "P1Y" yearly')
    for name in ("pricing_unit_id", "grant_discount_enabled"):
        if _given(given, name) and given[name] is not False:
            yield Violation(name, "is for metered prices only: leave it out for a fee")
    if given.get("rate_type") == "proportion":
        yield Violation("rate_type", "proportion is for metered prices only: leave it out for a fee")
    if _negative(given):
        yield Violation("unit_price", "can't be negative for a fee: only metered usage can be rebated")


def _metered(given: Given) -> Iterator[Violation]:
    if not _given(given, "billable_metric_id"):
        return
    if _given(given, "quantity") and given["quantity"] != 1:  # 1 is what the API reads back
        yield Violation("quantity", "is for fee prices only: a metered price takes it from usage")
    if given.get("is_obligation") is True:
        yield Violation("is_obligation", "is for fee prices only: a metered amount is known at the period's end")
    if _given(given, "pricing_unit_id") and not _possible(given, "feature_id"):
        yield Violation("pricing_unit_id", "needs feature_id: a metered feature, whose credits are drawn down")
    if given.get("rate_type") == "proportion" and _given(given, "pricing_unit_id"):
        yield Violation("rate_type", "proportion needs real currency: leave pricing_unit_id out")


def _rebate(given: Given) -> Iterator[Violation]:
    if not _negative(given):
        return
    if given.get("grant_discount_enabled") is True:
        yield Violation("unit_price", "can't be negative together with grant_discount_enabled")
    if _given(given, "pricing_unit_id"):
        yield Violation("unit_price", "can't be negative in a pricing unit")
    template = given.get("entitlement_template")
    if isinstance(template, Mapping) and template.get("is_soft_limit") is False:
        yield Violation("unit_price", "can't be negative together with a hard limit (is_soft_limit=False)")


def _needs_standard(given: Given) -> Iterator[Violation]:
    if given.get("model") != "volume":
        return
    for name in ("invoice_display_group", "grant_discount_enabled"):
        if _given(given, name) and given[name] is not False:
            yield Violation(name, "needs a standard price")
    if given.get("rate_type") == "proportion":
        yield Violation("rate_type", "proportion needs a standard price")


def _tax(given: Given) -> Iterator[Violation]:
    tax = given.get("tax")
    if not isinstance(tax, Mapping) or has_unknown(tax):
        return
    outside = tax["supply_scope"] == "OUTSIDE_SCOPE"
    label = tax.get("outside_scope_label")
    if outside and label is None:
        yield Violation("tax.outside_scope_label", 'is required when supply_scope is OUTSIDE_SCOPE: "CASHBACK"')
    if not outside and label is not None:
        yield Violation("tax.outside_scope_label", "is only for supply_scope OUTSIDE_SCOPE: leave it out")
    if outside and label == "CASHBACK":
        rate = given.get("unit_price")
        if given.get("model") == "volume" or (isinstance(rate, str) and Decimal(rate) > 0):
            yield Violation("tax.outside_scope_label", "CASHBACK needs a standard price that is not positive")


def _negative(given: Given) -> bool:
    rate = given.get("unit_price")
    return isinstance(rate, str) and Decimal(rate) < 0
