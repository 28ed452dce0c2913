"""Scenes of a change, each with real invoices of an emulator."""

from dataclasses import replace
from datetime import date, datetime, timezone
from decimal import Decimal

import pytest

from pulumi_paygentic.changes.cadence import Cadence
from pulumi_paygentic.changes.changeset import Changeset
from pulumi_paygentic.changes.impact import Amounts, Impact, MoveImpact
from pulumi_paygentic.changes.plan_change import PlanChange
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.simulate import simulate, with_usage
from pulumi_paygentic.changes.usage import Bill, BilledLine, Subscription, Usage
from pulumi_paygentic.changes.values import UNKNOWN
from tests.changes.support.market import Market

JANUARY, FEBRUARY = "2026-01-05T00:00:00Z", "2026-02-01T02:00:00Z"
START = "2026-01-01T00:00:00Z"


@pytest.fixture
def market() -> Market:
    return Market()


def amounts(impact: Impact) -> Amounts:
    return impact.currencies[0].amounts


def moves(impact: Impact) -> dict[str, tuple[int, Amounts]]:
    return {move.moment: (move.subscriptions, move.amounts) for move in impact.currencies[0].moves}


def both(old: str, new: str) -> Amounts:
    return Amounts(Decimal(old), Decimal(new))


def test_pinned_subscribers_pay_the_same_and_floating_ones_move_at_period_end(market: Market) -> None:
    metric = market.metric()
    old, new = {"calls": market.price(metric, "0.5")}, {"calls": market.price(metric, "0.7")}
    plan = market.plan(old)
    for name, policy in (("ada", "floating"), ("grace", "pinned")):
        customer = market.customer(name)
        market.subscribe(plan, customer, startedAt=START, versionPolicy=policy)
        market.use(customer, metric, 10, JANUARY)
    market.clock(FEBRUARY)
    usage = market.usage(plan)
    impact = simulate([market.change(plan, old, new)], usage)
    assert amounts(impact) == both("10", "12")
    assert moves(impact) == {"period_end": (1, both("5", "7")), "never": (1, both("5", "5"))}
    (proof,) = impact.proofs
    assert (proof.invoices, proof.holds, proof.rated, proof.invoiced) == (1, True, Decimal(5), Decimal(5))
    money = impact.currencies[0]
    assert [(one.percent, one.more, one.less) for one in money.movers] == [(5, 1, 0), (10, 1, 0), (25, 1, 0)]
    assert (money.customers, money.unchanged, money.from_nothing, len(money.increases)) == (2, 1, 0, 1)
    assert (impact.first, impact.last, impact.customers) == (date(2026, 1, 1), date(2026, 1, 31), 2)


def test_the_dates_of_the_moves_are_the_ends_of_the_running_periods(market: Market) -> None:
    fee = market.fee()
    old, new = {"base": market.price(fee, "5")}, {"base": market.price(fee, "6")}
    plan = market.plan(old)
    market.subscribe(plan, market.customer("ada"), startedAt="2026-01-01T00:00:00Z")
    market.clock("2026-01-20T00:00:00Z")
    market.subscribe(plan, market.customer("grace"), startedAt="2026-01-20T00:00:00Z")
    market.clock("2026-02-21T00:00:00Z")
    usage = market.usage(plan)
    now = usage.bills[0].end
    (move,) = simulate([market.change(plan, old, new)], usage, now).currencies[0].moves
    amount = both("10", "12")
    first, last = date(2026, 3, 1), date(2026, 3, 20)
    assert move == MoveImpact(moment="period_end", subscriptions=2, amounts=amount, first=first, last=last)


def test_an_immediate_move_takes_prices_in_arrears_now_and_prices_in_advance_later(market: Market) -> None:
    metric, fee = market.metric(), market.fee()
    old = {"calls": market.price(metric, "0.5"), "base": market.price(fee, "5", paymentTerm="in_advance")}
    new = {"calls": market.price(metric, "0.7"), "base": market.price(fee, "8", paymentTerm="in_advance")}
    plan = market.plan(old, versionTransition={"effectiveDate": "immediate", "proration": "none"})
    customer = market.customer()
    market.subscribe(plan, customer, startedAt=START)
    market.use(customer, metric, 10, JANUARY)
    market.clock(FEBRUARY)
    impact = simulate([market.change(plan, old, new)], market.usage(plan))
    assert moves(impact) == {"now": (1, both("5", "7")), "period_end": (1, both("5", "8"))}


