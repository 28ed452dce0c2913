"""The ids of objects: each begins with the prefix of its kind, so an id of another kind is refused by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Final

from pydantic import AfterValidator, Strict, WithJsonSchema

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


ID_FORMAT: Final = "id of "
"""The beginning of the `format` that marks an id in the JSON schema of a field; the prefix of the id follows."""


def _schema(prefix: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "format": f"{ID_FORMAT}{prefix}"})


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


MerchantId = Annotated[str, Strict(), AfterValidator(_id("org")), _schema("org")]
ProductId = Annotated[str, Strict(), AfterValidator(_id("prod")), _schema("prod")]
BillableMetricId = Annotated[str, Strict(), AfterValidator(_id("bm")), _schema("bm")]
PriceId = Annotated[str, Strict(), AfterValidator(_id("price")), _schema("price")]
PlanId = Annotated[str, Strict(), AfterValidator(_id("plan")), _schema("plan")]
FeeId = Annotated[str, Strict(), AfterValidator(_id("fee")), _schema("fee")]
FeatureId = Annotated[str, Strict(), AfterValidator(_id("feat")), _schema("feat")]
ItemId = Annotated[str, Strict(), AfterValidator(_id("itm")), _schema("itm")]
PricingUnitId = Annotated[str, Strict(), AfterValidator(_id("pu")), _schema("pu")]
