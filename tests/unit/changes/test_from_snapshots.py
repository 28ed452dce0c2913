"""A changeset of two snapshots has the money of their prices as far as this version can read it."""

from typing import Any

import pytest

from pulumi_paygentic.changes.from_snapshots import changeset_of, pricing_of
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.values import UNKNOWN
from pulumi_paygentic.snapshot import Dangling, Ref, Snapshot
from pulumi_paygentic.snapshot.document import FORMAT, of_document
from pulumi_paygentic.snapshot.matching import pair_by_key

PRICE = {"billable_metric_id": {"ref": "A/m"}, "invoice_display_name": "m", "payment_term": "in_arrears"}


def snapshot(price: dict[str, Any], prices: Any) -> Snapshot:
    objects = {
        "Product": {"A": {"name": "A"}},
        "BillableMetric": {"A/m": {"product_id": {"ref": "A"}, "name": "m", "unit": "call"}},
        "Price": {"A/m/m": {**PRICE, **price}},
        "Plan": {"A/P/USD": {"product_id": {"ref": "A"}, "name": "P", "currency": "USD", "prices": prices}},
    }
    return of_document({"format": FORMAT, "objects": objects}, "file")


@pytest.mark.parametrize(
    ("price", "model"),
    [
        ({"unit_price": "2"}, "standard"),
        ({"model": "percentage", "$unknown": {"properties": {"percentage": "5"}}}, "percentage"),
    ],
)
def test_a_price_of_any_model_that_can_be_read_has_a_pricing(price: dict[str, Any], model: str) -> None:
    found = pricing_of(snapshot(price, []), Ref("Price", "A/m/m"))
    assert isinstance(found, Pricing)
    assert found.model == model


def test_a_price_that_is_not_there_or_makes_no_sense_is_unknown() -> None:
    assert pricing_of(snapshot({"unit_price": "a lot"}, []), Ref("Price", "A/m/m")) is UNKNOWN
    assert pricing_of(snapshot({"unit_price": "1"}, []), Dangling("price_1")) is UNKNOWN
    assert pricing_of(snapshot({"unit_price": "1"}, []), None) is None


def test_a_line_s_key_is_shown_even_if_only_one_side_knows_it() -> None:
    left = snapshot({"unit_price": "1"}, {"calls": {"ref": "A/m/m"}})
    right = snapshot({"unit_price": "2"}, [{"ref": "A/m/m"}])
    (plan,) = changeset_of(pair_by_key(left, right)).plans
    assert [(line.key, line.op, line.unit) for line in plan.lines] == [("calls", "changed", "call")]