def test_a_price_edited_in_place_changes_for_pinned_subscribers_too(market: Market) -> None:
    metric = market.metric()
    price = market.price(metric, "0.5")
    plan = market.plan({"calls": price})
    customer = market.customer()
    market.subscribe(plan, customer, startedAt=START, versionPolicy="pinned")
    market.use(customer, metric, 10, JANUARY)
    market.clock(FEBRUARY)
    change = market.change(plan, {"calls": price}, {"calls": price})
    dearer = market.pricing(market.price(metric, "0.6"))
    edited = replace(change, lines=(replace(change.lines[0], after=dearer),))
    impact = simulate([edited], market.usage(plan, with_pinned=True))
    assert moves(impact) == {"period_end": (1, both("5", "6"))}


def test_a_customer_in_two_plans_that_share_a_price_is_one_customer(market: Market) -> None:
    metric = market.metric()
    old, new = {"calls": market.price(metric, "0.5")}, {"calls": market.price(metric, "1")}
    plans = [market.plan(old, name=name) for name in ("One", "Two")]
    customer = market.customer()
    for plan in plans:
        market.subscribe(plan, customer, startedAt=START)
    market.use(customer, metric, 4, JANUARY)
    market.clock(FEBRUARY)
    impact = simulate([market.change(plan, old, new) for plan in plans], market.usage(*plans))
    (money,) = impact.currencies
    assert (money.customers, money.subscriptions, money.amounts) == (1, 2, both("4", "8"))
    assert money.increases[0].plans == ("One", "Two")
    assert [(plan.name, plan.amounts) for plan in impact.plans] == [("One", both("2", "4")), ("Two", both("2", "4"))]


def test_a_plan_without_subscribers_has_no_money_and_no_gap(market: Market) -> None:
    metric = market.metric()
    old, new = {"calls": market.price(metric, "0.5")}, {"calls": market.price(metric, "1")}
    plan = market.plan(old)
    impact = simulate([market.change(plan, old, new)], market.usage(plan))
    assert (impact.currencies, impact.plans, impact.proofs, impact.gaps, impact.first) == ((), (), (), (), None)


def test_a_customer_who_paid_nothing_does_not_vanish(market: Market) -> None:
    metric, fee = market.metric(), market.fee()
    old = {"calls": market.price(metric, "0.5")}
    new = {**old, "base": market.price(fee, "9")}
    plan = market.plan(old)
    market.subscribe(plan, market.customer(), startedAt=START)
    market.clock(FEBRUARY)
    (money,) = simulate([market.change(plan, old, new)], market.usage(plan)).currencies
    assert (money.from_nothing, money.from_nothing_amount, money.amounts) == (1, Decimal(9), both("0", "9"))
    assert money.amounts.percent is None
    assert [one.more for one in money.movers] == [0, 0, 0]


def test_a_subscription_without_a_complete_period_is_counted_and_not_rated(market: Market) -> None:
    fee = market.fee()
    old, new = {"base": market.price(fee, "5")}, {"base": market.price(fee, "6")}
    plan = market.plan(old)
    market.subscribe(plan, market.customer("ada"), startedAt=START)
    market.clock("2026-01-20T00:00:00Z")
    market.subscribe(plan, market.customer("grace"), startedAt="2026-01-20T00:00:00Z")
    market.clock(FEBRUARY)
    impact = simulate([market.change(plan, old, new)], market.usage(plan))
    assert [(gap.reason, gap.count) for gap in impact.gaps] == [("no complete period yet", 1)]
    assert amounts(impact) == both("5", "6")


