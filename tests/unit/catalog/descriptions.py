"""What the vendor describes of each object: the fields of its POST, its PATCH and its answer.

They are read off the vendor's own SDK.  What the API nests only for its own sake is opened here by the same rule as in
the catalog: a price's `properties` and `feature`.  The authorization session is in no SDK, being older: its fields are
transcribed from the vendor's guide.
"""

from typing import Any, NamedTuple

import paygentic_sdk.models as sdk
from pydantic import BaseModel

from pulumi_paygentic.catalog import AuthorizationLink, CatalogObject

OPENED = {
    "properties": (sdk.StandardPriceProperties, sdk.VolumePriceProperties),
    "feature": (sdk.PriceFeatureInput,),
}


class Description(NamedTuple):
    """Wire names; `nullable` are those that a PATCH may set to null, `defaults` what the API says it fills in."""

    post: frozenset[str]
    patch: frozenset[str]
    answer: frozenset[str]
    nullable: frozenset[str]
    defaults: dict[str, Any]


_AUTHORIZATION = Description(
    post=frozenset({"email", "planId", "merchantId", "redirectUrl"}),
    patch=frozenset(),
    answer=frozenset(
        "id url status expiresAt email merchantId merchantName planId planName redirectUrl customerId".split()  # noqa: SIM905
    ),
    nullable=frozenset(),
    defaults={},
)


def described(kind: type[CatalogObject]) -> Description:
    if kind is AuthorizationLink:
        return _AUTHORIZATION
    post: type[BaseModel] = getattr(sdk, f"Create{kind.__name__}Request")
    patch: type[BaseModel] = getattr(sdk, f"Update{kind.__name__}RequestBody")
    answer: type[BaseModel] = getattr(sdk, kind.__name__)
    return Description(
        post=_fields(post),
        patch=_fields(patch),
        answer=_fields(answer),
        nullable=_nullable(patch),
        defaults=_defaults(post),
    )


def closed(names: set[str] | frozenset[str]) -> set[str]:
    """The fields as the API nests them."""
    inside = {field: outer for outer, models in OPENED.items() for model in models for field in _wire_names(model)}
    return {inside.get(name, name) for name in names}


def _wire_names(model: type[BaseModel]) -> dict[str, Any]:
    return {info.alias or name: info for name, info in model.model_fields.items()}


def _opened(name: str) -> set[str]:
    return {field for model in OPENED.get(name, ()) for field in _wire_names(model)} or {name}


def _fields(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(field for name in _wire_names(model) for field in _opened(name))


def _nullable(model: type[BaseModel]) -> frozenset[str]:
    nullable = [name for name, info in _wire_names(model).items() if "OptionalNullable" in str(info.annotation)]
    return frozenset(field for name in nullable for field in _opened(name))


def _defaults(model: type[BaseModel]) -> dict[str, Any]:
    given = {name: info.default for name, info in _wire_names(model).items() if not info.is_required()}
    return {name: value for name, value in given.items() if isinstance(value, str | int | float)}
