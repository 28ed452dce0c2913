"""Usage from invoices: the calls that it takes, the cache, and accounts that withhold something."""

import json
import stat
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_paygentic.api import ServerError
from pulumi_paygentic.changes.usage import InvoiceCache, Unreadable, cache_path, read_invoices
from pulumi_paygentic.changes.usage.invoices import NO_PERIOD
from tests.changes.support.market import Market
from tests.support.in_process import Answer

FEBRUARY = "2026-02-01T02:00:00Z"
START = "2026-01-01T00:00:00Z"
LINES = "GET /v2/invoices/{id}/lineItems"
LISTS = ("GET /v0/subscriptions", "GET /v2/invoices")


@pytest.fixture
def market() -> Market:
    return Market()


def monthly(market: Market, count: int, **fields: Any) -> str:
    """A plan with so many subscribers, each at the end of a month."""
    plan = market.plan({"base": market.price(market.fee(), "5")})
    for number in range(count):
        market.subscribe(plan, market.customer(f"c{number}"), startedAt=START, **fields)
    market.clock(FEBRUARY)
    return plan


def refuse(market: Market, path: str, status: int, **body: Any) -> None:
    def intercept(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.url.path.startswith(path):
            return httpx.Response(status, json={"message": "No.", **body})
        return answer()

    market.account.transport.intercept = intercept


def test_a_list_costs_a_call_for_every_hundred_and_an_invoice_one(market: Market) -> None:
    plan = monthly(market, 120)
    market.account.calls()
    cache = InvoiceCache()
    usage = market.usage(plan, cache=cache)
    calls = market.account.calls()
    assert len(usage.bills) == 120
    assert calls.pop(LINES) == 120
    assert calls.pop("GET /v0/plans/{id}") == 1
    assert calls == {"GET /v0/subscriptions": 2 + 1, "GET /v2/invoices": 2 + 3}  # one for each empty status
    market.usage(plan, cache=cache)
    assert LINES not in market.account.calls()


def test_of_a_list_in_order_only_what_is_new_enough_is_read(market: Market) -> None:
    plan = monthly(market, 40)
    for month in range(3, 10):
        market.clock(f"2026-{month:02}-01T02:00:00Z")
    path = f"/v2/invoices?merchantId={market.merchant_id}&status=PAID&limit=100&offset="
    paid = [invoice for offset in range(0, 400, 100) for invoice in market.call("GET", f"{path}{offset}")["data"]]
    newest = sorted(paid, key=lambda invoice: str(invoice["createdAt"]), reverse=True)
    asked: list[int] = []

    def newest_first(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.url.params.get("status") != "PAID":
            return answer()
        asked.append(int(request.url.params["offset"]))
        page = {"limit": 100, "offset": asked[-1], "total": len(newest)}
        return httpx.Response(200, json={"data": newest[asked[-1] :][:100], "pagination": page})

    market.account.transport.intercept = newest_first
    usage = market.usage(plan)
    assert (len(newest), len(usage.bills), {bill.end.month for bill in usage.bills}, asked) == (320, 40, {9}, [0])


def test_the_order_of_a_list_is_not_relied_upon(market: Market) -> None:
    plan = monthly(market, 3)
    market.clock("2026-03-01T02:00:00Z")

    def oldest_first(request: httpx.Request, answer: Answer) -> httpx.Response:
        response = answer()
        if request.url.path != "/v2/invoices":
            return response
        body = response.json()
        return httpx.Response(200, json={**body, "data": body["data"][::-1]})

    market.account.transport.intercept = oldest_first
    assert {bill.start.month for bill in market.usage(plan).bills} == {2}


def test_a_list_that_is_too_long_is_asked_for_by_subscription(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = monthly(market, 3)
    monkeypatch.setattr("pulumi_paygentic.changes.usage.invoices._MOST_LISTED", 0)

    def intercept(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.url.path == "/v2/invoices" and "merchantId" in request.url.params:
            return httpx.Response(400, json={"message": "offset is too large"})
        return answer()

    market.account.transport.intercept = intercept
    assert len(market.usage(plan).bills) == 3


def test_a_refused_list_is_an_error_where_it_is_not_too_long(market: Market) -> None:
    plan = monthly(market, 1)
    refuse(market, "/v2/invoices", 400)
    with pytest.raises(Exception, match="400"):
        market.usage(plan)


def test_no_invoice_is_asked_for_without_subscribers_or_for_plans_that_are_not_rated(market: Market) -> None:
    plan = monthly(market, 0)
    market.account.calls()
    usage = market.usage(plan)
    assert (usage.subscriptions, usage.bills, usage.gaps) == ({plan: ()}, (), ())
    assert set(market.account.calls()) == {"GET /v0/subscriptions"}


def test_lines_of_pinned_subscriptions_are_read_only_if_asked_for(market: Market) -> None:
    plan = monthly(market, 1, versionPolicy="pinned")
    market.account.calls()
    (bill,) = market.usage(plan).bills
    assert bill.subscription.is_pinned
    assert (len(bill.lines), bill.subtotal) == (0, Decimal(5))
    assert LINES not in market.account.calls()
    (bill,) = market.usage(plan, with_pinned=True).bills
    assert len(bill.lines) == 1


def test_an_account_that_withholds_invoices_still_has_subscribers(market: Market) -> None:
    plan = monthly(market, 2)
    refuse(market, "/v2/invoices", 403, reason="no_permission", requiredPermissions=["invoices:read"])
    usage = market.usage(plan)
    assert len(usage.subscriptions[plan]) == 2
    (gap,) = usage.gaps
    assert (gap.count, usage.bills) == (2, ())
    assert gap.reason.endswith("the API key may not read them (it lacks invoices:read)")
    refuse(market, "/v0/subscriptions", 403)
    usage = market.usage(plan)
    assert (usage.subscriptions, [gap.reason for gap in usage.gaps]) == (
        {},
        ["the subscribers: the API key may not read them"],
    )


def test_an_error_while_lines_are_read_saves_those_that_came(market: Market, tmp_path: Path) -> None:
    plan = monthly(market, 12)
    left = [9]

    def intercept(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.url.path.endswith("/lineItems"):
            left[0] -= 1
            if left[0] < 0:
                return httpx.Response(501, json={"message": "No."})
        return answer()

    market.account.transport.intercept = intercept
    path = tmp_path / "cache.jsonl"
    with pytest.raises(ServerError):
        market.usage(plan, cache=InvoiceCache(path))
    assert path.exists()


def test_many_lines_come_in_pages(market: Market) -> None:
    plan = monthly(market, 1)
    line = market.call("GET", f"/v2/invoices/{market.usage(plan).bills[0].invoice_id}/lineItems")["lineItems"]

    def intercept(request: httpx.Request, answer: Answer) -> httpx.Response:
        if request.url.path.endswith("/lineItems"):
            token = None if "pageToken" in request.url.params else "next"
            return httpx.Response(200, json={"lineItems": line, "nextPageToken": token})
        return answer()

    market.account.transport.intercept = intercept
    (bill,) = market.usage(plan).bills
    assert len(bill.lines) == 2


@pytest.mark.parametrize(
    ("path", "field", "value", "problem"),
    [
        ("/v0/subscriptions", "startedAt", "soon", "not a date and time: soon"),
        ("/v0/subscriptions", "customerId", None, "it lacks 'customerId'"),
        ("/v2/invoices", "currency", None, "'currency'"),
        ("/v2/invoices", "subtotal", "much", "not a number: much"),
    ],
)
def test_a_response_of_another_form_is_one_clear_error(
    market: Market, path: str, field: str, value: str | None, problem: str
) -> None:
    plan = monthly(market, 1)

    def intercept(request: httpx.Request, answer: Answer) -> httpx.Response:
        response = answer()
        if request.url.path == path:
            body = response.json()
            for item in body["data"]:
                item.pop(field)
                item.update({} if value is None else {field: value})
            return httpx.Response(200, json=body)
        return response

    market.account.transport.intercept = intercept
    with pytest.raises(Unreadable, match="can't be read") as raised:
        market.usage(plan)
    assert problem in str(raised.value)


@pytest.mark.parametrize("body", [{}, {"lineItems": [{"eventType": "fee"}]}, {"lineItems": [{}]}])
def test_lines_of_another_form_are_one_clear_error(market: Market, body: dict[str, Any]) -> None:
    plan = monthly(market, 1)

    def intercept(request: httpx.Request, answer: Answer) -> httpx.Response:
        return httpx.Response(200, json=body) if request.url.path.endswith("/lineItems") else answer()

    market.account.transport.intercept = intercept
    with pytest.raises(Unreadable, match="can't be read"):
        market.usage(plan)


def test_the_next_run_reads_invoices_from_the_file(market: Market, tmp_path: Path) -> None:
    plan = monthly(market, 3)
    path = tmp_path / "folder" / "cache.jsonl"
    first = market.usage(plan, cache=InvoiceCache(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert market.account.settings.api_key not in path.read_text(encoding="utf-8")
    market.account.calls()
    cache = InvoiceCache(path)
    assert len(cache) == 3
    assert market.usage(plan, cache=cache).bills == first.bills
    assert LINES not in market.account.calls()


@pytest.mark.parametrize("text", ["", "rubbish", "[]", '{"id": "inv_1"}', "\x00\xff", '{"format": 1}\n{'])
def test_a_cache_that_cannot_be_read_is_asked_for_again(market: Market, tmp_path: Path, text: str) -> None:
    plan = monthly(market, 1)
    path = tmp_path / "cache.jsonl"
    path.write_text(text, encoding="latin-1")
    assert len(market.usage(plan, cache=InvoiceCache(path)).bills) == 1
    assert len(InvoiceCache(path)) == 1


def test_a_cache_that_nobody_can_write_is_no_error(market: Market, tmp_path: Path) -> None:
    plan = monthly(market, 1)
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "cache.jsonl", tmp_path / "folder"):
        assert len(market.usage(plan, cache=InvoiceCache(path)).bills) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_an_invoice_that_has_changed_is_asked_for_again(market: Market, tmp_path: Path) -> None:
    plan = monthly(market, 1)
    path = tmp_path / "cache.jsonl"
    market.usage(plan, cache=InvoiceCache(path))
    entry = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**entry, "stamp": ["4.00", 1]}) + "\n", encoding="utf-8")
    market.account.calls()
    market.usage(plan, cache=InvoiceCache(path))
    assert market.account.calls()[LINES] == 1


def test_each_account_has_a_file_of_its_own_in_the_cache_folder(tmp_path: Path) -> None:
    places = {"XDG_CACHE_HOME": str(tmp_path)}
    one = cache_path("https://api.example.com/", "org_1", places)
    assert one == cache_path("https://api.example.com", "org_1", places)
    assert one.parent == tmp_path / "pulumi-paygentic"
    assert len({one, cache_path("https://api.example.com", "org_2", places)}) == 2
    assert "org_1" not in one.name
    assert cache_path("https://api.example.com", "org_1", {"HOME": str(tmp_path)}).parent.parent == tmp_path / ".cache"


def test_progress_is_reported_for_invoices_and_their_lines(market: Market) -> None:
    plan = monthly(market, 2)
    seen: list[tuple[str, int, int]] = []
    read_invoices(market.client, [plan], InvoiceCache(), progress=lambda *now: seen.append(now))
    assert seen[-1] == ("invoice lines", 2, 2)
    assert ("invoices", 2, 2) in seen


def test_only_rated_plans_have_bills(market: Market) -> None:
    plan = monthly(market, 1)
    usage = read_invoices(market.client, [plan], InvoiceCache(), rated=[])
    assert (len(usage.subscriptions[plan]), usage.bills, usage.gaps) == (1, (), ())


def test_a_first_period_that_runs_is_said(market: Market) -> None:
    plan = market.plan({"base": market.price(market.fee(), "5")})
    market.subscribe(plan, market.customer(), startedAt=START)
    assert [(gap.reason, gap.count) for gap in market.usage(plan).gaps] == [(NO_PERIOD, 1)]