def test_a_partial_first_period_bills_a_share_of_old_and_new_fees(market: Market) -> None:
    fee, other = market.fee(), market.fee("Extra")
    old = {"base": market.price(fee, "31")}
    whole = market.price(other, "100", isObligation=True)
    new = {"base": market.price(fee, "62"), "extra": market.price(other, "31"), "owed": whole}
    plan = market.plan(old, billingAnchor="2025-12-15T00:00:00Z")
    market.subscribe(plan, market.customer(), startedAt=START)
    market.clock("2026-01-16T00:00:00Z")
    impact = simulate([market.change(plan, old, new)], market.usage(plan))
    assert impact.proofs[0].holds
    assert amounts(impact) == both("14", "42")  # 14 of 31 days; an obligation bills no part of a period


def test_an_edited_price_is_said_to_be_the_reason_of_a_difference(market: Market) -> None:
    metric = market.metric()
    price = market.price(metric, "0.5")
    plan = market.plan({"calls": price})
    customer = market.customer()
    market.subscribe(plan, customer, startedAt=START)
    market.use(customer, metric, 10, JANUARY)
    market.clock(FEBRUARY)
    change = market.change(plan, {"calls": price}, {"calls": market.price(metric, "0.7")})
    program = market.pricing(market.price(metric, "0.45"))
    impact = simulate([replace(change, lines=(replace(change.lines[0], before=program),))], market.usage(plan))
    (proof,) = impact.proofs
    (difference,) = proof.differences
    assert (proof.holds, proof.equal, proof.rated, proof.invoiced) == (False, 0, Decimal("4.5"), Decimal(5))
    assert (difference.reason, difference.line, difference.invoices, difference.amount) == (
        "price",
        "Calls",
        1,
        Decimal("0.5"),
    )
    assert difference.example.startswith("inv_")


def test_a_rollback_is_the_change_back(market: Market) -> None:
    metric = market.metric()
    old, new = {"calls": market.price(metric, "0.5")}, {"calls": market.price(metric, "0.7")}
    plan = market.plan(old)
    market.mint(plan, new)
    customer = market.customer()
    market.subscribe(plan, customer, startedAt=START)
    market.use(customer, metric, 10, JANUARY)
    market.clock(FEBRUARY)
    impact = simulate([market.change(plan, new, old, version_before=2, version_after=1)], market.usage(plan))
    assert (impact.proofs[0].holds, amounts(impact)) == (True, both("7", "5"))
    assert [one.amounts.delta for one in impact.currencies[0].decreases] == [Decimal(-2)]


def test_tiers_are_split_into_the_bands_of_both_sides(market: Market) -> None:
    metric = market.metric()
    old = {"calls": market.volume(metric, ("100", "2"), (None, "1"))}
    new = {"calls": market.volume(metric, ("50", "2"), (None, "1.5"))}
    plan = market.plan(old)
    for name, used in (("a", 10), ("b", 60), ("c", 200), ("d", 100)):
        customer = market.customer(name)
        market.subscribe(plan, customer, startedAt=START)
        market.use(customer, metric, used, JANUARY)
    market.clock(FEBRUARY)
    impact = simulate([market.change(plan, old, new)], market.usage(plan))
    bands = impact.plans[0].lines[0].bands
    assert [(str(band.over), str(band.up_to), band.subscriptions, band.amounts) for band in bands] == [
        ("0", "50", 1, both("20", "20")),
        ("50", "100", 2, both("320", "240")),
        ("100", "None", 1, both("200", "300")),
    ]
    assert sum(band.quantity for band in bands) == 370


def test_a_price_that_is_not_known_leaves_both_amounts_and_is_counted(market: Market) -> None:
    metric = market.metric()
    old = {"calls": market.price(metric, "0.5")}
    plan = market.plan(old)
    customer = market.customer()
    market.subscribe(plan, customer, startedAt=START)
    market.use(customer, metric, 10, JANUARY)
    market.clock(FEBRUARY)
    usage, change = market.usage(plan), market.change(plan, old, {"calls": market.price(metric, "1")})
    for line in (
        replace(change.lines[0], after=UNKNOWN),
        replace(change.lines[0], before=UNKNOWN),
    ):
        impact = simulate([replace(change, lines=(line,))], usage)
        assert amounts(impact) == both("5", "5")
        assert [gap.count for gap in impact.gaps] == [1]
        assert "the price before or after is not known" in impact.gaps[0].reason
    new = replace(change.lines[0], before=None, price_id=None, price_id_after=None, after=UNKNOWN)
    impact = simulate([replace(change, lines=(new,))], usage)
    assert (amounts(impact), len(impact.gaps)) == (both("5", "5"), 1)


