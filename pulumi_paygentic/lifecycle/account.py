"""The account that a run works on: its client, its collections and who holds what in it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from pulumi_paygentic.api import Client
from pulumi_paygentic.catalog import CatalogObject, Product, with_default
from pulumi_paygentic.lifecycle.claims import Claims
from pulumi_paygentic.lifecycle.collection import Answer, Collection
from pulumi_paygentic.lifecycle.names import Names


class Account:
    """One merchant's account, shared by all resources of a run."""

    def __init__(self, client: Client, merchant_id: str) -> None:
        self.client = client
        self.merchant_id = merchant_id
        self.adopt = client.settings.adopt
        self.claims = Claims()
        self.names = Names()
        self._collections: dict[tuple[str, Any], Collection] = {}
        self._lock = threading.Lock()

    def collection(self, kind: type[CatalogObject], values: Mapping[str, Any]) -> Collection:
        """The collection that an object with these values stands in."""
        scope = values.get(kind.listed_by) if kind.listed_by else None
        with self._lock:
            if (kind.path, scope) not in self._collections:
                params = {kind.fields()[kind.listed_by].wire: scope} if kind.listed_by and scope else None
                self._collections[kind.path, scope] = Collection(
                    self.client, kind.path, params, key=look_key(kind), within=lambda: self._has(kind, values)
                )
            return self._collections[kind.path, scope]

    def _has(self, kind: type[CatalogObject], values: Mapping[str, Any]) -> bool:
        """Whether what a collection is part of exists: a product, or the merchant's account itself."""
        products = self.collection(Product, {"merchant_id": self.merchant_id})
        if kind is Product:
            return True
        if kind.listed_by == "product_id":
            return products.read(values["product_id"]) is not None
        products.all()
        return True


def look_key(kind: type[CatalogObject]) -> Callable[[Answer], Hashable]:
    """What an object of this kind is looked up by: its natural key, or its whole content where it has none."""

    def key(answer: Answer) -> Hashable:
        return key_of(kind, kind.outputs(answer))

    return key


def key_of(kind: type[CatalogObject], values: Mapping[str, Any]) -> Hashable:
    """The same of values by field name; what is not given counts as the API's default."""
    content = [
        name for name, field in kind.inputs().items() if field.behaviour.is_sent and not field.behaviour.open_ended
    ]
    names = kind.natural_key or content
    fields = [kind.inputs()[name] for name in names]
    content_of = [field.meaning(with_default(field, values.get(field.name))) for field in fields]
    return json.dumps(content_of, sort_keys=True, default=str)
