"""Fields that only a later version of the API has are found at any depth."""

from typing import Any

import pytest

from pulumi_paygentic.catalog import CatalogObject, Price, Product
from pulumi_paygentic.snapshot.unknown_fields import unknown_in

PRICE = {"id": "price_1", "object": "price", "properties": {"unitPrice": "1"}, "tax": {"supplyScope": "IN_SCOPE"}}
TIER = {"upTo": None, "unitPrice": "1", "flat": "2"}


@pytest.mark.parametrize(
    ("kind", "answer", "unknown"),
    [
        (Product, {"id": "prod_1", "name": "A", "metadata": {"pulumi-stack": "s"}, "colour": None}, {}),
        (Product, {"id": "prod_1", "colour": "red"}, {"colour": "red"}),
        (Price, PRICE, {}),
        (Price, {**PRICE, "properties": {"percentage": "5", "unitPrice": None}}, {"properties": {"percentage": "5"}}),
        (Price, {**PRICE, "tax": {"supplyScope": "IN_SCOPE", "rate": 7, "x": None}}, {"tax": {"rate": 7}}),
        (Price, {**PRICE, "tax": {"supplyScope": "NEW", "rate": 7}}, {}),
        (Price, {**PRICE, "properties": {"tiers": [TIER]}}, {"tiers": {"0": {"flat": "2"}}}),
    ],
)
def test_unknown_fields(kind: type[CatalogObject], answer: dict[str, Any], unknown: dict[str, Any]) -> None:
    assert unknown_in(kind, answer) == unknown
