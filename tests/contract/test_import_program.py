"""Any account becomes a program that changes nothing in it, and makes the same catalog in another."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.adapter import serialised
from pulumi_paygentic.catalog import (
    BillableMetric,
    CatalogObject,
    Feature,
    Fee,
    Plan,
    Price,
    Product,
    all_kinds,
    kind_named,
)
from pulumi_paygentic.lifecycle.kinds.plan_lines import entries_of
from pulumi_paygentic.snapshot import Snapshot, read_account
from pulumi_paygentic.snapshot.program.adoption import serialised_provider
from pulumi_paygentic.snapshot.program.bundle import Bundle, Request, make_bundle
from tests.support.account import SETTINGS, MerchantAccount
from tests.support.model_engine import Engine, Held
from tests.support.profiles import cases
from tests.support.program_source import run_program
from tests.support.strategies import Draw, inputs_of

REQUEST = Request(project="shop", stack="dev")
NAMES = st.sampled_from(
    [
        "Pro",
        "pro",
        "class",
        "视频",
        "Größe",
        "Grosse",
        "★",
        "1password",
        "print",
        "Base price",
        "a" * 60,
        'say "hi" \\ it\'s',
    ]
)


def snapshot_of(merchant: MerchantAccount) -> Snapshot:
    return read_account(merchant.client(SETTINGS), lines=True)


def made(merchant: MerchantAccount, kind: type[CatalogObject], inputs: Mapping[str, Any]) -> str | None:
    """The id of an object that somebody makes, None where the API refuses it."""
    body = kind.body({**inputs, "merchant_id": merchant.merchant_id})
    if kind is Plan and inputs.get("prices"):
        body["prices"] = entries_of(inputs["prices"])
    local = {name for name, field in kind.inputs().items() if not field.behaviour.is_sent}
    assert not local & body.keys()
    response = merchant.http.post(kind.path, json=body)
    return str(response.json()["id"]) if response.is_success else None


@st.composite
def accounts(draw: Draw) -> MerchantAccount:
    """An account with everything that somebody may have made by hand: twins, versions, prices that nobody lists."""
    merchant = MerchantAccount()
    found: dict[str, list[str]] = {
        prefix: [] for prefix in ("org", "prod", "bm", "fee", "feat", "price", "plan", "itm", "pu")
    }
    found |= {"org": [merchant.merchant_id], "itm": [""], "pu": ["pu_A"]}
    for kind, most in ((Product, 2), (BillableMetric, 4), (Fee, 2), (Feature, 2), (Price, 8), (Plan, 4)):
        for number in range(draw(st.integers(1, most))):
            if not all(found[prefix] for prefix in _needs(kind)):
                continue
            ids = {prefix: st.sampled_from(known) if known else st.nothing() for prefix, known in found.items()}
            inputs = draw(inputs_of(kind, ids))
            inputs = {
                name: value
                for name, value in inputs.items()
                if name != "item_id" and kind.inputs()[name].behaviour.is_sent
            }
            if kind is Feature:
                inputs |= {"key": f"f-{number}", "type": "metered"}
            elif "name" in inputs:
                inputs["name"] = draw(NAMES)
            object_id = made(merchant, kind, inputs)
            if object_id:
                found[kind.id_prefix].append(object_id)
    for plan in found["plan"]:
        if found["price"] and draw(st.booleans()):
            price = draw(st.sampled_from(found["price"]))
            merchant.http.post(f"/v0/plans/{plan}/versions", json={"prices": [{"priceId": price, "key": "moved"}]})
    merchant.calls()
    return merchant


def _needs(kind: type[CatalogObject]) -> tuple[str, ...]:
    return {Price: ("bm", "fee", "feat"), Product: (), Plan: ("prod", "price")}.get(kind, ("prod",))


def adopted(merchant: MerchantAccount, bundle: Bundle) -> Engine:
    """A stack that holds what the import file says."""
    engine = Engine(merchant)
    for entry in json.loads(bundle.entries or '{"resources": []}')["resources"]:
        kind = kind_named(entry["type"].rpartition(":")[2])
        inputs, outputs = dict(entry["inputs"]), dict(entry["outputs"])
        assert inputs.pop("__provider") == outputs.pop("__provider") == serialised(kind)
        engine.state[f"{kind.__name__} {entry['name']}"] = Held(kind, entry["id"], inputs, outputs)
    return engine


@cases(15)
@given(accounts(), st.booleans())
def test_any_account_is_imported_and_nothing_is_left_to_do(merchant: MerchantAccount, split: bool) -> None:
    snapshot = snapshot_of(merchant)
    bundle = make_bundle(snapshot, replace(REQUEST, split=split))
    program = run_program(bundle.files)
    engine = adopted(merchant, bundle)
    assert engine.state.keys() == program.keys()

    report = engine.up(program)
    assert report.is_empty, report
    engine.refresh()
    report = engine.up(program)
    assert report.is_empty, report
    assert merchant.writes() == {}

    listed = {one.id for one in bundle.selection.omissions} | {held.id for held in engine.state.values()}
    assert {one.id for one in snapshot} == listed


@cases(10)
@given(accounts())
def test_the_program_makes_an_equal_catalog_elsewhere(merchant: MerchantAccount) -> None:
    snapshot = snapshot_of(merchant)
    bundle = make_bundle(snapshot, REQUEST)
    program = run_program(bundle.files)
    if any(remark.is_note for remark in bundle.selection.remarks):
        return  # it names objects of this account by their ids
    if any(resource.inputs.get("allow_same_name") for resource in program.values()):
        return  # which of two it finds again after a crash is for the ownership mark to say
    other = MerchantAccount()
    report = Engine(other).up(program)
    assert not report.errors, report
    expected = set(bundle.record.objects)
    assert _content(snapshot_of(other)) == _content(snapshot, expected)


@cases(10)
@given(accounts())
def test_adopt_id_in_the_program_adopts_without_a_write(merchant: MerchantAccount) -> None:
    bundle = make_bundle(snapshot_of(merchant), replace(REQUEST, adoption="id"))
    assert bundle.entries is None
    engine = Engine(merchant)
    report = engine.up(run_program(bundle.files))
    assert not report.errors, report
    assert {held.id for held in engine.state.values()} == set(bundle.record.objects)
    assert merchant.writes() == {}


def _content(snapshot: Snapshot, ids: set[str] | None = None) -> list[str]:
    """The values of each object, without the keys of lines, which the API generates where none is given."""
    found = []
    for one in snapshot:
        if ids is None or one.id in ids:
            values = dict(one.values)
            if isinstance(values.get("prices"), Mapping):
                values["prices"] = len(values["prices"])
            found.append(json.dumps([one.kind, _without_keys(values)], sort_keys=True, default=str))
    return sorted(found)


def _without_keys(values: Mapping[str, Any]) -> dict[str, Any]:
    """References to prices and what they hang on are compared by the objects that they name."""
    return {name: value for name, value in values.items() if not name.endswith("_id")}


@pytest.fixture
def shop(merchant: MerchantAccount) -> MerchantAccount:
    """The furnished account of the tests, with a plan whose first version is old."""
    return merchant


def test_the_serialised_provider_is_the_adapters_own() -> None:
    for kind in all_kinds():
        assert serialised_provider(kind) == serialised(kind)


def test_the_same_account_gives_the_same_bytes(shop: MerchantAccount) -> None:
    one, other = (make_bundle(snapshot_of(shop), REQUEST) for _ in range(2))
    assert (one.files, one.entries, one.record.text()) == (other.files, other.entries, other.record.text())


def _table_account() -> MerchantAccount:
    merchant = MerchantAccount()
    product = made(merchant, Product, {"name": "SMS", "description": ""})
    lines = {}
    for number in range(12):
        common = {"description": "", "unit": "message", "aggregation": "COUNT", "product_id": product}
        metric = made(
            merchant, BillableMetric, {**common, "name": f"Country {number:02}", "event_type": f"sms.{number}"}
        )
        price = made(
            merchant,
            Price,
            {
                "billable_metric_id": metric,
                "model": "standard",
                "unit_price": f"0.{number + 1}",
                "invoice_display_name": f"SMS to {number}",
                "payment_term": "in_arrears",
            },
        )
        lines[f"country-{number:02}"] = price
    plan = {"product_id": product, "name": "List", "currency": "USD", "stable_price_ids": False}
    made(merchant, Plan, {**plan, "prices": lines})
    fee = made(merchant, Fee, {"product_id": product, "name": "Base", "description": ""})
    base = made(
        merchant,
        Price,
        {
            "fee_id": fee,
            "unit_price": "5",
            "invoice_display_name": "Base",
            "payment_term": "in_advance",
            "billing_cadence": "P1M",
        },
    )
    made(merchant, Plan, {**plan, "name": "With base", "prices": {**lines, "base": base}})
    made(merchant, Plan, {**plan, "name": "Ids", "prices": [*lines.values(), base]})
    merchant.calls()
    return merchant


def test_similar_prices_are_a_table_and_a_loop() -> None:
    merchant = _table_account()
    bundle = make_bundle(snapshot_of(merchant), REQUEST)
    source = bundle.files["__main__.py"]
    assert '    "country-00": ("0.1", "SMS to 0"),\n' in source
    assert "billable_metric_id=metrics[resource].id," in source
    assert "prices={line: price.id for line, price in prices.items()}," in source
    assert '"base": base_price.id,\n        **{line: price.id for line, price in prices.items()},' in source
    assert "prices=[base_price.id, *(price.id for price in prices.values())]," in source
    assert sum(isinstance(node, ast.Call) for node in ast.walk(ast.parse(source))) < 20
    program = run_program(bundle.files)
    engine = adopted(merchant, bundle)
    assert engine.up(program).is_empty
    assert merchant.writes() == {}


def test_a_second_import_adds_what_is_new_and_keeps_every_edit() -> None:
    merchant = _table_account()
    first = make_bundle(snapshot_of(merchant), REQUEST)
    edited = first.files["__main__.py"].replace("sms = ", "texting = ").replace("sms.id", "texting.id")
    edited = edited.replace("texting = ", "# Ours since 2020\ntexting = ")
    product = next(one.id for one in snapshot_of(merchant) if one.kind == "Product")
    metric = made(
        merchant,
        BillableMetric,
        {
            "product_id": product,
            "name": "Calls",
            "description": "",
            "unit": "call",
            "aggregation": "COUNT",
            "event_type": "c",
        },
    )
    assert metric is not None
    known = next(one for one in snapshot_of(merchant) if one.kind == "Plan")
    merchant.call("PATCH", f"/v0/plans/{known.id}", {"renewalReminderDays": 9})
    other = made(merchant, Product, {"name": "Voice", "description": "new"})
    merchant.calls()

    second = make_bundle(snapshot_of(merchant), REQUEST, first.record, {"__main__.py": edited})
    source = second.files["__main__.py"]
    assert source.startswith(edited.rstrip("\n"))
    assert "product_id=texting.id" in source[len(edited) :]
    assert {one.one.id for one in second.program.declarations} == {metric, other}
    assert [str(change) for change in second.changes] == [
        f"Plan {first.record.objects[str(known.id)].name!r} ({known.id}): renewal_reminder_days was None, and is 9 now"
    ]
    assert run_program(second.files).keys() >= run_program({"__main__.py": edited}).keys()
    entries = json.loads(second.entries or "")["resources"]
    assert {entry["id"] for entry in entries} == {metric, other}

    third = make_bundle(snapshot_of(merchant), REQUEST, second.record, second.program.files)
    assert (third.files, third.entries, third.changes) == ({}, None, [])


def test_a_reference_that_the_person_removed_stands_as_its_id() -> None:
    merchant = _table_account()
    first = make_bundle(snapshot_of(merchant), REQUEST)
    product = next(one.id for one in snapshot_of(merchant) if one.kind == "Product")
    made(merchant, Fee, {"product_id": product, "name": "Setup", "description": ""})
    second = make_bundle(snapshot_of(merchant), REQUEST, first.record, {"__main__.py": '"""Written anew."""\n'})
    assert f'product_id="{product}"' in second.files["__main__.py"]
    assert "import pulumi_paygentic as paygentic" in second.files["__main__.py"]


def test_an_object_that_is_gone_is_said() -> None:
    merchant = _table_account()
    first = make_bundle(snapshot_of(merchant), REQUEST)
    fee = made(merchant, Fee, {"product_id": next(iter(first.record.objects)), "name": "X", "description": ""})
    gone = next(id_ for id_, one in first.record.objects.items() if one.kind == "Plan")
    record = replace(first.record, objects={**first.record.objects, "plan_gone": first.record.objects[gone]})
    second = make_bundle(snapshot_of(merchant), REQUEST, record, first.program.files)
    assert [str(change).partition("(")[2] for change in second.changes] == ["plan_gone) is no longer in the account"]
    assert fee is None or second.program.declarations


def test_a_source_that_is_no_python_is_refused() -> None:
    merchant = _table_account()
    first = make_bundle(snapshot_of(merchant), REQUEST)
    with pytest.raises(ValueError, match=r"__main__\.py can't be read as Python"):
        make_bundle(snapshot_of(merchant), REQUEST, first.record, {"__main__.py": "def"})


def test_a_product_can_be_chosen_by_name_or_id() -> None:
    merchant = _table_account()
    voice = made(merchant, Product, {"name": "Voice", "description": "new"})
    for wanted in ("Voice", str(voice)):
        bundle = make_bundle(snapshot_of(merchant), replace(REQUEST, products=(wanted,)))
        assert [one.one.id for one in bundle.program.declarations] == [voice]
    with pytest.raises(LookupError, match="no product 'Fax': it has SMS, Voice"):
        make_bundle(snapshot_of(merchant), replace(REQUEST, products=("Fax",)))


@cases(8)
@given(accounts())
def test_the_source_is_as_a_formatter_leaves_it(merchant: MerchantAccount) -> None:
    _assert_formatted(make_bundle(snapshot_of(merchant), replace(REQUEST, split=True)))


@pytest.mark.parametrize("adoption", ["import", "id"])
def test_a_table_is_as_a_formatter_leaves_it(adoption: Literal["import", "id"]) -> None:
    merchant = _table_account()
    for name in ("视频" * 20, "Second"):
        made(merchant, Product, {"name": name, "description": ""})
    bundle = make_bundle(snapshot_of(merchant), replace(REQUEST, adoption=adoption))
    _assert_formatted(bundle)
    engine = adopted(merchant, bundle)
    assert not engine.up(run_program(bundle.files)).errors
    assert merchant.writes() == {"POST /v0/products": 2}


def _assert_formatted(bundle: Bundle) -> None:
    for path, source in bundle.program.files.items():
        for command in (["format", "--diff"], ["check", "--select=E,F,W,I", "--ignore=E501"]):
            done = subprocess.run(
                [sys.executable, "-m", "ruff", *command, "--isolated", "--stdin-filename", path, "-"],
                input=source,
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr + source
