"""Usage from meters and from files, rated against the invoices of the same months."""

import json
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_paygentic.changes.plan_change import PlanChange
from pulumi_paygentic.changes.simulate import simulate
from pulumi_paygentic.changes.usage import BadUsageFile, Unreadable, metrics_of, read_meters, read_usage_file
from tests.changes.support.market import Market
from tests.support.in_process import Answer

NOW = datetime(2026, 2, 1, 2, tzinfo=timezone.utc)
START, DAY = "2026-01-01T00:00:00Z", "2026-01-05T00:00:00Z"
LINE = {"subscription": "sub_1", "plan": "Pay as you go", "from": START, "to": "2026-02-01T00:00:00Z"}


@pytest.fixture
def market() -> Market:
    return Market()


def scene(market: Market, subscribers: int = 2, starts: tuple[str, ...] = (START,)) -> PlanChange:
    """A plan with a metered line, its rebate and a fee; the subscribers used 10, 11 and so on."""
    metric, fee = market.metric(), market.fee()
    old = {
        "calls": market.price(metric, "0.5"),
        "back": market.price(metric, "-0.1", invoiceDisplayName="Back"),
        "base": market.price(fee, "5", quantity=2),
    }
    plan = market.plan(old)
    for number in range(subscribers):
        customer = market.customer(f"c{number}")
        market.subscribe(plan, customer, startedAt=starts[number % len(starts)])
        market.use(customer, metric, 10 + number, DAY)
    market.clock("2026-02-01T02:00:00Z")
    new = {**old, "calls": market.price(metric, "0.7"), "base": market.price(fee, "6", quantity=3)}
    return market.change(plan, old, new)


def from_meters(market: Market, plan: PlanChange, now: datetime = NOW) -> Any:
    assert plan.plan_id is not None
    return read_meters(market.client, {plan.plan_id: metrics_of(plan)}, {plan.plan_id: plan.currency}, now)


def test_meters_give_the_amounts_of_the_invoices_without_a_proof(market: Market) -> None:
    plan = scene(market)
    assert plan.plan_id is not None
    invoices = simulate([plan], market.usage(plan.plan_id))
    market.account.calls()
    usage = from_meters(market, plan)
    calls = market.account.calls()
    meters = simulate([plan], usage)
    assert meters.currencies == invoices.currencies
    assert (meters.proofs, meters.source) == ((), "meters")
    assert calls["GET /v0/billableMetrics/{id}/meter"] == 1
    assert any("meters count" in note for note in meters.notes)


def test_meters_have_no_period_of_a_subscription_whose_first_one_runs(market: Market) -> None:
    usage = from_meters(market, scene(market, 2, (START, "2026-01-20T00:00:00Z")))
    assert (len(usage.bills), [gap.count for gap in usage.gaps]) == (1, [1])


