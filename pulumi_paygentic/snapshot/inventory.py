"""The number of objects of each kind that an account has: one call a collection, and one a product for its features."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from pulumi_paygentic.api import Client, Forbidden, NotFound
from pulumi_paygentic.catalog import CatalogObject, Product, all_kinds

COLLECTIONS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "item": ("/v0/items", {"includeArchived": "true"}),
    "customer": ("/v0/customers", {}),
    "subscription": ("/v0/subscriptions", {}),
}
"""The collections around the catalog, with what their lists need beside the merchant."""


class Inventory(NamedTuple):
    """Counts by title, such as `billable metric`; `unreadable` has the titles that the key may not list."""

    counts: Mapping[str, int]
    unreadable: tuple[str, ...]

    def minus(self, later: Inventory) -> dict[str, int]:
        """Return what is gone in a later inventory, by title, without what was not counted both times."""
        both = [title for title in self.counts if title in later.counts]
        gone = {title: self.counts[title] - later.counts[title] for title in both}
        return {title: count for title, count in gone.items() if count > 0}


def take_inventory(client: Client) -> Inventory:
    """Count the objects of every kind that has a list. A collection that answers 403 or 404 is named instead."""
    counts: dict[str, int] = {}
    unreadable: list[str] = []
    merchant = client.settings.merchant_id
    for title, path, params in _collections(merchant):
        try:
            counts[title] = _count(client, path, params)
        except (Forbidden, NotFound):
            unreadable.append(title)
    if "product" in counts:
        for kind in _scoped_by_product():
            products = client.list(Product.path, {"merchantId": merchant})
            try:
                counts[kind.title] = sum(_count(client, kind.path, {"productId": one["id"]}) for one in products)
            except (Forbidden, NotFound):
                unreadable.append(kind.title)
    return Inventory(counts, tuple(unreadable))


def _collections(merchant: str) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    for kind in all_kinds():
        if kind.listed_by == "merchant_id":
            yield kind.title, kind.path, {"merchantId": merchant}
    for title, (path, params) in COLLECTIONS.items():
        # The list of customers takes the merchant under its older name.
        yield title, path, {"organizationId" if title == "customer" else "merchantId": merchant, **params}


def _scoped_by_product() -> list[type[CatalogObject]]:
    return [kind for kind in all_kinds() if kind.listed_by == "product_id"]


def _count(client: Client, path: str, params: Mapping[str, Any]) -> int:
    """Return the total of a list; a list without one is read to its end."""
    first = client.get(path, {**params, "limit": 1})
    total = (first.get("pagination") or {}).get("total")
    return total if isinstance(total, int) else sum(1 for _ in client.list(path, params))
