"""A preview, read into a changeset."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any

import pytest

from pulumi_paygentic.changes.changeset import Changeset, LineChange, SourcePosition
from pulumi_paygentic.changes.preview import read_preview
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.values import ABSENT, SECRET, UNKNOWN
from tests.support.previews import (
    METRIC,
    UNKNOWN_TEXT,
    Preview,
    Ref,
    fee_price,
    plan,
    price_change,
    shop,
    urn,
    usage_price,
)


def read(preview: Preview) -> Changeset:
    return read_preview(preview.file())


def amounts(line: LineChange) -> tuple[Decimal | None, Decimal | None]:
    """The first unit price before and after."""
    sides = (line.before, line.after)
    before, after = (side.bands[0].unit_price if isinstance(side, Pricing) else None for side in sides)
    return before, after


def lines(changeset: Changeset, number: int = 0) -> list[tuple[str, str, str]]:
    return [(line.op, line.key, line.name) for line in changeset.plans[number].lines]


def test_a_replaced_price_is_resolved_although_its_new_id_is_unknown() -> None:
    changeset = read(price_change())
    (changed,) = changeset.plans
    assert (changed.name, changed.currency, changed.cadence, changed.product) == ("Pro", "USD", "P1M", "Code API")
    assert (changed.op, changed.plan_id, changed.mints, changed.transition) == ("update", "plan_1", True, "period_end")
    same, line = changed.lines
    assert (same.op, same.name, same.metered) == ("same", "Base fee", "Seat")
    assert (line.op, line.key, line.price_id, line.price_id_after) == ("changed", "calls", "price_1", None)
    assert amounts(line) == (Decimal("0.001"), Decimal("0.002"))
    assert (line.metered, line.unit, line.is_in_place) == ("Calls", "call", False)
    assert line.position == SourcePosition("__main__.py", 5)
    assert changed.changed_lines == (line,)
    assert (changeset.project, changeset.stack, changeset.merchants) == ("shop", "dev", ("org_emulator",))
    assert (changeset.unchanged, changeset.unknown_count, changeset.gaps) == (4, 0, ())


def test_the_old_price_is_said_to_stay_for_the_versions_that_hold_it() -> None:
    price, updated = read(price_change()).objects
    assert (price.op, price.kind, price.title) == ("replace", "Price", "Calls")
    assert price.retained == "versions of plan 'Pro' hold it"
    assert [(field.path, field.before, field.after) for field in price.fields] == [("unit_price", "0.001", "0.002")]
    assert (updated.op, updated.fields, updated.retained) == ("update", (), "")


def test_a_price_that_no_plan_lists_goes() -> None:
    preview = shop().change("replace", "Price", "calls", "price_1", usage_price("1"), usage_price("2"))
    preview.delete("Price", "old", "price_3", **usage_price("3"))
    assert [(change.op, change.retained) for change in read(preview).objects] == [("replace", ""), ("delete", "")]


def test_an_edit_in_place_concerns_every_plan_that_lists_the_price() -> None:
    preview = shop().change(
        "update", "Price", "calls", "price_1", usage_price("1"), usage_price("2", on_change="in_place")
    )
    preview.same("Plan", "one", "plan_1", **plan({"calls": "price_1"}, name="One"))
    preview.same("Plan", "two", "plan_2", **plan(["price_1"], name="Two"))
    preview.same("Plan", "three", "plan_3", **plan(["price_9"], name="Three"))
    changeset = read(preview)
    assert [(change.name, change.op, change.mints) for change in changeset.plans] == [
        ("One", "update", False),
        ("Two", "update", False),
    ]
    assert all(change.lines[0].is_in_place for change in changeset.plans)


def test_without_what_stays_the_changeset_says_that_plans_may_be_missing() -> None:
    changeset = read(price_change(sames=False))
    assert lines(changeset) == [("same", "base", ""), ("changed", "calls", "Calls")]
    assert changeset.unchanged is None
    assert changeset.unknown_count == 1
    assert "--show-sames" in changeset.gaps[0]


def test_the_state_fills_in_what_the_preview_leaves_out() -> None:
    whole = price_change()
    resources = [{**step["oldState"]} for step in whole.steps if step["op"] == "same"]
    resources.append({**resources[-1], "urn": urn("Price", "pending"), "delete": True})
    state = io.BytesIO(json.dumps({"version": 3, "deployment": {"resources": resources}}).encode())
    changeset = read_preview(price_change(sames=False).file(), state=state)
    assert [change.lines for change in changeset.plans] == [change.lines for change in read(whole).plans]
    assert changeset.gaps == ()


def test_a_list_of_prices_is_matched_by_price() -> None:
    preview = shop().change("replace", "Price", "calls", "price_1", usage_price("1"), usage_price("2"))
    preview.same("Price", "base", "price_2", **fee_price("49"))
    after = plan(["price_2", Ref("Price", "calls")])
    preview.change("update", "Plan", "pro", "plan_1", plan(["price_1", "price_2"]), after)
    assert lines(read(preview)) == [("same", "", "Base fee"), ("changed", "", "Calls")]


def test_going_from_a_list_to_keys_changes_no_line_but_mints_a_version() -> None:
    preview = shop().same("Price", "calls", "price_1", **usage_price("1"))
    preview.same("Price", "base", "price_2", **fee_price("49"))
    after = plan({"calls": "price_1", "base": "price_2"})
    preview.change("update", "Plan", "pro", "plan_1", plan(["price_2", "price_1"]), after)
    changeset = read(preview)
    assert lines(changeset) == [("same", "calls", "Calls"), ("same", "base", "Base fee")]
    assert changeset.plans[0].mints


def test_added_and_removed_lines_are_said_to_be_such() -> None:
    preview = shop().create("Price", "extra", **usage_price("5", invoice_display_name="Extra"))
    preview.delete("Price", "base", "price_2", **fee_price("49"))
    preview.delete("Fee", "left", "fee_2", name="Left", description="")
    preview.same("Price", "calls", "price_1", **usage_price("1"))
    before = plan({"calls": "price_1", "base": "price_2"})
    preview.change("update", "Plan", "pro", "plan_1", before, plan({"calls": "price_1", "x": Ref("Price", "extra")}))
    changeset = read(preview)
    assert lines(changeset) == [("same", "calls", "Calls"), ("added", "x", "Extra"), ("removed", "base", "Base fee")]
    assert [(change.kind, change.name, change.op) for change in changeset.objects if change.op != "update"] == [
        ("Price", "extra", "create"),
        ("Fee", "left", "delete"),
        ("Price", "base", "retain"),
    ]


def test_a_deleted_fee_stays_while_a_price_of_a_version_uses_it() -> None:
    preview = shop()
    preview.delete("Fee", "gone", "fee_9", name="Gone", description="")
    preview.delete("Price", "gone", "price_9", **fee_price("9", fee_id="fee_9"))
    preview.change("update", "Plan", "pro", "plan_1", plan({"gone": "price_9", "a": "x"}), plan({"a": "x"}))
    retained = {change.kind: change.retained for change in read(preview).objects if change.op == "retain"}
    assert retained == {
        "Fee": "price 'Base fee' of a plan's version uses it",
        "Price": "versions of plan 'Pro' hold it",
    }


def test_a_price_whose_resource_was_renamed_is_matched_by_its_metric() -> None:
    preview = shop().create("Price", "renamed", **usage_price("2")).create("Price", "other", **fee_price("3"))
    preview.delete("Price", "calls", "price_1", **usage_price("1"))
    before = plan({"calls": "price_1"})
    after = plan({"calls": Ref("Price", "renamed"), "seat": Ref("Price", "other")})
    preview.change("update", "Plan", "pro", "plan_1", before, after)
    changeset = read(preview)
    assert lines(changeset) == [("changed", "calls", "Calls"), ("added", "seat", "Base fee")]


def test_lines_of_several_new_prices_are_known_although_their_keys_are_not() -> None:
    preview = shop().create("Price", "one", **usage_price("1")).create("Price", "two", **usage_price("2"))
    preview.create("Plan", "pro", **plan({"a": Ref("Price", "one"), "b": Ref("Price", "two")}))
    changeset = read(preview)
    assert [(line.op, line.key, amounts(line)[1]) for line in changeset.plans[0].lines] == [
        ("added", "", Decimal(1)),
        ("added", "", Decimal(2)),
    ]


def test_a_line_that_nothing_resolves_is_unknown_and_counted() -> None:
    preview = shop().create("Price", "one", **usage_price("1")).create("Price", "two", **usage_price("2"))
    preview.create("Plan", "pro", **plan({"a": Ref("Price", "one"), "b": "price_7"}))
    step = preview.steps[-1]["newState"]
    step["propertyDependencies"]["prices"].append(urn("Price", "two"))
    changeset = read(preview)
    assert [line.op for line in changeset.plans[0].lines] == ["unknown", "unknown"]
    assert changeset.unknown_count == 2


@pytest.mark.parametrize("known", [True, False])
def test_a_plan_whose_prices_are_wholly_unknown_has_unknown_lines(*, known: bool) -> None:
    preview = shop().same("Price", "calls", "price_1", **usage_price("1"))
    if known:
        preview.change("update", "Plan", "pro", "plan_1", plan({"calls": "price_1"}), plan(UNKNOWN_TEXT))
    else:
        preview.create("Plan", "pro", **plan(UNKNOWN_TEXT))
    (line,) = read(preview).plans[0].lines
    assert (line.op, line.after, line.price_id) == ("unknown", UNKNOWN, "price_1" if known else None)


def test_a_price_of_unknown_or_secret_amount_is_unknown() -> None:
    preview = shop().create("Price", "a", **usage_price(UNKNOWN_TEXT)).create("Price", "b", **usage_price("[secret]"))
    preview.create("Plan", "pro", **plan({"a": Ref("Price", "a"), "b": Ref("Price", "b")}))
    changeset = read(preview)
    assert [line.op for line in changeset.plans[0].lines] == ["unknown", "unknown"]
    fields = {field.path: field.after for field in changeset.objects[1].fields}
    assert fields["unit_price"] is SECRET


def test_a_first_catalog_is_all_new() -> None:
    preview = Preview().create("Product", "api", name="Code API", description="")
    preview.create("BillableMetric", "calls", **{**METRIC, "product_id": Ref("Product", "api")})
    preview.create("Price", "calls", **usage_price("0.001", billable_metric_id=Ref("BillableMetric", "calls")))
    prices = {"calls": Ref("Price", "calls")}
    preview.create("Plan", "pro", **plan(prices, product_id=Ref("Product", "api"), currency="JPY"))
    changeset = read(preview)
    (new,) = changeset.plans
    assert (new.op, new.version_before, new.version_after, new.product) == ("create", None, 1, "Code API")
    assert (new.name_before, new.currency, new.plan_id) == (None, "JPY", None)
    assert lines(changeset) == [("added", "calls", "Calls")]
    assert new.lines[0].unit == "call"
    price = changeset.objects[2]
    assert ("billable_metric_id", ABSENT, "BillableMetric calls") in [(f.path, f.before, f.after) for f in price.fields]


def test_a_replaced_plan_stays_with_its_subscribers_and_the_new_one_begins_at_version_one() -> None:
    preview = shop().same("Price", "calls", "price_1", **usage_price("1"))
    before, after = plan({"calls": "price_1"}), plan({"calls": "price_1"}, currency="EUR", allow_replace=True)
    changeset = read(preview.change("replace", "Plan", "pro", "plan_1", before, after))
    (replaced,) = changeset.plans
    assert (replaced.op, replaced.currency_before, replaced.currency) == ("replace", "USD", "EUR")
    assert (replaced.retained, replaced.version_after) == ("the API can't delete a plan", 1)


def test_a_deleted_plan_stays_with_all_of_its_lines() -> None:
    preview = shop().delete("Price", "calls", "price_1", **usage_price("1"))
    preview.delete("Plan", "pro", "plan_1", **plan({"calls": "price_1"}))
    changeset = read(preview)
    (gone,) = changeset.plans
    assert (gone.op, gone.mints, gone.position) == ("retain", False, None)
    assert lines(changeset) == [("same", "calls", "Calls")]


def test_retain_on_delete_keeps_an_object() -> None:
    preview = shop().step("delete", "Price", "calls", "price_1", usage_price("1"), None, retainOnDelete=True)
    (change,) = read(preview).objects
    assert (change.op, change.retained) == ("retain", "retain_on_delete is set")


def test_a_change_of_names_alone_is_presentation() -> None:
    preview = shop()
    after = usage_price("1", invoice_display_name="API calls")
    preview.change("update", "Price", "calls", "price_1", usage_price("1"), after)
    preview.same("Plan", "pro", "plan_1", **plan({"calls": "price_1"}))
    changeset = read(preview)
    assert changeset.objects[0].is_presentation
    assert lines(changeset) == [("renamed", "calls", "API calls")]
    assert changeset.plans[0].is_presentation


def test_a_change_of_a_plan_beside_its_prices_is_shown_if_it_charges() -> None:
    preview = shop().same("Price", "calls", "price_1", **usage_price("1"))
    before = plan({"calls": "price_1"}, description="a")
    preview.change("update", "Plan", "pro", "plan_1", before, plan({"calls": "price_1"}, billing_cadence="P1Y"))
    preview.change("update", "Plan", "text", "plan_2", before, plan({"calls": "price_1"}, description="b"))
    preview.change("update", "Plan", "name", "plan_3", before, plan({"calls": "price_1"}, description="a", name="P"))
    changeset = read(preview)
    assert [(change.resource, change.cadence_before, change.cadence) for change in changeset.plans] == [
        ("pro", "P1M", "P1Y"),
        ("name", "P1M", "P1M"),
    ]
    assert not changeset.plans[0].is_presentation


def test_a_version_transition_says_when_subscribers_move() -> None:
    preview = shop().change("replace", "Price", "calls", "price_1", usage_price("1"), usage_price("2"))
    now = {"version_transition": {"effective_date": "immediate", "proration": "none"}}
    after = plan({"calls": Ref("Price", "calls")}, **now)
    preview.change("update", "Plan", "pro", "plan_1", plan({"calls": "price_1"}, **now), after)
    assert read(preview).plans[0].transition == "now"


def test_undeclared_arguments_are_compared_as_the_account_has_them() -> None:
    preview = shop()
    preview.change("update", "Price", "base", "price_2", fee_price("1"), fee_price("2", on_change="in_place"))
    preview.steps[-1]["oldState"]["outputs"] = {**fee_price("1"), "quantity": 5}
    preview.same("Plan", "pro", "plan_1", **plan({"base": "price_2"}))
    (line,) = read(preview).plans[0].lines
    assert isinstance(line.before, Pricing)
    assert isinstance(line.after, Pricing)
    assert (line.before.quantity, line.after.quantity) == (5, 5)


def test_tiers_are_compared_leaf_by_leaf() -> None:
    old = [{"up_to": "10", "unit_price": "2"}, {"unit_price": "1"}]
    new = [{"up_to": "20", "unit_price": "2"}]
    preview = shop().change(
        "replace",
        "Price",
        "calls",
        "price_1",
        usage_price("1", model="volume", tiers=old),
        usage_price("1", model="volume", tiers=new),
    )
    assert [(field.path, field.before, field.after) for field in read(preview).objects[0].fields] == [
        ("tiers[0].up_to", "10", "20"),
        ("tiers[1]", {"unit_price": "1"}, ABSENT),
    ]


def test_references_to_a_replaced_object_are_new() -> None:
    preview = Preview().same("Product", "api", "prod_1", name="Code API", description="")
    preview.change("replace", "BillableMetric", "calls", "bm_1", METRIC, {**METRIC, "aggregation": "SUM"})
    after = usage_price("1", billable_metric_id=Ref("BillableMetric", "calls"))
    preview.change("replace", "Price", "calls", "price_1", usage_price("1"), after)
    metric, price = read(preview).objects
    assert metric.retained == "the API can't delete a billable metric"
    assert [(field.path, field.before, field.after) for field in price.fields] == [
        ("billable_metric_id", "BillableMetric calls", "BillableMetric calls (new)")
    ]


def drifted(recorded: str, live: str, program: str) -> Preview:
    preview = shop().step("refresh", "Price", "calls", "price_1", usage_price(recorded), usage_price(live))
    op = "same" if live == program else "replace"
    return preview.step(op, "Price", "calls", "price_1", usage_price(live), usage_price(program))


def test_drift_is_told_from_a_change_of_the_program() -> None:
    (both,) = read(drifted("1", "2", "3")).objects
    assert (both.op, [(f.before, f.after) for f in both.fields]) == ("replace", [("2", "3")])
    assert [(f.before, f.after) for f in both.drift] == [("1", "2")]
    assert read(drifted("1", "2", "2")).is_empty
    preview = shop().step("refresh", "Fee", "seat", "fee_1", {"name": "a"}, {"name": "b"})
    preview.step("update", "Fee", "seat", "fee_1", {"name": "b"}, {"name": "a"})
    assert [change.op for change in read(preview).objects] == ["drift"]
    preview = shop().step("refresh", "Fee", "seat", "fee_1", {"name": "a"}, {"name": "b"})
    preview.step("update", "Fee", "seat", "fee_1", {"name": "b"}, {"name": "c"})
    assert [change.op for change in read(preview).objects] == ["update"]


def test_an_object_that_vanished_is_gone_and_made_again() -> None:
    preview = shop().step("refresh", "Feature", "f", "feat_1", {"key": "f", "name": "F"}, None)
    preview.create("Feature", "f", key="f", name="F")
    (change,) = read(preview).objects
    assert (change.op, change.id, change.drift) == ("gone", "feat_1", ())


def test_a_refresh_alone_reads_as_what_up_would_undo() -> None:
    preview = Preview()
    preview.steps[0]["op"] = "refresh"
    preview.step("update", "Price", "calls", "price_1", usage_price("1"), usage_price("2"))
    preview.step("refresh", "Plan", "pro", "plan_1", plan({"calls": "price_1"}), plan({"calls": "price_1"}))
    preview.step("delete", "Feature", "f", "feat_1", {"key": "f", "name": "F"}, None)
    changeset = read(preview)
    assert [(change.op, change.id) for change in changeset.objects] == [("drift", "price_1"), ("gone", "feat_1")]
    assert amounts(changeset.plans[0].lines[0]) == (Decimal(2), Decimal(1))
    assert (changeset.plans[0].op, changeset.unchanged, changeset.gaps) == ("update", 1, ())


def test_resources_of_other_packages_are_counted() -> None:
    preview = shop().create("aws:s3/bucket:Bucket", "b").create("pulumi:providers:aws", "p")
    preview.step("create-replacement", "aws:s3/bucket:Bucket", "c", "c", {}, {})
    preview.step("delete-replaced", "aws:s3/bucket:Bucket", "c", "c", {}, None)
    preview.same("aws:s3/bucket:Bucket", "d", "d")
    assert read(preview).other_resources == {"create": 1, "replace": 1}


def test_a_plan_of_a_component_and_of_a_native_plugin_is_ours() -> None:
    preview = Preview().create(f"my:index:Shop${'pulumi-python:dynamic/paygentic:'}Product", "a", name="A")
    preview.create("paygentic:index:Product", "b", name="B")
    assert [change.title for change in read(preview).objects] == ["A", "B"]


def test_several_merchants_are_named() -> None:
    preview = shop().create("Product", "second", name="S", description="", merchant_id="org_second")
    changeset = read(preview)
    assert changeset.merchants == ("org_emulator", "org_second")
    assert changeset.objects[0].merchant_id == "org_second"


def test_an_object_that_an_interrupted_run_left_is_deleted_without_touching_the_live_one() -> None:
    preview = shop().same("Price", "calls", "price_1", **usage_price("1"))
    preview.step("delete", "Price", "calls", "price_0", usage_price("0"), None, delete=True)
    preview.same("Plan", "pro", "plan_1", **plan({"calls": "price_1"}))
    changeset = read(preview)
    assert [(change.op, change.id) for change in changeset.objects] == [("delete", "price_0")]
    assert changeset.plans == ()


def test_sub_steps_of_a_replacement_and_reads_change_nothing_more() -> None:
    preview = price_change()
    preview.step("create-replacement", "Price", "calls", "price_1", usage_price("0.001"), usage_price("0.002"))
    preview.step("delete-replaced", "Price", "calls", "price_1", usage_price("0.001"), None)
    preview.step("read", "Product", "other", "prod_9", {"name": "X"}, {"name": "X"})
    assert sorted(change.op for change in read(preview).objects) == ["replace", "update"]


def test_a_kind_that_this_version_lacks_is_a_gap() -> None:
    changeset = read(shop().create("Coupon", "c"))
    assert changeset.gaps == ("1 of kind Coupon, which this version does not know: upgrade pulumi_paygentic.",)


def test_an_argument_that_this_version_lacks_is_shown() -> None:
    (change,) = read(shop().create("Product", "p", name="P", colour="red")).objects
    assert ("colour", "red") in [(field.path, field.after) for field in change.fields]


def test_the_errors_of_a_failed_preview_are_there_once() -> None:
    preview = shop(sames=False).create("Product", "p", name="P")
    preview.error("paygentic: no", urn("Plan", "p")).error("Resource monitor has terminated, shutting down")
    preview.diagnostics.append({"severity": "info#err", "message": "Traceback"})
    changeset = read(preview)
    assert [(error.message, error.urn) for error in changeset.errors] == [("paygentic: no", urn("Plan", "p"))]
    assert changeset.gaps == ()
    only = read(Preview().error("update failed"))
    assert [error.message for error in only.errors] == ["update failed"]


def test_positions_are_of_the_program_and_not_of_packages() -> None:
    preview = Preview().create("Product", "p", name="P")
    frames: list[Any] = [
        {"sourcePosition": "project:///venv/lib/python3.11/site-packages/x.py#1"},
        {"sourcePosition": "project:///../shared/lib.py#2"},
        {"sourcePosition": "file:///elsewhere.py#3"},
        {"sourcePosition": "project:///my%20shop/plans.py#4,8"},
    ]
    preview.steps[-1]["newState"]["stackTrace"] = frames
    assert read(preview).objects[0].position == SourcePosition("my shop/plans.py", 4)
    preview.steps[-1]["newState"]["stackTrace"] = frames[:3]
    assert read(preview).objects[0].position is None


def test_a_name_that_is_not_known_yet_gives_way_to_the_resources_name() -> None:
    (change,) = read(Preview().create("Product", "p", name=UNKNOWN_TEXT)).objects
    assert change.title == "p"


def test_an_encrypted_value_is_a_secret() -> None:
    (change,) = read(Preview().create("Product", "p", name="P", x={"4dabf18193072939515e22adb298388d": "1"})).objects
    assert change.fields[-1].after is SECRET


def test_prices_that_a_plan_no_longer_declares_stay_as_they_are() -> None:
    preview = shop().same("Price", "calls", "price_1", **usage_price("1"))
    after = plan({"calls": "price_1"}, billing_cadence="P1Y")
    del after["prices"]
    changeset = read(preview.change("update", "Plan", "pro", "plan_1", plan({"calls": "price_1"}), after))
    assert lines(changeset) == [("same", "calls", "Calls")]
    assert not changeset.plans[0].mints


def test_a_price_that_is_deleted_and_yet_named_by_a_plan_is_unknown_afterwards() -> None:
    preview = shop().delete("Price", "calls", "price_1", **usage_price("1"))
    after = plan({"calls": "price_1"}, billing_cadence="P1Y")
    preview.change("update", "Plan", "pro", "plan_1", plan({"calls": "price_1"}), after)
    assert lines(read(preview)) == [("unknown", "calls", "Calls")]
