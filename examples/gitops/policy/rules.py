"""The rules of the finance team. Each reads the declared catalog, and yields an object's URN and what is wrong there.

A rule sees the state after the change, and no customers: that an increase is explained to those who pay it already is
held by the gates of `pulumi-paygentic diff` instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

CURRENCIES = ("USD", "EUR")
NAME = re.compile(r"[A-Z][A-Za-z0-9]*( [A-Za-z0-9()]+)*")
LASTING = ("Product", "BillableMetric", "Plan")
COSTS = {
    event: Decimal(cost) for event, cost in json.loads(Path(__file__).with_name("costs.json").read_bytes()).items()
}


@dataclass(frozen=True)
class Declared:
    """An object of the catalog as the program declares it."""

    urn: str
    kind: str
    inputs: Mapping[str, Any]
    protected: bool = False
    refers_to: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The URNs that an argument's value comes from."""


@dataclass(frozen=True)
class Catalog:
    """Everything that a stack declares."""

    stack: str
    objects: Sequence[Declared]


Rule = Callable[[Catalog], Iterator[tuple[str, str]]]


def allowed_currencies(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Plans are sold in currencies that the company has accounts in."""
    for declared in catalog.objects:
        currency = declared.inputs.get("currency")
        if declared.kind == "Plan" and currency not in CURRENCIES:
            yield declared.urn, f"{currency} is not one of {', '.join(CURRENCIES)}"


def names_that_customers_can_read(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """A name begins with a capital letter and has words of letters and digits."""
    for declared in catalog.objects:
        for argument in ("name", "invoice_display_name"):
            name = declared.inputs.get(argument)
            if isinstance(name, str) and not NAME.fullmatch(name):
                yield declared.urn, f"{argument} {name!r} is no name such as 'Map loads'"


def protected_in_production(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Nobody deletes what the API cannot make again."""
    for declared in catalog.objects:
        if catalog.stack == "production" and declared.kind in LASTING and not declared.protected:
            yield declared.urn, "declare it with opts=ResourceOptions(protect=True)"


def no_price_below_its_cost(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """No band of a price earns less than an event costs, by the table in costs.json."""
    events = {d.urn: str(d.inputs.get("event_type")) for d in catalog.objects if d.kind == "BillableMetric"}
    for declared in catalog.objects:
        for metric in declared.refers_to.get("billable_metric_id", ()):
            cost = COSTS.get(events[metric])
            tiers = declared.inputs.get("tiers") or [{"unit_price": declared.inputs.get("unit_price")}]
            lowest = min(Decimal(str(tier["unit_price"])) for tier in tiers)
            if cost is None:
                yield declared.urn, f"costs.json has no cost of the event {events[metric]!r}"
            elif lowest < cost:
                yield declared.urn, f"{lowest} is less than the cost of the event {events[metric]!r}, {cost}"


OBJECT_RULES: Mapping[str, Rule] = {
    "allowed-currencies": allowed_currencies,
    "names-that-customers-can-read": names_that_customers_can_read,
    "protected-in-production": protected_in_production,
}
"""Rules that read one object at a time: `up` refuses it before it is written."""

CATALOG_RULES: Mapping[str, Rule] = {"no-price-below-its-cost": no_price_below_its_cost}
"""Rules that follow references. The engine asks them at the end of a run, so only a preview refuses in time."""
