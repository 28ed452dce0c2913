"""The declarations of one program, and the mistakes that are visible before any id is known.

A reference counts as known if it is a literal id, or the `id` of a resource of this program. Anything computed is left
to the checks of the provider, which see ids.
"""

from __future__ import annotations

import weakref
from collections.abc import Hashable, Iterator, Mapping
from typing import Any, NamedTuple

import pulumi

from pulumi_paygentic.adapter.sdk_internals import current_run
from pulumi_paygentic.catalog import BillableMetric, CatalogObject, Feature, Fee, Plan, Price, Product
from pulumi_paygentic.lifecycle.advice import template_mismatch


class Declaration(NamedTuple):
    """One resource of the program: its kind, its name and its arguments."""

    kind: type[CatalogObject]
    name: str
    arguments: Mapping[str, Any]


class _Run:
    """The declarations of one run; one process may run several programs (Automation API)."""

    def __init__(self) -> None:
        self.keys: dict[Hashable, str] = {}
        self.by_id: dict[int, tuple[pulumi.Output[str], Declaration]] = {}

    def target(self, value: Any) -> Declaration | str | None:
        """The resource that an argument refers to, or the text that it is; None if it is computed."""
        known = self.by_id.get(id(value))
        return value if isinstance(value, str) else known[1] if known else None


_runs: weakref.WeakKeyDictionary[object, _Run] = weakref.WeakKeyDictionary()


def check_declaration(declared: Declaration, account: object) -> None:
    """Raise ValueError if the program contradicts itself.

    It may declare a natural key twice in one account, a price of another product, or a template for another feature.
    """
    run = _runs.setdefault(current_run(), _Run())
    key = _natural_key(run, declared)
    if key is not None:
        other = run.keys.setdefault((account, key), declared.name)
        if other != declared.name:
            fields = " and ".join(declared.kind.natural_key)
            raise ValueError(f"{other!r} declares the same {fields}: give one of them another {fields.split()[-1]}")
    for problem in (*_foreign_prices(run, declared), *_other_template(run, declared)):
        raise ValueError(problem)


def note_declaration(declared: Declaration, object_id: pulumi.Output[str]) -> None:
    """Note that a declared resource has this id, so that arguments can refer to it."""
    _runs.setdefault(current_run(), _Run()).by_id[id(object_id)] = object_id, declared


def _natural_key(run: _Run, declared: Declaration) -> Hashable | None:
    targets = [run.target(declared.arguments.get(name)) for name in declared.kind.natural_key]
    if not targets or None in targets or declared.arguments.get("allow_same_name"):
        return None
    parts = [target if isinstance(target, str) else (target.kind.path, target.name) for target in targets if target]
    return declared.kind.path, *parts


def _foreign_prices(run: _Run, declared: Declaration) -> Iterator[str]:
    """The prices of a plan that bill a metric or fee of another product of this program."""
    prices = declared.arguments.get("prices") if declared.kind is Plan else None
    product = run.target(declared.arguments.get("product_id"))
    listed = prices.items() if isinstance(prices, Mapping) else enumerate(prices if isinstance(prices, list) else ())
    for line, value in listed:
        price = run.target(value)
        owner = _product_of(run, price) if isinstance(price, Declaration) and price.kind is Price else None
        if isinstance(product, Declaration) and owner is not None and owner.name != product.name:
            owners = f"bills product {owner.name!r}, and the plan belongs to {product.name!r}"
            yield f"prices[{line!r}] {owners}: list a price of {product.name!r}"


def _other_template(run: _Run, declared: Declaration) -> Iterator[str]:
    """A template that is for another type than that of its feature."""
    feature = run.target(declared.arguments.get("feature_id")) if declared.kind is Price else None
    if isinstance(feature, Declaration) and feature.kind is Feature:
        reason = template_mismatch(declared.arguments.get("entitlement_template"), feature.arguments)
        yield from () if reason is None else (str(reason),)


def _product_of(run: _Run, price: Declaration) -> Declaration | None:
    charge = run.target(price.arguments.get("billable_metric_id") or price.arguments.get("fee_id"))
    if not isinstance(charge, Declaration) or charge.kind not in {BillableMetric, Fee}:
        return None
    product = run.target(charge.arguments.get("product_id"))
    return product if isinstance(product, Declaration) and product.kind is Product else None
