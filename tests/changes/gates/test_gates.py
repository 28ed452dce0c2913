"""Each gate against previews, with and without subscribers and money."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from pulumi_paygentic.changes.changeset import Changeset, Subscribers
from pulumi_paygentic.changes.gates import GateResult, Waiver, evaluate, parse_gate, says_no
from pulumi_paygentic.changes.preview import read_preview
from pulumi_paygentic.changes.render.gates import gates_markdown, gates_text, with_gates
from tests.support.previews import METRIC, Preview, Ref, fee_price, plan, price_change, shop, usage_price

TODAY = date(2026, 11, 25)


def read(preview: Preview) -> Changeset:
    return read_preview(preview.file())


def with_subscribers(changeset: Changeset, floating: int, pinned: int = 0) -> Changeset:
    known = Subscribers(floating=floating, pinned=pinned)
    return dataclasses.replace(
        changeset, plans=tuple(dataclasses.replace(one, subscribers=known) for one in changeset.plans)
    )


def judge(gate: str, changeset: Changeset, *waivers: Waiver, base: Changeset | None = None) -> GateResult:
    (result,) = evaluate([parse_gate(gate)], changeset, today=TODAY, waivers=waivers, base=base)
    assert says_no([result]) is result.says_no
    return result


def changed(before: dict[str, object], after: dict[str, object], line: str = "calls") -> Changeset:
    """One line of a plan with subscribers, from one price to another."""
    preview = shop().change("replace", "Price", "calls", "price_1", before, after)
    old, new = plan({line: "price_1"}), plan({line: Ref("Price", "calls")})
    return with_subscribers(read(preview.change("update", "Plan", "pro", "plan_1", old, new)), 3)


@pytest.mark.parametrize(
    ("before", "after", "gate", "refuses"),
    [
        ("100", "110", "price-increase", True),
        ("100", "110", "price-increase>9.99%", True),
        ("100", "110", "price-increase>10%", False),
        ("110", "100", "price-increase", False),
        ("0", "1", "price-increase>1000%", True),
        ("-2", "-1", "price-increase>49%", True),
        ("-2", "-1", "price-increase>50%", False),
        ("-1", "-2", "price-increase", False),
    ],
)
def test_a_price_that_rises_by_more_than_the_threshold_is_refused(
    before: str, after: str, gate: str, *, refuses: bool
) -> None:
    assert judge(gate, read(price_change(before, after))).says_no is refuses


def test_a_tier_that_rises_is_an_increase_though_the_others_fall() -> None:
    def tiers(*amounts: str) -> dict[str, object]:
        bounds = [{"up_to": "10"}, {"up_to": "100"}, {}]
        listed = [{**bound, "unit_price": amount} for bound, amount in zip(bounds, amounts, strict=True)]
        return {**usage_price("0"), "model": "volume", "tiers": listed}

    change = changed(tiers("3", "2", "1"), tiers("2", "2.5", "0.5"))
    assert judge("price-increase>24%", change).says_no
    assert not judge("price-increase>25%", change).says_no


@pytest.mark.parametrize(
    ("before", "after", "refuses"),
    [
        ({"payment_term": "in_arrears"}, {"payment_term": "in_advance"}, True),
        ({"quantity": 1}, {"quantity": 2}, True),
        ({"billing_cadence": "P1Y"}, {"billing_cadence": "P1M"}, True),
    ],
)
def test_changed_terms_are_an_increase_because_they_can_not_be_compared(
    before: dict[str, object], after: dict[str, object], *, refuses: bool
) -> None:
    change = changed(fee_price("10", **before), fee_price("10", **after), "base")
    assert judge("price-increase>500%", change).says_no is refuses


@pytest.mark.parametrize(
    ("before", "after", "refuses"),
    [(None, "100", False), ("100", "200", False), ("200", "100", True), ("1", None, True)],
)
def test_a_larger_allowance_is_no_increase_and_a_smaller_one_is(
    before: str | None, after: str | None, *, refuses: bool
) -> None:
    def included(units: str | None) -> dict[str, object]:
        template = {"type": "metered", "issue_after_reset": units, "is_soft_limit": True}
        return usage_price("1", entitlement_template=template) if units else usage_price("1")

    change = changed(included(before), included(after))
    assert judge("price-increase", change).says_no is refuses


@pytest.mark.parametrize(("floating", "pinned", "refuses"), [(3, 0, True), (0, 0, False), (0, 4, False)])
def test_an_increase_without_subscribers_who_move_is_none_for_existing_ones(
    floating: int, pinned: int, *, refuses: bool
) -> None:
    change = with_subscribers(read(price_change()), floating, pinned)
    assert judge("increase-for-existing-subscribers", change).says_no is refuses
    assert judge("increase-for-existing-subscribers>100%", change).says_no is False


def test_a_price_that_is_edited_in_place_reaches_pinned_subscribers_as_well() -> None:
    preview = shop().change("update", "Price", "calls", "price_1", usage_price("1"), usage_price("2"))
    held = plan({"calls": "price_1"})
    change = with_subscribers(read(preview.same("Plan", "pro", "plan_1", **held)), 0, 4)
    assert judge("increase-for-existing-subscribers", change).says_no


def test_subscribers_that_nobody_asked_for_are_not_taken_for_none() -> None:
    result = judge("increase-for-existing-subscribers", read(price_change()))
    assert result.says_no
    assert "the number of subscribers is not known" in result.findings[0].text
    assert judge("more-than 5 customers", read(price_change())).says_no


def test_a_new_charge_and_a_lost_rebate_are_an_increase_for_existing_subscribers() -> None:
    added = shop().create("Price", "extra", **usage_price("1"))
    added.change("update", "Plan", "pro", "plan_1", plan({}), plan({"extra": Ref("Price", "extra")}))
    assert judge("increase-for-existing-subscribers", with_subscribers(read(added), 1)).says_no
    assert not judge("price-increase", with_subscribers(read(added), 1)).says_no
    lost = shop().delete("Price", "rebate", "price_9", **usage_price("-1"))
    lost.change("update", "Plan", "pro", "plan_1", plan({"rebate": "price_9"}), plan({}))
    assert judge("increase-for-existing-subscribers", with_subscribers(read(lost), 1)).says_no
    dropped = shop().delete("Price", "extra", "price_9", **usage_price("1"))
    dropped.change("update", "Plan", "pro", "plan_1", plan({"extra": "price_9"}), plan({}))
    assert not judge("increase-for-existing-subscribers", with_subscribers(read(dropped), 1)).says_no


def test_a_new_plan_has_no_existing_subscribers() -> None:
    preview = shop().create("Price", "calls", **usage_price("1"))
    change = read(preview.create("Plan", "pro", **plan({"calls": Ref("Price", "calls")})))
    for gate in ("increase-for-existing-subscribers", "revenue-drop", "more-than 0 customers", "price-increase"):
        assert not judge(gate, change).says_no


def test_money_that_is_not_known_is_not_taken_for_none_where_charges_fall() -> None:
    assert "the money is not known" in judge("revenue-drop", read(price_change("2", "1"))).findings[0].text
    assert not judge("revenue-drop", read(price_change("1", "2"))).says_no
    for before, after, refuses in ((usage_price("1"), None, True), (None, usage_price("1"), False)):
        preview = shop()
        for name, amount in (("old", before), ("new", after)):
            if amount is not None:
                preview.same("Price", name, f"price_{name}", **amount)
        old = plan({"x": "price_old"} if before else {})
        new = plan({"x": "price_new"} if after else {})
        change = read(preview.change("update", "Plan", "pro", "plan_1", old, new))
        assert judge("revenue-drop", change).says_no is refuses


@pytest.mark.parametrize(("count", "refuses"), [(50, False), (51, True)])
def test_more_customers_than_allowed_are_refused(count: int, *, refuses: bool) -> None:
    assert judge("more-than 50 customers", with_subscribers(read(price_change()), count)).says_no is refuses


def test_customers_of_all_plans_count_together_and_of_each_plan_beside_another_condition() -> None:
    preview = shop().change("replace", "Price", "calls", "price_1", usage_price("1"), usage_price("2"))
    for name in ("pro", "team"):
        old, new = plan({"c": "price_1"}, name=name), plan({"c": Ref("Price", "calls")}, name=name)
        preview.change("update", "Plan", name, f"plan_{name}", old, new)
    change = with_subscribers(read(preview), 30)
    assert judge("more-than 50 customers", change).says_no
    assert not judge("price-increase and more-than 50 customers", change).says_no
    assert judge("price-increase and more-than 20 customers", change).says_no


def test_a_replaced_plan_is_refused_and_a_replaced_price_is_how_prices_change() -> None:
    assert not judge("replace", read(price_change())).says_no
    old, new = {**METRIC}, {**METRIC, "aggregation": "SUM"}
    replaced = Preview().change("replace", "BillableMetric", "calls", "bm_1", old, new)
    assert judge("replace", read(replaced)).says_no


def test_what_is_no_longer_declared_is_refused() -> None:
    gone = Preview().delete("Price", "calls", "price_1", **usage_price("1"))
    assert judge("delete", read(gone)).says_no
    assert judge("delete and delete", read(gone)).says_no
    assert not judge("delete and replace", read(gone)).says_no
    kept = Preview().delete("Plan", "pro", "plan_1", **plan({}))
    result = judge("delete", read(kept))
    assert "stays in the account" in result.findings[0].text
    assert judge("delete and unknown", read(kept)).says_no is False


def test_a_price_that_only_up_will_know_is_refused() -> None:
    preview = shop().change(
        "replace",
        "Price",
        "calls",
        "price_1",
        usage_price("1"),
        usage_price(Ref("Price", "other")),  # type: ignore[arg-type]
    )
    old, new = plan({"calls": "price_1"}), plan({"calls": Ref("Price", "calls")})
    change = with_subscribers(read(preview.change("update", "Plan", "pro", "plan_1", old, new)), 1)
    assert judge("revenue-drop", change).says_no
    for gate in ("unknown", "price-increase>90%", "increase-for-existing-subscribers"):
        assert "not known before `up`" in judge(gate, change).findings[0].text


def test_what_the_preview_does_not_hold_is_unknown() -> None:
    assert judge("unknown", read(price_change(sames=False))).says_no
    assert not judge("unknown", read(price_change())).says_no


def test_what_the_base_would_change_as_well_does_not_block() -> None:
    change = with_subscribers(read(price_change()), 3)
    result = judge("price-increase", change, base=change)
    assert not result.says_no
    assert result.findings[0].in_base
    assert judge("price-increase", change, base=read(price_change("0.001", "0.0015"))).says_no
    assert judge("price-increase", change, base=read(shop())).says_no


def waiver(until: date, **fields: str) -> Waiver:
    return Waiver(
        **{"gate": "price-increase", "resource": "pro", "reason": "agreed", "person": "ada", **fields}, until=until
    )


def test_a_waiver_lets_its_resource_through_until_its_last_day() -> None:
    change = read(price_change())
    assert not judge("price-increase", change, waiver(TODAY)).says_no
    assert judge("price-increase", change, waiver(date(2026, 11, 24))).says_no
    assert judge("price-increase", change, waiver(TODAY, resource="basic")).says_no
    assert not judge("price-increase", change, waiver(date(2020, 1, 1)), waiver(TODAY)).says_no


def test_the_verdicts_say_what_was_waived_and_what_has_ended() -> None:
    change = read(price_change())
    gates = [parse_gate("replace"), parse_gate("price-increase>5%"), parse_gate("delete")]
    text = gates_text(evaluate(gates, change, today=TODAY, waivers=[waiver(date(2026, 11, 1))]))
    assert text == (
        "\nGates: 1 of 3 says no.\n"
        "- ❌ price-increase>5%\n"
        "  - Pro: Calls rises by 100.0 % (the waiver by ada ended on 2026-11-01)\n"
        "- ✅ replace: nothing found\n"
        "- ✅ delete: nothing found\n"
    )
    waived = gates_markdown(evaluate(gates[1:2], change, today=TODAY, waivers=[waiver(TODAY)]))
    assert "The gate passes." in waived
    assert "waived until 2026-11-25 by ada: agreed" in waived
    based = gates_text(evaluate(gates[1:2], change, today=TODAY, base=change))
    assert "so in the base already" in based
    assert "All 2 gates pass." in gates_text(evaluate([gates[0], gates[2]], change, today=TODAY))


def test_the_verdicts_stand_below_the_headline() -> None:
    results = evaluate([parse_gate("replace")], read(price_change()), today=TODAY)
    text = with_gates("### Title\n\nHeadline.\n\n#### Pro\n", results)
    assert text.startswith("### Title\n\nHeadline.\n\n**The gate passes.**\n\n- ✅ ")
    assert text.endswith("\n\n#### Pro\n")
    assert with_gates("x", ()) == "x"
    assert gates_markdown(()) == gates_text(()) == ""


def test_many_findings_are_counted_and_names_stay_names() -> None:
    preview = Preview()
    for number in range(9):
        preview.delete("Plan", f"p{number}", f"plan_{number}", **plan({}, name=f"<b>@ada</b> | `{number}`\n::error::"))
    text = gates_markdown(evaluate([parse_gate("delete")], read(preview), today=TODAY))
    assert "and 4 more" in text
    assert "<b>" not in text
    assert "@ada" not in text
    assert len(text.splitlines()) == 10
