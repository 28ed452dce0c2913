"""A plan's prices in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pulumi_paygentic.emulator.collections.catalog.entitlement_templates import template_of
from pulumi_paygentic.emulator.pages.formatting import each, every, money, number, percent, product, singular
from pulumi_paygentic.emulator.storage import durations, kinds
from pulumi_paygentic.emulator.storage.store import Record, Store


class Tier(NamedTuple):
    amount: str
    rate: str


class Charge(NamedTuple):
    """One line of a plan: either `rate`, or a table of `tiers`."""

    name: str
    rate: str
    tiers: tuple[Tier, ...]
    unit: str
    when: str
    taxed: bool


def charge_of(store: Store, plan: Record, price: Record) -> Charge:
    metric = store.get(kinds.BILLABLE_METRIC, price.get("billableMetricId", ""))
    unit = singular(metric["unit"]) if metric else "unit"
    tiers = tuple(_tiers(price, plan["currency"])) if price["model"] == "volume" else ()
    if "feeId" in price:
        rate = _fee(price, plan["currency"])
    else:
        rate = "" if tiers else _metered(price, plan["currency"], unit)
    taxed = price["tax"]["supplyScope"] == "IN_SCOPE"
    return Charge(price["invoiceDisplayName"], rate, tiers, unit, _when(plan, price), taxed)


def included(prices: Sequence[Record]) -> list[str]:
    """The features that prices bring along, each once, with the credits that are issued for a period."""
    found: dict[str, str] = {}
    for attached in (attached for price in prices for attached in price["features"]):
        template = template_of(attached["feature"], attached["entitlementTemplate"])
        words, credits_ = attached["feature"]["name"], (template or {}).get("issueAfterReset")
        if template and credits_:
            interval = template.get("usagePeriod", {}).get("interval")
            words += f": {number(str(credits_))} {f'for {each(interval)}' if interval else 'once'}"
        if template is not None:
            found.setdefault(attached["featureId"], words)
    return list(found.values())


def _metered(price: Record, currency: str, unit: str) -> str:
    rate = price["properties"]["unitPrice"]
    if price["rateType"] == "proportion":
        share = percent(rate.removeprefix("-"))
        return f"{share} of each {unit}" + (" back" if rate.startswith("-") else "")
    if price.get("pricingUnitId") is not None:
        return f"{number(rate)} credits per {unit}"
    back = " back" if rate.startswith("-") else ""
    return f"{money(rate.removeprefix('-'), currency)}{back} per {unit}"


def _fee(price: Record, currency: str) -> str:
    amount, quantity = price["properties"]["unitPrice"], price["quantity"]
    total = money(product(amount, quantity), currency)
    cadence = _billed(price["billingCadence"])
    often = every(cadence) if cadence else "once"
    return f"{total} {often}" + (f" ({quantity} times {money(amount, currency)})" if quantity != 1 else "")


def _tiers(price: Record, currency: str) -> Iterator[Tier]:
    floor = ""
    for tier in price["properties"]["tiers"]:
        if tier["upTo"] is None:
            amount = f"More than {floor}" if floor else "Any number"
        else:
            bound = number(tier["upTo"])
            amount, floor = f"More than {floor}, up to {bound}" if floor else f"Up to {bound}", bound
        yield Tier(amount, money(tier["unitPrice"], currency))


def _when(plan: Record, price: Record) -> str:
    """The time of a charge. Usage is always charged after the plan's period, whatever its payment term."""
    if "feeId" not in price:
        return f"Charged at the end of {each(plan['billingCadence'])}"
    in_advance, cadence = price["paymentTerm"] == "in_advance", _billed(price["billingCadence"])
    if cadence is None:
        return "Charged at the start, once" if in_advance else f"Charged at the end of the first {_period(plan)}"
    return f"Charged at the {'start' if in_advance else 'end'} of {each(cadence)}{_first(plan, price)}"


def _first(plan: Record, price: Record) -> str:
    """The exception of a first period that the plan's billing anchor cuts short."""
    if plan["billingAnchor"] is None:
        return ""
    return ", whole periods only" if price["isObligation"] else ", for a part of the first"


def _billed(cadence: str) -> str | None:
    """The cadence that a fee is billed by: at most daily, and None for a fee that is charged once."""
    every_ = durations.parse(cadence)
    if not every_.recurs:
        return None
    return cadence if durations.at_least_daily(every_) == every_ else "P1D"


def _period(plan: Record) -> str:
    return each(plan["billingCadence"]).removeprefix("each ")