def test_usage_that_nobody_metered_is_unknown_and_usage_of_the_plan_is_not(market: Market) -> None:
    metric, other = market.metric(), market.metric("Seconds")
    old = {"calls": market.price(metric, "0.5")}
    plan = market.plan(old)
    customer = market.customer()
    market.subscribe(plan, customer, startedAt=START)
    market.subscribe(plan, market.customer("idle"), startedAt=START)
    market.use(customer, metric, 10, JANUARY)
    market.clock(FEBRUARY)
    usage = market.usage(plan)
    second = market.change(plan, old, {**old, "more": market.price(metric, "0.1")})
    assert (amounts(simulate([second], usage)), simulate([second], usage).gaps) == (both("5", "6"), ())
    seconds = market.change(plan, old, {**old, "time": market.price(other, "0.1")})
    impact = simulate([seconds], usage)
    assert (amounts(impact), [gap.count for gap in impact.gaps]) == (both("5", "5"), [2])
    swapped = market.change(plan, old, {"calls": market.price(other, "0.1")})
    impact = simulate([swapped], usage)
    assert (amounts(impact), [gap.count for gap in impact.gaps]) == (both("5", "5"), [2])


def test_a_fee_of_another_cadence_counts_with_its_share(market: Market) -> None:
    fee, other = market.fee(), market.fee("Extra")
    old = {"base": market.price(fee, "10")}
    plan = market.plan(old)
    market.subscribe(plan, market.customer(), startedAt=START)
    market.clock(FEBRUARY)
    usage = market.usage(plan)
    yearly = market.price(other, "120", billingCadence="P1Y")
    once = market.price(other, "50", billingCadence="P0D")
    impact = simulate([market.change(plan, old, {**old, "year": yearly, "once": once})], usage)
    assert amounts(impact) == both("10", "20")
    assert any("one-time" in one for one in impact.notes)
    assert any("longer cadence" in one for one in impact.notes)
    slower = market.price(fee, "60", billingCadence="P1Y")
    assert amounts(simulate([market.change(plan, old, {"base": slower})], usage)) == both("10", "5")
    impact = simulate([market.change(plan, old, {"base": market.price(fee, "60", billingCadence="P0D")})], usage)
    assert (amounts(impact), len(impact.gaps)) == (both("10", "10"), 1)


def test_a_line_turns_from_usage_into_a_fee_and_back(market: Market) -> None:
    metric, fee = market.metric(), market.fee()
    usage_price, fee_price = market.price(metric, "0.5"), market.price(fee, "8")
    plan = market.plan({"line": usage_price})
    customer = market.customer()
    market.subscribe(plan, customer, startedAt=START)
    market.use(customer, metric, 10, JANUARY)
    market.clock(FEBRUARY)
    change = market.change(plan, {"line": usage_price}, {"line": fee_price})
    assert amounts(simulate([change], market.usage(plan))) == both("5", "8")


def test_an_allowance_is_rated_where_grants_discount_and_unknown_where_they_do_not(market: Market) -> None:
    metric, feature = market.metric(), market.feature("calls")

    def priced(units: int, *, discounts: bool) -> str:
        template = {"type": "metered", "issueAfterReset": units, "usagePeriod": {"interval": "P1M"}}
        attached = {"featureId": feature, "entitlementTemplate": template}
        return market.price(metric, "1", grantDiscountEnabled=discounts, feature=attached)

    old = {"calls": priced(4, discounts=True)}
    plan = market.plan(old)
    customer = market.customer()
    market.subscribe(plan, customer, startedAt=START)
    market.use(customer, metric, 10, JANUARY)
    market.clock(FEBRUARY)
    usage = market.usage(plan)
    impact = simulate([market.change(plan, old, {"calls": priced(6, discounts=True)})], usage)
    assert (impact.proofs[0].holds, amounts(impact), impact.gaps) == (True, both("6", "4"), ())
    plain = market.change(plan, old, {"calls": priced(6, discounts=False)})
    line = replace(plain.lines[0], before=replace(market.pricing(old["calls"]), covers_grants=False))
    impact = simulate([replace(plain, lines=(line,))], usage)
    assert "allowance" in impact.gaps[0].reason
    assert impact.proofs[0].holds  # the invoice says what was covered, whatever the price says


