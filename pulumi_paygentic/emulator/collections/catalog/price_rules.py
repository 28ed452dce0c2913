"""The rules for a price as a whole, on create and after every edit; all violations are answered at once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from pulumi_paygentic.emulator.errors import FieldError, ValidationFailed
from pulumi_paygentic.emulator.http.fields import DecimalString, omitted
from pulumi_paygentic.emulator.http.schema import Body, ClosedBody, parse
from pulumi_paygentic.emulator.storage.store import Record

_MOST_IN_A_PLAN = 1_000_000
IN_A_PLAN = f"a whole number from 1 to {_MOST_IN_A_PLAN:,}"
"""The quantity of a price within a plan."""
_BOUND_PLACES, _RATE_PLACES = 6, 50
_BOUND_MAGNITUDE, _RATE_MAGNITUDE = Decimal("1e65"), Decimal("1e100")


class StandardProperties(Body):
    unit_price: DecimalString


class Tier(Body):
    up_to: DecimalString | None
    unit_price: DecimalString


class VolumeProperties(Body):
    tiers: Annotated[list[Tier], Field(min_length=1)]


class Tax(ClosedBody):
    """A price's tax. It is closed, so that a misspelt key does not leave a price in scope."""

    supply_scope: Literal["IN_SCOPE", "OUTSIDE_SCOPE"]
    outside_scope_label: Literal["CASHBACK"] | None = omitted()


def fits_a_plan(price: Record) -> bool:
    """Check the quantity: a price may be made with any, but is read within a plan only with some."""
    return 1 <= int(price["quantity"]) <= _MOST_IN_A_PLAN


def check(price: Record) -> Record:
    """The price with its properties reduced to those of its model, or `ValidationFailed`."""
    price = {**price, "properties": _properties(price)}
    errors = [*_metered_or_fee(price), *_rate(price), *_ladder(price), *_negative(price), *_tax(price)]
    if errors:
        raise ValidationFailed(errors)
    return price


def _properties(price: Record) -> Record:
    model = VolumeProperties if price["model"] == "volume" else StandardProperties
    return parse(model, price["properties"], within="properties").given()


def _metered_or_fee(price: Record) -> Iterator[FieldError]:
    metered = "billableMetricId" in price
    standard = price["model"] == "standard"
    real_currency = price.get("pricingUnitId") is None
    if not metered:
        if not standard:
            yield FieldError("model", "must be standard for a fee")
        if price["billingCadence"] is None:
            yield FieldError("billingCadence", "is required for a fee", "missing")
    if metered and price["quantity"] != 1:
        yield FieldError("quantity", "is only for fee prices")
    if metered and price["isObligation"]:
        yield FieldError("isObligation", "is not for metered prices")
    if price["grantDiscountEnabled"] and not (metered and standard):
        yield FieldError("grantDiscountEnabled", "is only for standard metered prices")
    if price["rateType"] == "proportion" and not (metered and standard and real_currency):
        yield FieldError("rateType", "proportion is only for standard metered prices in real currency")
    if price["invoiceDisplayGroup"] is not None and not standard:
        yield FieldError("invoiceDisplayGroup", "is only for the standard model")
    if not real_currency and not (metered and any(f["feature"]["type"] == "metered" for f in price["features"])):
        yield FieldError("pricingUnitId", "is only for metered prices that carry a metered feature")


def _rate(price: Record) -> Iterator[FieldError]:
    """Limit rates to numbers that invoices can be computed with."""
    if price["model"] == "standard":
        rate = Decimal(price["properties"]["unitPrice"])
        yield from _capped("properties.unitPrice", rate, _RATE_PLACES, _RATE_MAGNITUDE)


def _ladder(price: Record) -> Iterator[FieldError]:
    """Check tiers: bounds ascend, only the last is open, rates are not negative."""
    if price["model"] != "volume":
        return
    tiers, floor = price["properties"]["tiers"], Decimal(0)
    for index, tier in enumerate(tiers):
        at = f"properties.tiers.{index}"
        last = index == len(tiers) - 1
        if (tier["upTo"] is None) != last:
            yield FieldError(f"{at}.upTo", "must be null on the last tier, and only there")
        elif tier["upTo"] is not None:
            bound = Decimal(tier["upTo"])
            if bound <= floor:
                yield FieldError(f"{at}.upTo", f"must be greater than {floor}")
            floor = max(floor, bound)
            yield from _capped(f"{at}.upTo", bound, _BOUND_PLACES, _BOUND_MAGNITUDE)
        rate = Decimal(tier["unitPrice"])
        if rate < 0:
            yield FieldError(f"{at}.unitPrice", "must be zero or greater")
        yield from _capped(f"{at}.unitPrice", rate, _BOUND_PLACES, _BOUND_MAGNITUDE)


def _capped(field: str, number: Decimal, places: int, magnitude: Decimal) -> Iterator[FieldError]:
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        yield FieldError(field, f"has more than {places} decimal places")
    if abs(number) >= magnitude:
        yield FieldError(field, "is too large")


def _negative(price: Record) -> Iterator[FieldError]:
    """Check a rebate, a negative unit price: it scales with usage and discounts nothing else."""
    if price["model"] != "standard" or Decimal(price["properties"]["unitPrice"]) >= 0:
        return
    hard_limit = any(f["entitlementTemplate"].get("isSoftLimit") is False for f in price["features"])
    for refused, reason in (
        ("billableMetricId" not in price, "can be negative only on a metered price"),
        (price["grantDiscountEnabled"], "cannot be negative with grantDiscountEnabled"),
        (hard_limit, "cannot be negative with a hard-limit feature"),
        (price.get("pricingUnitId") is not None, "cannot be negative with a pricingUnitId"),
    ):
        if refused:
            yield FieldError("properties.unitPrice", reason)


def _tax(price: Record) -> Iterator[FieldError]:
    outside = price["tax"]["supplyScope"] == "OUTSIDE_SCOPE"
    label = price["tax"].get("outsideScopeLabel")
    if outside != (label is not None):
        reason = "is required when supplyScope is OUTSIDE_SCOPE" if outside else "is only for OUTSIDE_SCOPE"
        yield FieldError("tax.outsideScopeLabel", reason)
    if outside and label == "CASHBACK":
        if price["model"] != "standard":
            yield FieldError("model", "must be standard for a cashback")
        elif Decimal(price["properties"]["unitPrice"]) > 0:
            yield FieldError("properties.unitPrice", "must not be positive for a cashback")
