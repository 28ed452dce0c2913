"""The objects that a run has seen of the program, and the warnings that follow: each is given once a run.

An object counts as seen with its Diff, or when it was created or updated.  So nothing is known of an object that the
run is about to create: a first preview says less than the `up` after it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from pulumi_paygentic.catalog import UNKNOWN, CatalogObject, Plan, Price, Violation, default_of, shortened
from pulumi_paygentic.lifecycle.natural_keys import name_of
from pulumi_paygentic.lifecycle.result import Message, warning
from pulumi_paygentic.lifecycle.state import declared_in

Values = Mapping[str, Any]
Warned = tuple[tuple[str, ...], str]
"""A warning, and the key by which it is given once."""


class Seen(NamedTuple):
    """An object of the program: the name of its resource, and its values."""

    name: str
    values: Values


class Line(NamedTuple):
    """A price of a plan: its key, or its id in a list, and what was seen of it."""

    key: str
    price_id: str
    price: Seen


class Advice:
    """The objects that one run has seen, and the warnings that it has given."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, Seen] = {}
        self._plans: dict[str, Values] = {}
        self._given: set[tuple[str, ...]] = set()

    def note(self, kind: type[CatalogObject], object_id: str, urn: str, state: Values, inputs: Values) -> None:
        """Note an object that a resource declares: its inputs, and of its state the values that are not managed."""
        given_back = declared_in(kind, state) - inputs.keys()
        unmanaged = {name: value for name, value in state.items() if name not in given_back}
        with self._lock:
            self._seen[object_id] = Seen(name_of(urn), {**unmanaged, **inputs})

    def seen(self, object_id: Any) -> Values | None:
        """The values of an object of the program, if the run has seen it."""
        with self._lock:
            found = self._seen.get(object_id) if isinstance(object_id, str) else None
            return None if found is None else found.values

    def mismatch(self, kind: type[CatalogObject], inputs: Values) -> list[Violation]:
        """The reason against a price's template that is not for the type of its feature, if the feature was seen."""
        if kind is not Price:
            return []
        reason = template_mismatch(inputs.get("entitlement_template"), self.seen(inputs.get("feature_id")))
        return [] if reason is None else [reason]

    def about(self, kind: type[CatalogObject], urn: str, inputs: Values) -> tuple[Message, ...]:
        """The warnings about a declaration that has been checked."""
        with self._lock:
            warnings: list[Warned] = [((urn, reason.argument), str(reason)) for reason in kind.advice(inputs)]
            if kind is Plan:
                warnings += self._about_plan(urn, inputs)
            new = {key: text for key, text in warnings if key not in self._given}
            self._given |= new.keys()
            return tuple(warning(text) for text in new.values())

    def _about_plan(self, urn: str, plan: Values) -> Iterator[Warned]:
        self._plans[urn] = plan
        lines = list(self._lines(plan))
        yield from self._doubled(urn, lines)
        for line in lines:
            for other_urn, other in self._plans.items():
                if other_urn != urn and line.price_id in dict(_listed(other)).values():
                    yield from _shared(line, plan, other, name_of(other_urn))

    def _lines(self, plan: Values) -> Iterator[Line]:
        for key, price_id in _listed(plan):
            price = self._seen.get(price_id)
            if price is not None:
                yield Line(key, price_id, price)

    def _doubled(self, urn: str, lines: list[Line]) -> Iterator[Warned]:
        """Lines of one plan that charge one metric in one unit; a rebate is meant to stand beside a charge."""
        charges = [line for line in lines if _metric(line) and not _is_rebate(line.price.values)]
        for (metric_id, _), group in groupby(sorted(charges, key=_charged), key=_charged):
            keys = [shortened(line.key) for line in group]
            if len(keys) > 1:
                metric = self._seen.get(metric_id)
                name = f"{metric.name!r} ({metric_id})" if metric else metric_id
                text = f"lines {' and '.join(sorted(keys))} all charge metric {name}, each of them every unit"
                yield (urn, metric_id), f"prices: {text}: list one of them, unless its use is to be charged twice"


def template_mismatch(template: Any, feature: Values | None) -> Violation | None:
    """The reason against a template of another type than its feature's, as far as both are known."""
    if not isinstance(template, Mapping) or feature is None:
        return None
    declared, actual = template.get("type"), feature.get("type") or "boolean"
    if not isinstance(declared, str) or not isinstance(actual, str) or declared == actual:
        return None
    return Violation("entitlement_template", f"is of type {declared}, and its feature is {actual}: give both one type")


def _shared(line: Line, plan: Values, other: Values, other_name: str) -> Iterator[Warned]:
    """One price in plans that charge it differently."""
    price, where = line.price.values, f"prices: price {line.price.name!r} is also listed by plan {other_name!r}"
    in_money = price.get("pricing_unit_id") is None and price.get("rate_type") != "proportion"
    if in_money and _differ(plan, other, "currency"):
        text = f"which is in {other['currency']}, not {plan['currency']}: its amount is charged in either, unconverted"
        yield (line.price_id, "currency"), f"{where}, {text}. Declare a price for each currency"
    if _metric(line) and price.get("billing_cadence") is None and _differ(plan, other, "billing_cadence"):
        periods = [_value(values, "billing_cadence") for values in (other, plan)]
        text = f"which bills every {periods[0]}, not every {periods[1]}: its amount is charged for either period"
        hint = "Declare billing_cadence on the price, or a price for each plan"
        yield (line.price_id, "billing_cadence"), f"{where}, {text}. {hint}"


def _differ(one: Values, other: Values, name: str) -> bool:
    values = _value(one, name), _value(other, name)
    return UNKNOWN not in values and not Plan.inputs()[name].is_same(*values)


def _value(plan: Values, name: str) -> Any:
    return plan.get(name) or default_of(Plan.inputs()[name])


def _listed(plan: Values) -> list[tuple[str, str]]:
    """The keys and ids of a plan's known prices; in a list, an id is its own key."""
    prices = plan.get("prices")
    if isinstance(prices, Mapping):
        return [(key, price_id) for key, price_id in prices.items() if price_id is not UNKNOWN]
    return [(price_id, price_id) for price_id in prices if price_id is not UNKNOWN] if isinstance(prices, list) else []


def _metric(line: Line) -> str | None:
    metric_id = line.price.values.get("billable_metric_id")
    return metric_id if isinstance(metric_id, str) else None


def _charged(line: Line) -> tuple[str, str]:
    return str(_metric(line)), str(line.price.values.get("pricing_unit_id"))


def _is_rebate(price: Values) -> bool:
    rate = price.get("unit_price")
    return isinstance(rate, str) and Decimal(rate) < 0