def test_subscribers_of_a_replaced_plan_stay_where_they_are(market: Market) -> None:
    fee = market.fee()
    old, new = {"base": market.price(fee, "5")}, {"base": market.price(fee, "6")}
    plan = market.plan(old)
    market.subscribe(plan, market.customer(), startedAt=START)
    market.clock(FEBRUARY)
    impact = simulate([market.change(plan, old, new, op="replace")], market.usage(plan))
    assert moves(impact) == {"never": (1, both("5", "5"))}
    assert impact.proofs[0].holds


def test_prices_in_credits_are_not_rated(market: Market) -> None:
    metric = market.metric()
    old, new = {"calls": market.price(metric, "0.5")}, {"calls": market.price(metric, "0.7")}
    plan = market.plan(old)
    customer = market.customer()
    market.subscribe(plan, customer, startedAt=START)
    market.use(customer, metric, 10, JANUARY)
    market.clock(FEBRUARY)
    change = market.change(plan, old, new)
    credit = replace(market.pricing(new["calls"]), pricing_unit_id="pu_1")
    impact = simulate([replace(change, lines=(replace(change.lines[0], after=credit),))], market.usage(plan))
    assert (amounts(impact), len(impact.gaps)) == (both("5", "5"), 1)
    added = replace(change.lines[0], before=None, price_id=None, after=credit)
    impact = simulate([replace(change, lines=(added,))], market.usage(plan))
    assert (amounts(impact), len(impact.gaps)) == (both("5", "5"), 1)


def test_a_rebate_takes_an_invoice_to_nothing_and_not_below(market: Market) -> None:
    metric = market.metric()
    charge = market.price(metric, "0.5")
    old = {"calls": charge, "back": market.price(metric, "-0.2", invoiceDisplayName="Back")}
    new = {"calls": charge, "back": market.price(metric, "-0.9", invoiceDisplayName="Back")}
    plan = market.plan(old)
    customer = market.customer()
    market.subscribe(plan, customer, startedAt=START)
    market.use(customer, metric, 10, JANUARY)
    market.clock(FEBRUARY)
    impact = simulate([market.change(plan, old, new)], market.usage(plan))
    assert (impact.proofs[0].holds, amounts(impact)) == (True, both("3", "0"))
    assert [line.amounts for line in impact.plans[0].lines] == [both("5", "5"), both("-2", "-5")]


def test_usage_gives_the_changeset_its_subscribers_and_its_impact(market: Market) -> None:
    metric = market.metric()
    old, new = {"calls": market.price(metric, "0.5")}, {"calls": market.price(metric, "0.7")}
    plan, other = market.plan(old), market.plan(old, name="Other")
    market.subscribe(plan, market.customer("ada"), startedAt=START)
    market.subscribe(plan, market.customer("grace"), startedAt=START, versionPolicy="pinned")
    market.clock(FEBRUARY)
    change = market.change(plan, old, new)
    created = replace(change, plan_id=None, op="create", urn="urn:new")
    unread = market.change(other, old, new)
    changeset = Changeset(project="shop", stack="dev", plans=(change, created, unread))
    read = with_usage(changeset, market.usage(plan))
    assert read.impact == simulate(changeset.plans, market.usage(plan))
    ours, fresh, unknown = (one.subscribers for one in read.plans)
    assert ours is not None
    assert fresh is not None
    assert unknown is None
    assert (ours.floating, ours.pinned, ours.total, fresh.total) == (1, 1, 2, 0)
    ends, never = ours.moves
    assert (ends.moment, ends.count, ends.first) == ("period_end", 1, ends.last)
    assert (never.moment, never.count, never.first) == ("never", 1, None)
    immediate = with_usage(replace(changeset, plans=(replace(change, transition="now"),)), market.usage(plan))
    assert immediate.plans[0].subscribers is not None
    moments = [(move.moment, move.first) for move in immediate.plans[0].subscribers.moves]
    assert moments == [("now", None), ("never", None)]


