"""Exported documents that somebody has edited, or that another version wrote."""

from typing import Any

import pytest

from pulumi_paygentic.catalog import Plan, Price, Product
from pulumi_paygentic.snapshot.document import FORMAT, BadDocument, is_document, of_document, to_document
from pulumi_paygentic.snapshot.objects import Dangling, Ref

PRICE = {"billable_metric_id": {"ref": "A/m"}, "unit_price": "0.10", "invoice_display_name": "m"}
PLAN = {"product_id": {"ref": "A"}, "name": "P", "currency": "USD"}


def document(**objects: Any) -> dict[str, Any]:
    product = {"A": {"name": "A", "description": ""}}
    metric = {"A/m": {"product_id": {"ref": "A"}, "name": "m"}}
    return {"format": FORMAT, "objects": {"Product": product, "BillableMetric": metric, **objects}}


def test_values_take_the_providers_own_form() -> None:
    (price,) = of_document(document(Price={"A/m/m": PRICE}), "f").of(Price)
    assert price.values["unit_price"] == "0.1"


def test_a_value_that_no_program_can_declare_stays_as_it_is() -> None:
    (price,) = of_document(document(Price={"x": {**PRICE, "model": "percentage"}}), "f").of(Price)
    assert price.values["model"] == "percentage"


def test_objects_come_in_the_one_order_whatever_the_file_has() -> None:
    snapshot = of_document(document(Price={"b": PRICE, "a": PRICE}, Fee={}), "f")
    assert [one.key for one in snapshot] == ["A", "A/m", "a", "b"]


def test_a_kind_and_a_field_of_a_later_version_are_retained() -> None:
    later = document(Voucher={"v": {"code": "X"}}, Price={"p": {**PRICE, "colour": "red"}})
    snapshot = of_document(later, "f")
    assert snapshot.of(Price)[0].values["colour"] == "red"
    assert [problem.code for problem in snapshot.problems] == ["unknown-kind"]
    assert to_document(snapshot)["objects"]["Voucher"] == {"v": {"code": "X"}}


@pytest.mark.parametrize(
    "prices",
    [{"ref": {"ref": "A/m/m"}}, {"missing": {"ref": "A/m/m"}}, {"ref": {"missing": "price_1"}}],
    ids=["ref", "missing", "dangling"],
)
def test_a_line_may_have_the_key_that_marks_a_reference(prices: dict[str, Any]) -> None:
    snapshot = of_document(document(Price={"A/m/m": PRICE}, Plan={"A/P/USD": {**PLAN, "prices": prices}}), "f")
    (plan,) = snapshot.of(Plan)
    assert next(iter(plan.values["prices"].values())) in (Ref("Price", "A/m/m"), Dangling("price_1"))
    assert to_document(snapshot, ids=True)["objects"]["Plan"]["A/P/USD"]["prices"] == prices


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (None, "is no exported snapshot"),
        ({"format": "paygentic-snapshot/2", "objects": {}}, "this version reads paygentic-snapshot/1"),
        ({"format": FORMAT, "objects": {"Product": {"A": "x"}}}, "has no objects by kind and key"),
        ({"format": FORMAT}, "has no objects by kind and key"),
        (document(Price={"p": {"fee_id": {"ref": "A/f"}}}), "has no Fee 'A/f', which fee_id of Price 'p' refers to"),
    ],
)
def test_what_is_no_document_is_refused_with_the_reason(given: Any, reason: str) -> None:
    with pytest.raises(BadDocument, match=reason):
        of_document(given, "f")
    assert is_document({"format": FORMAT})


def test_lists_that_could_not_be_read_are_named_in_the_document() -> None:
    snapshot = of_document({**document(), "unread": ["Price"]}, "f")
    assert snapshot.unread == {"Price"}
    assert to_document(snapshot)["unread"] == ["Price"]
    assert [one.kind for one in snapshot.of(Product)] == ["Product"]