def test_meters_are_asked_for_one_common_window_where_periods_are_many(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pulumi_paygentic.changes.usage.meters._MOST_WINDOWS", 1)
    plan = scene(market, 4, (START, "2026-01-03T00:00:00Z", "2025-12-20T00:00:00Z", "2026-01-29T00:00:00Z"))
    usage = from_meters(market, plan, datetime(2026, 2, 3, 1, tzinfo=timezone.utc))
    assert len(usage.bills) == 3
    assert usage.notes[-1].endswith("that of one common window, 2026-01-03 to 2026-02-03.")
    assert market.account.calls()["GET /v0/billableMetrics/{id}/meter"] == 1


def test_meters_come_in_pages_of_subjects(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_paygentic.changes.usage.meters._GROUPS_PER_CALL", 2)
    usage = from_meters(market, scene(market, 5))
    assert sorted(bill.lines[0].quantity for bill in usage.bills) == [10, 11, 12, 13, 14]


def test_meters_that_the_key_may_not_read_are_a_gap(market: Market) -> None:
    plan = scene(market)
    for path, count in (("/v0/billableMetrics", 2), ("/v0/subscriptions", 0)):

        def intercept(request: httpx.Request, answer: Answer, path: str = path) -> httpx.Response:
            return httpx.Response(403, json={"message": "No."}) if request.url.path.startswith(path) else answer()

        market.account.transport.intercept = intercept
        usage = from_meters(market, plan)
        assert (usage.bills, [gap.count for gap in usage.gaps]) == ((), [count])


@pytest.mark.parametrize("body", [{}, {"groupedValues": [{}]}, {"groupedValues": [{"groupBy": None, "value": 1}]}])
def test_a_meter_of_another_form_is_one_clear_error(market: Market, body: dict[str, Any]) -> None:
    plan = scene(market)

    def intercept(request: httpx.Request, answer: Answer) -> httpx.Response:
        return httpx.Response(200, json=body) if request.url.path.endswith("/meter") else answer()

    market.account.transport.intercept = intercept
    with pytest.raises(Unreadable, match="the meter of bm_"):
        from_meters(market, plan)


def written(tmp_path: Path, *lines: Any) -> Path:
    path = tmp_path / "usage.jsonl"
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_gives_the_amounts_of_the_invoices_and_a_proof_where_it_knows_them(
    market: Market, tmp_path: Path
) -> None:
    plan = scene(market)
    assert plan.plan_id is not None
    invoices = market.usage(plan.plan_id)
    lines = [
        {
            **LINE,
            "subscription": bill.subscription.id,
            "customer": bill.subscription.customer_id,
            "plan": plan.plan_id,
            "usage": {"Calls": next(line.quantity for line in bill.lines if line.kind == "usage").to_eng_string()},
            "invoiced": str(bill.subtotal),
        }
        for bill in invoices.bills
    ]
    impact = simulate([plan], read_usage_file(written(tmp_path, *lines, ""), [plan]))
    assert impact.currencies[0].amounts == simulate([plan], invoices).currencies[0].amounts
    assert (impact.source, impact.proofs[0].invoices, impact.proofs[0].holds) == ("file", 2, True)


def test_a_file_knows_covered_units_pinned_subscriptions_and_exact_numbers(market: Market, tmp_path: Path) -> None:
    plan = scene(market)
    text = '{"subscription":"a","plan":"Pay as you go","from":"2026-01-01T00:00:00+01:00","to":"2026-02-01T00:00:00Z"'
    exact = f'{text},"usage":{{"Calls":10.000000000000000000001}}}}'
    more = {**LINE, "usage": {"Calls": 10}, "covered": {"Calls": "4"}, "pinned": True}
    usage = read_usage_file(written(tmp_path, exact, more), [plan])
    one, two = usage.bills
    assert one.lines[0].quantity == Decimal("10.000000000000000000001")
    assert (two.subscription.is_pinned, two.lines[1].quantity, two.subscription.customer_id) == (
        True,
        Decimal(-4),
        "sub_1",
    )
    assert one.start.hour == 23


def test_a_file_of_other_plans_says_so(market: Market, tmp_path: Path) -> None:
    plan = scene(market)
    usage = read_usage_file(written(tmp_path, {**LINE, "plan": "Team"}), [plan])
    assert (usage.bills, [gap.count for gap in usage.gaps]) == ((), [1])
    assert usage.subscriptions == {plan.plan_id: ()}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ({**LINE, "plan": None}, "plan: input should be a valid string"),
        ({key: value for key, value in LINE.items() if key != "to"}, "to: is required"),
        ({**LINE, "useage": {}}, "useage: is not a field of the schema"),
        ({**LINE, "to": "2026-02-01"}, "to: "),
        ({**LINE, "to": START}, "to: must be later than from"),
        ({**LINE, "usage": {"Calls": -1}}, "usage.Calls: "),
        ({**LINE, "usage": {"Calls": "many"}}, "usage.Calls: "),
        ({**LINE, "covered": {"Calls": 1}}, "covered.Calls: has no usage"),
        ('{"usage": {"Calls": NaN}}', "usage.Calls: "),
    ],
)
def test_a_line_that_does_not_fit_is_named(tmp_path: Path, line: Any, problem: str) -> None:
    with pytest.raises(BadUsageFile, match=r"usage\.jsonl does not fit: line 2: ") as raised:
        read_usage_file(written(tmp_path, "", line), [])
    assert problem in str(raised.value)


def test_a_subscription_stands_once_and_only_the_first_problems_are_shown(tmp_path: Path) -> None:
    with pytest.raises(BadUsageFile, match="line 2: subscription 'sub_1' has line 1 already"):
        read_usage_file(written(tmp_path, LINE, LINE), [])
    with pytest.raises(BadUsageFile, match=r"line 5: .*; and 2 more$"):
        read_usage_file(written(tmp_path, *["{"] * 7), [])