def billed(market: Market, *lines: BilledLine, subtotal: str) -> Usage:
    """The usage of a market whose one invoice has other lines than the emulator would make."""
    (plan,) = [read["id"] for read in market.call("GET", f"/v0/plans?merchantId={market.merchant_id}")["data"]]
    usage = market.usage(plan)
    (bill,) = usage.bills
    return replace(usage, bills=(replace(bill, lines=(*bill.lines, *lines), subtotal=Decimal(subtotal)),))


def a_month_of_ten(market: Market) -> tuple[PlanChange, BilledLine]:
    metric = market.metric()
    old, new = {"calls": market.price(metric, "0.5")}, {"calls": market.price(metric, "0.7")}
    plan = market.plan(old)
    customer = market.customer()
    market.subscribe(plan, customer, startedAt=START)
    market.use(customer, metric, 10, JANUARY)
    market.clock(FEBRUARY)
    (bill,) = market.usage(plan).bills
    return market.change(plan, old, new), bill.lines[0]


def test_a_refund_takes_units_back_at_either_price(market: Market) -> None:
    change, line = a_month_of_ten(market)
    refund = replace(line, quantity=Decimal(-4), amount=Decimal(-2), is_refund=True)
    impact = simulate([change], billed(market, refund, subtotal="3"))
    assert (impact.proofs[0].holds, amounts(impact)) == (True, both("3", "4.2"))
    dear = replace(refund, amount=Decimal(-4))
    (difference,) = simulate([change], billed(market, dear, subtotal="1")).proofs[0].differences
    assert (difference.reason, difference.amount) == ("refund", Decimal(-2))


def test_a_line_of_no_price_stays_and_a_wrong_sum_is_said(market: Market) -> None:
    change, _ = a_month_of_ten(market)
    manual = BilledLine(kind="other", name="Consulting", quantity=Decimal(1), amount=Decimal(100))
    impact = simulate([change], billed(market, manual, subtotal="105"))
    assert (impact.proofs[0].holds, amounts(impact)) == (True, both("105", "107"))
    (difference,) = simulate([change], billed(market, manual, subtotal="104")).proofs[0].differences
    assert (difference.reason, difference.line, difference.amount) == ("sum", "", Decimal(-1))


def test_a_discount_and_a_quantity_that_prices_do_not_explain_are_said(market: Market) -> None:
    change, line = a_month_of_ten(market)
    discount = replace(line, kind="discount", quantity=Decimal(-4), amount=Decimal(-1))
    (difference,) = simulate([change], billed(market, discount, subtotal="4")).proofs[0].differences
    assert (difference.reason, difference.amount) == ("credit", Decimal(1))
    more = replace(line, amount=Decimal(6))
    usage = billed(market, subtotal="6")
    bill = replace(usage.bills[0], lines=(more,))
    (difference,) = simulate([change], replace(usage, bills=(bill,))).proofs[0].differences
    assert (difference.reason, difference.amount) == ("other", Decimal(1))


def test_a_quantity_of_a_fee_that_was_agreed_with_a_customer_stays(market: Market) -> None:
    fee = market.fee()
    old, new = {"seat": market.price(fee, "5", quantity=2)}, {"seat": market.price(fee, "6", quantity=3)}
    plan = market.plan(old)
    market.subscribe(plan, market.customer(), startedAt=START)
    market.clock(FEBRUARY)
    usage, change = market.usage(plan), market.change(plan, old, new)
    assert amounts(simulate([change], usage)) == both("10", "18")
    (bill,) = usage.bills
    seven = replace(bill.lines[0], quantity=Decimal(7), amount=Decimal(35))
    agreed = replace(usage, bills=(replace(bill, lines=(seven,), subtotal=Decimal(35)),))
    assert amounts(simulate([change], agreed)) == both("35", "42")


