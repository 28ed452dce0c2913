"""A dynamic provider that does nothing: what the engine itself costs."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, ReadResult, Resource, ResourceProvider, UpdateResult


class Floor(ResourceProvider):
    """Keeps what it is given."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(str(props["name"]), {**props})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        return ReadResult(id_, {**props})

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        return UpdateResult({**_news})


class Thing(Resource, module="floor", name="Thing"):
    """As many properties as a metric has."""

    def __init__(self, name: str, **arguments: pulumi.Input[str]) -> None:
        super().__init__(Floor(), name, {"name": name, **arguments})
