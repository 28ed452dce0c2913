"""The ids of objects: each begins with the prefix of its kind, so an id of another kind is refused by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Final

from pydantic import AfterValidator, Strict

from pulumi_paygentic.catalog.violations import shown_value

_ID = re.compile(r"[a-z]+_[a-zA-Z0-9]+")
ID_PREFIXES: Final = {
    "org": "merchant",
    "prod": "product",
    "bm": "billable metric",
    "price": "price",
    "plan": "plan",
    "pver": "plan version",
    "fee": "fee",
    "feat": "feature",
    "itm": "item",
    "pu": "pricing unit",
    "cus": "customer",
    "sub": "subscription",
    "src": "source",
}


def _one(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _id(prefix: str) -> Callable[[str], str]:
    expected = ID_PREFIXES[prefix]

    def validate(value: str) -> str:
        if _ID.fullmatch(value) and value.startswith(f"{prefix}_"):
            return value
        other = ID_PREFIXES.get(value.partition("_")[0]) if "_" in value else None
        shown = shown_value(value)
        problem = f"{shown} is the id of {_one(other)}" if other and other != expected else f"not {shown}"
        msg = f"must be the id of {_one(expected)} ({prefix}_...): {problem}"
        raise ValueError(msg)

    return validate


MerchantId = Annotated[str, Strict(), AfterValidator(_id("org"))]
ProductId = Annotated[str, Strict(), AfterValidator(_id("prod"))]
BillableMetricId = Annotated[str, Strict(), AfterValidator(_id("bm"))]
PriceId = Annotated[str, Strict(), AfterValidator(_id("price"))]
PlanId = Annotated[str, Strict(), AfterValidator(_id("plan"))]
FeeId = Annotated[str, Strict(), AfterValidator(_id("fee"))]
FeatureId = Annotated[str, Strict(), AfterValidator(_id("feat"))]
ItemId = Annotated[str, Strict(), AfterValidator(_id("itm"))]
PricingUnitId = Annotated[str, Strict(), AfterValidator(_id("pu"))]