def test_lines_of_earlier_versions_are_found_by_metric_then_by_name_then_by_sign(market: Market) -> None:
    metric = market.metric()
    first = {
        "calls": market.price(metric, "1"),
        "back": market.price(metric, "-0.1", invoiceDisplayName="Back"),
    }
    plan = market.plan(first)
    customer = market.customer()
    market.subscribe(plan, customer, startedAt=START)
    market.use(customer, metric, 10, JANUARY)
    market.clock(FEBRUARY)
    second = {
        "calls": market.price(metric, "2"),
        "back": market.price(metric, "-0.2", invoiceDisplayName="Back"),
    }
    third = {**second, "calls": market.price(metric, "3")}
    change, usage = market.change(plan, second, third), market.usage(plan)
    impact = simulate([change], usage)
    assert amounts(impact) == both("18", "28")
    assert [(one.reason, one.line) for one in impact.proofs[0].differences] == [("price", "Calls"), ("price", "Back")]
    renamed = tuple(replace(line, name=f"New {line.name}", name_before=f"New {line.name}") for line in change.lines)
    assert amounts(simulate([replace(change, lines=renamed)], usage)) == both("18", "28")
    dear = change.lines[0].before
    assert isinstance(dear, Pricing)
    twins = tuple(replace(line, before=dear) for line in renamed)
    unmatched = simulate([replace(change, lines=twins)], usage)
    assert amounts(unmatched) == both("9", "9")  # which of the twins it was billed for, nobody can say


def test_an_agreed_discount_takes_the_same_part_off_the_old_and_the_new_amount(market: Market) -> None:
    metric, fee = market.metric(), market.fee()
    old = {"calls": market.price(metric, "0.5"), "base": market.price(fee, "10")}
    plan = market.plan(old)
    customer = market.customer()
    subscription = market.subscribe(plan, customer, startedAt=START)
    discount = {"type": "percentageDiscount", "percentageDiscount": "0.35", "effectiveFrom": START}
    market.call("POST", f"/v0/subscriptions/{subscription}/adjustments", discount)
    market.use(customer, metric, 10, JANUARY)
    market.clock(FEBRUARY)
    change = market.change(plan, old, {**old, "calls": market.price(metric, "0.7")})
    impact = simulate([change], market.usage(plan))
    assert (impact.proofs[0].holds, amounts(impact)) == (True, both("9.75", "11.05"))


def test_tax_that_prices_include_is_taken_out_of_a_new_fee_though_nothing_was_invoiced(market: Market) -> None:
    metric, fee = market.metric(), market.fee()
    old = {"calls": market.price(metric, "0.5")}
    plan = market.plan(old, taxBehavior="inclusive", defaultTaxRate=25)
    market.subscribe(plan, market.customer(), startedAt=START)
    market.clock(FEBRUARY)
    impact = simulate([market.change(plan, old, {**old, "base": market.price(fee, "10")})], market.usage(plan))
    assert amounts(impact) == both("0", "8")
    assert len(impact.notes) == 1


def test_only_the_rebates_that_would_go_below_zero_are_cut(market: Market) -> None:
    metric = market.metric()
    old = {
        "calls": market.price(metric, "0.5"),
        "small": market.price(metric, "-0.1", invoiceDisplayName="Small"),
        "large": market.price(metric, "-3", invoiceDisplayName="Large"),
    }
    plan = market.plan(old, defaultTaxRate=19)
    customer = market.customer()
    market.call("PATCH", f"/v0/customers/{customer}", {"taxRates": {"default": 19}})
    market.subscribe(plan, customer, startedAt=START)
    market.use(customer, metric, 10, JANUARY)
    market.clock(FEBRUARY)
    impact = simulate([market.change(plan, old, {**old, "calls": market.price(metric, "4")})], market.usage(plan))
    assert (impact.proofs[0].holds, amounts(impact)) == (True, both("0", "9"))
    cut = {line.key: line.amounts for line in impact.plans[0].lines}
    assert cut == {"calls": both("5", "40"), "small": both("-1", "-1"), "large": both("-4", "-30")}


