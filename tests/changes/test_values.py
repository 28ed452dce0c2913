"""A changeset's own small questions."""

from __future__ import annotations

import pytest

from pulumi_paygentic.changes.changeset import (
    Changeset,
    Diagnostic,
    FieldChange,
    LineChange,
    ObjectChange,
    PlanChange,
    Subscribers,
)
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.values import SECRET, UNKNOWN


def pricing(unit_price: str) -> Pricing:
    return Pricing.of({"unit_price": unit_price, "payment_term": "in_arrears"}, {})


@pytest.mark.parametrize(
    ("line", "op"),
    [
        (LineChange(key="a", name="A", before=pricing("1"), after=pricing("1.0"), name_before="A"), "same"),
        (LineChange(key="a", name="A", before=pricing("1"), after=pricing("2"), name_before="A"), "changed"),
        (LineChange(key="a", name="A", before=pricing("1"), after=pricing("1"), name_before="B"), "renamed"),
        (LineChange(key="a", name="A", after=pricing("1")), "added"),
        (LineChange(key="a", name="A", before=pricing("1")), "removed"),
        (LineChange(key="a", name="A", before=pricing("1"), after=UNKNOWN), "unknown"),
        (LineChange(key="a", name="", before=UNKNOWN, after=UNKNOWN, price_id="p", price_id_after="p"), "same"),
        (LineChange(key="a", name="", before=UNKNOWN, after=UNKNOWN, price_id="p", price_id_after="q"), "unknown"),
    ],
)
def test_a_line_says_its_kind_of_change(line: LineChange, op: str) -> None:
    assert line.op == op


def test_a_changeset_counts_its_unknown_lines_and_gaps() -> None:
    lines = (LineChange(key="a", name="A", after=UNKNOWN), LineChange(key="b", name="B", after=pricing("1")))
    plan = PlanChange(urn="urn", name="P", name_before=None, resource="p", op="create", lines=lines)
    assert plan.changed_lines == lines
    assert Changeset(project="shop", stack="dev", plans=(plan,), gaps=("One.",)).unknown_count == 2


def test_a_changeset_without_changes_is_empty_also_if_it_failed() -> None:
    error = Diagnostic(severity="error", message="no")
    changeset = Changeset(project="shop", stack="dev", diagnostics=(error, Diagnostic(severity="info", message="")))
    assert changeset.is_empty
    assert changeset.errors == (error,)


def test_an_object_changes_in_presentation_only_if_all_its_fields_are() -> None:
    name = FieldChange(path="invoice_display_name", before="A", after="B", presentation=True)
    price = FieldChange(path="unit_price", before="1", after="2")
    assert ObjectChange(urn="u", kind="Price", name="p", title="A", op="update", fields=(name,)).is_presentation
    assert not ObjectChange(
        urn="u", kind="Price", name="p", title="A", op="update", fields=(name, price)
    ).is_presentation
    assert not ObjectChange(urn="u", kind="Price", name="p", title="A", op="create", fields=(name,)).is_presentation


def test_subscribers_are_counted_together() -> None:
    assert Subscribers(floating=3, pinned=2).total == 5
    assert repr(SECRET) == "SECRET"
