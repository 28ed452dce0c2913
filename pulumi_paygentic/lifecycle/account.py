"""The account that a run works on: its client, its collections, its plans' versions, and the claims of the run."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_paygentic.api import Client
from pulumi_paygentic.catalog import CatalogObject, Product
from pulumi_paygentic.lifecycle.advice import Advice
from pulumi_paygentic.lifecycle.claims import Claims
from pulumi_paygentic.lifecycle.collection import Collection
from pulumi_paygentic.lifecycle.customers import Customers
from pulumi_paygentic.lifecycle.errors import WrongMerchant
from pulumi_paygentic.lifecycle.natural_keys import NaturalKeys
from pulumi_paygentic.lifecycle.plan_versions import PlanVersions


class Account:
    """One merchant's account, shared by all resources of a run."""

    def __init__(self, client: Client, merchant_id: str) -> None:
        self.client = client
        self.merchant_id = merchant_id
        self.adopt = client.settings.adopt
        self.claims = Claims()
        self.customers = Customers(client, merchant_id)
        self.natural_keys = NaturalKeys()
        self.advice = Advice()
        self._collections: dict[tuple[str, Any], Collection] = {}
        self._versions: dict[str, PlanVersions] = {}
        self._lock = threading.Lock()

    def collection(self, kind: type[CatalogObject], values: Mapping[str, Any]) -> Collection:
        """The collection of the kind that an object with these values belongs to."""
        kind = kind.variant(values)
        scope = values.get(kind.listed_by) if kind.listed_by else None
        with self._lock:
            if (kind.path, scope) not in self._collections:
                params = {kind.fields()[kind.listed_by].wire: scope} if kind.listed_by and scope else None
                self._collections[kind.path, scope] = Collection(
                    self.client, kind, params, exists=lambda: self._exists(kind, values)
                )
            return self._collections[kind.path, scope]

    def all(self, kind: type[CatalogObject]) -> Collection:
        """The collection of a kind that the whole merchant is listed by."""
        return self.collection(kind, {"merchant_id": self.merchant_id})

    def versions(self, plan_id: str) -> PlanVersions:
        """The versions of a plan; each is read once a run, and our own writes are added."""
        with self._lock:
            return self._versions.setdefault(plan_id, PlanVersions(self.client, plan_id))

    def _exists(self, kind: type[CatalogObject], values: Mapping[str, Any]) -> bool:
        """Return whether the parent of a collection exists: a product, or the merchant's account itself."""
        products = self.all(Product)
        if kind is Product:
            return True
        if kind.listed_by == "product_id" and values.get("product_id"):
            return products.read(values["product_id"]) is not None
        products.all()
        return True


@dataclass(frozen=True)
class Operation:
    """One call about one resource: everything below works for this kind, in this account, on behalf of this URN."""

    account: Account
    kind: type[CatalogObject]
    urn: str

    def collection(self, values: Mapping[str, Any]) -> Collection:
        """The collection that an object with these values belongs to."""
        return self.account.collection(self.kind, values)

    def require_merchant(self, state: Mapping[str, Any]) -> None:
        """Raise WrongMerchant for the state of another account: an object that this account lacks may exist there."""
        holder = state.get("merchant_id")
        if holder not in {None, self.account.merchant_id}:
            raise WrongMerchant(self.kind.title, holder, self.account.merchant_id)