def test_cadences_of_days_have_a_ratio_and_one_of_months_and_days_has_none(market: Market) -> None:
    fee = market.fee()
    old = {"base": market.price(fee, "10", billingCadence="P7D")}
    plan = market.plan(old)
    market.subscribe(plan, market.customer(), startedAt=START)
    market.clock(FEBRUARY)
    usage = market.usage(plan)
    fortnight = {"base": market.price(fee, "10", billingCadence="P14D")}
    weekly, slower = amounts(simulate([market.change(plan, old, old)], usage)), market.change(plan, old, fortnight)
    assert weekly.old > 0
    assert amounts(simulate([slower], usage)) == Amounts(weekly.old, weekly.old / 2)
    mixed = {"base": market.price(fee, "10", billingCadence="P1M1D")}
    impact = simulate([market.change(plan, old, mixed)], usage)
    assert (amounts(impact).delta, len(impact.gaps)) == (Decimal(0), 1)


def test_an_invoice_says_the_usage_of_a_metric_whatever_the_line_is_called(market: Market) -> None:
    change, _ = a_month_of_ten(market)
    before = change.lines[0].before
    assert isinstance(before, Pricing)
    anew = replace(before, source=replace(before.source, id=None))
    line = replace(change.lines[0], key="more", before=None, after=anew, price_id=None, price_id_after=None)
    assert change.plan_id is not None
    usage = market.usage(change.plan_id)
    impact = simulate([replace(change, lines=(*change.lines, line))], usage)
    assert amounts(impact) == both("5", "7")  # a new metric of the same kind: this very one sells already
    fee = replace(anew, source=replace(anew.source, kind="fee"))
    other = replace(line, after=replace(fee, basis="usage"))
    impact = simulate([replace(change, lines=(*change.lines, other))], usage)
    assert [gap.count for gap in impact.gaps] == [1]


def test_included_tax_is_part_of_the_total_that_rebates_do_not_bring_below_zero(market: Market) -> None:
    metric = market.metric()
    old = {"calls": market.price(metric, "0.5"), "back": market.price(metric, "-3", invoiceDisplayName="Back")}
    plan = market.plan(old, taxBehavior="inclusive", defaultTaxRate=25)
    customer = market.customer()
    market.call("PATCH", f"/v0/customers/{customer}", {"taxRates": {"default": 25}})
    market.subscribe(plan, customer, startedAt=START)
    market.use(customer, metric, 10, JANUARY)
    market.clock(FEBRUARY)
    impact = simulate([market.change(plan, old, {**old, "calls": market.price(metric, "4")})], market.usage(plan))
    assert (impact.proofs[0].holds, amounts(impact)) == (True, both("0", "8"))
    assert [line.amounts.old for line in impact.plans[0].lines] == [Decimal(4), Decimal(-4)]


def test_meters_of_a_metric_that_only_the_new_line_charges_for_are_found_by_name(market: Market) -> None:
    metric = market.metric()
    fee = {"base": market.price(market.fee(), "5")}
    plan = market.plan(fee)
    change = market.change(plan, fee, {**fee, "calls": market.price(metric, "0.5")})
    subscription = Subscription(
        id="sub_1",
        customer_id="cus_1",
        plan_id=plan,
        is_pinned=False,
        anchor=datetime(2026, 1, 1, tzinfo=timezone.utc),
        cadence=Cadence.of("P1M"),
        started_at=datetime(2026, 1, 1, tzinfo=timezone.utc),
        created_at=datetime(2026, 1, 1, tzinfo=timezone.utc),
    )
    used = BilledLine(kind="usage", source_id="Calls", name="Calls", quantity=Decimal(8))
    end = datetime(2026, 2, 1, tzinfo=timezone.utc)
    bill = Bill(subscription=subscription, start=subscription.anchor, end=end, currency="USD", lines=(used,))
    impact = simulate([change], Usage(source="file", subscriptions={plan: (subscription,)}, bills=(bill,)))
    assert amounts(impact) == both("5", "9")
