"""The objects that an import declares, the reasons for which it leaves one out, and its report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pulumi_paygentic.catalog import Mark
from pulumi_paygentic.snapshot import Dangling, Problem, Ref, Snapshot, SnapshotObject
from pulumi_paygentic.snapshot.program import report
from pulumi_paygentic.snapshot.program.bundle import Request, make_bundle
from pulumi_paygentic.snapshot.program.python_source import Code, assignment, quoted, source
from pulumi_paygentic.snapshot.program.record import Record, Recorded
from pulumi_paygentic.snapshot.program.selection import Selection, select

PRODUCT = SnapshotObject("Product", "API", "prod_1", {"name": "API", "description": ""})
METRIC = SnapshotObject(
    "BillableMetric",
    "API/Calls",
    "bm_1",
    {
        "product_id": PRODUCT.ref,
        "name": "Calls",
        "description": "",
        "unit": "call",
        "aggregation": "COUNT",
        "event_type": "call",
    },
)
OTHER = SnapshotObject("BillableMetric", "API/Other", "bm_2", {**METRIC.values, "name": "Other"})
PRICE = SnapshotObject(
    "Price",
    "API/Calls/Calls",
    "price_1",
    {
        "billable_metric_id": METRIC.ref,
        "model": "standard",
        "unit_price": "1",
        "invoice_display_name": "Calls",
        "payment_term": "in_arrears",
    },
)
PLAN = SnapshotObject(
    "Plan",
    "API/Pro/USD",
    "plan_1",
    {"product_id": PRODUCT.ref, "name": "Pro", "currency": "USD", "prices": {"calls": PRICE.ref}},
)
ALL = (PRODUCT, METRIC, PRICE, PLAN)
REQUEST = Request("shop", "dev")


def changed(one: SnapshotObject, **values: Any) -> SnapshotObject:
    return replace(one, values={**one.values, **values})


def snapshot(*objects: SnapshotObject, **more: Any) -> Snapshot:
    return Snapshot("account", objects or ALL, merchant_id="org_1", environment="sandbox", **more)


def reasons(selection: Selection) -> dict[str, str]:
    return {one.id: one.reason for one in selection.omissions}


@pytest.mark.parametrize(
    ("objects", "left_out", "reason", "expected"),
    [
        ((*ALL, SnapshotObject("Gadget", "X", "gad_1", {})), "gad_1", "kind that this version does not know", False),
        ((replace(PRODUCT, is_archived=True),), "prod_1", "is archived", True),
        ((PRODUCT, METRIC, PRICE), "price_1", "no plan bills from it now", True),
        ((changed(METRIC, product_id=Dangling("prod_9")),), "bm_1", "could not be read, or is deleted", False),
        ((PRODUCT, METRIC, changed(PRICE, model="percentage"), PLAN), "price_1", "can't be declared: model", False),
        ((PRODUCT, METRIC, changed(PRICE, unit_price=None), PLAN), "price_1", "can't be declared: unit_price", False),
        (
            (*ALL, replace(PLAN, key="API/Pro/USD#2", id="plan_2")),
            "plan_1",
            "same product_id and name and currency as plan_2",
            False,
        ),
    ],
)
def test_an_object_that_can_not_be_declared_is_left_out_with_the_reason(
    objects: tuple[SnapshotObject, ...], left_out: str, reason: str, *, expected: bool
) -> None:
    selection = select(snapshot(*objects))
    assert reason in reasons(selection)[left_out]
    assert next(one.expected for one in selection.omissions if one.id == left_out) is expected
    declared = {snapshot(*objects)[ref].id for ref in selection.arguments}
    assert declared.isdisjoint(reasons(selection))


def test_what_refers_to_an_object_that_is_left_out_names_it_by_its_id() -> None:
    bundle = make_bundle(snapshot(PRODUCT, METRIC, changed(PRICE, model="percentage"), PLAN), REQUEST)
    program = bundle.files["__main__.py"]
    assert "# prices price_1: the price 'API/Calls/Calls' is left out\n" in program
    assert 'prices={"calls": "price_1"},' in program


def test_an_id_of_nothing_in_the_catalog_is_said() -> None:
    bundle = make_bundle(snapshot(PRODUCT, changed(METRIC, item_id="itm_1"), PRICE, PLAN), REQUEST)
    assert any("itm_1: it is no object of the catalog" in remark.text for remark in bundle.selection.remarks)


def test_two_products_of_one_name_are_both_declared() -> None:
    other = replace(PRODUCT, key="API#2", id="prod_2")
    bundle = make_bundle(snapshot(PRODUCT, other), REQUEST)
    assert [one.name for one in bundle.program.declarations] == ["api", "api-2"]
    assert bundle.files["__main__.py"].count("allow_same_name=True") == 2


def test_a_plan_without_prices_is_declared_without() -> None:
    bundle = make_bundle(snapshot(PRODUCT, changed(PLAN, prices=[])), REQUEST)
    assert "prices" not in bundle.files["__main__.py"]


def test_the_products_of_other_stacks_and_unknown_fields_are_remarks() -> None:
    product = replace(PRODUCT, mark=Mark("other", "prod", "api"), unknown={"colour": "red"})
    texts = [remark.text for remark in select(snapshot(product)).remarks]
    assert any("created by the stack other/prod" in text for text in texts)
    assert any("has the field colour" in text for text in texts)


def test_the_report_names_everything_that_needs_a_person() -> None:
    problem = Problem("forbidden", "fee", "The fees could not be read: 403")
    old = replace(PRICE, key="API/Calls/Old~", id="price_2")
    plan = changed(PLAN, stable_price_ids=True)
    twins = [replace(METRIC, key=f"API/`{n}`", id=f"bm_{n}", values={**METRIC.values, "name": "T"}) for n in (2, 3)]
    first = make_bundle(snapshot(*ALL), REQUEST)
    record = replace(
        first.record, objects={**first.record.objects, "plan_1": replace(first.record.objects["plan_1"], arguments={})}
    )
    account = snapshot(PRODUCT, METRIC, *twins, PRICE, old, plan, problems=(problem,), unread=frozenset({"Fee"}))
    bundle = make_bundle(account, REQUEST, record, first.program.files)
    text = report.as_markdown(bundle, proof="Proved.", steps=["cd shop"])
    assert "# Import of org_1 (sandbox)" in text
    assert "Declared: nothing new. Proved." in text
    assert "## Left out\n\n- billable metric `API/'2'` (bm_2) has the same" in text
    assert "stable_price_ids" in text
    assert "The fees could not be read: 403" in text
    assert "## Not declared, because nothing bills from it\n\n- price `API/Calls/Old~` (price_2)" in text
    assert "Plan 'pro' (plan_1): name was None, and is 'Pro' now" in text
    machine = report.as_json(bundle)
    assert [one["id"] for one in machine["left_out"]] == ["bm_2", "bm_3", "price_2"]
    assert machine["problems"] == [problem._asdict()]


def test_an_object_of_a_list_that_was_not_read_is_not_said_to_be_gone() -> None:
    record = Record("org_1", "sandbox", {"fee_1": Recorded("Fee", "base", "__main__.py", "base_fee", {})})
    for unread, gone in ((frozenset({"Fee"}), 0), (frozenset[str](), 1)):
        assert len(make_bundle(snapshot(unread=unread), REQUEST, record, {}).changes) == gone


def test_an_import_of_one_product_says_nothing_of_another() -> None:
    other = SnapshotObject("Product", "Voice", "prod_2", {"name": "Voice", "description": ""})
    first = make_bundle(snapshot(*ALL, other), REQUEST)
    renamed = snapshot(*ALL, changed(other, description="changed"))
    request = replace(REQUEST, products=("API",))
    assert make_bundle(renamed, request, first.record, first.program.files).changes == []


def _rows(**values: Any) -> Snapshot:
    """Ten metrics with a price each, whose names follow from those of the metrics."""
    metrics = [replace(changed(METRIC, name=f"M{n}"), key=f"API/M{n}", id=f"bm_{n}") for n in range(10)]
    prices = [
        replace(changed(PRICE, billable_metric_id=metric.ref, **values), key=f"{metric.key}/Calls", id=f"price_{n}")
        for n, metric in enumerate(metrics)
    ]
    plan = changed(PLAN, prices={f"m{n}": price.ref for n, price in enumerate(prices)})
    return snapshot(PRODUCT, *metrics, *prices, plan)


def test_a_table_without_a_column_is_a_list_of_names() -> None:
    source_ = make_bundle(_rows(), REQUEST).files["__main__.py"]
    assert '# resource\nPRICES = ["m0", "m1", ' in source_
    assert "for resource in PRICES\n" in source_
    assert "billable_metric_id=metrics[resource].id," in source_


def test_what_all_rows_share_stands_in_the_loop() -> None:
    tiers = [{"unit_price": "1"}]
    source_ = make_bundle(_rows(model="volume", unit_price=None, tiers=tiers), REQUEST).files["__main__.py"]
    assert 'tiers=[{"unit_price": "1"}],' in source_


def test_rows_that_refer_outside_of_a_table_have_the_reference_as_a_cell() -> None:
    prices = [
        replace(
            changed(PRICE, unit_price=str(n)),
            key=f"API/Calls/{n}",
            id=f"price_{n}",
            values={
                **PRICE.values,
                "invoice_display_name": f"N{n}",
                "billable_metric_id": (METRIC if n % 2 else OTHER).ref,
            },
        )
        for n in range(10)
    ]
    plan = changed(PLAN, prices=[price.ref for price in prices])
    source_ = make_bundle(snapshot(PRODUCT, METRIC, OTHER, *prices, plan), REQUEST).files["__main__.py"]
    assert '"n0": (other_metric.id, "N0"),' in source_
    assert "billable_metric_id=billable_metric_id," in source_
    assert "prices=[price.id for price in prices.values()]," in source_


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("it's", '"it\'s"'),
        ('say "hi"', "'say \"hi\"'"),
        ("both ' and \"", "'both \\' and \"'"),
        (1.0, "1"),
        (0.5, "0.5"),
        (True, "True"),
        ((1,), "(1,)"),
        ([], "[]"),
        ({"a": Code("b.id")}, '{"a": b.id}'),
    ],
)
def test_a_value_is_written_as_a_person_would(value: object, text: str) -> None:
    assert source(value) == text


def test_a_value_without_parts_stays_on_its_line() -> None:
    long = "word " * 30
    assert assignment("text", long) == f"text = {quoted(long)}"
    assert source(Ref("Plan", "x" * 100)) == repr(Ref("Plan", "x" * 100))
    assert source((long, 1)) == f"(\n    {quoted(long)},\n    1,\n)"
