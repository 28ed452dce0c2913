"""The merchant's dashboard over plain HTTP: what it shows, what it takes, and what it keeps to itself."""

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from decimal import Decimal

import httpx
import pytest

from pulumi_paygentic.emulator.pages.charts import Series, bars, short
from pulumi_paygentic.emulator.pages.dashboard.links import SentForms
from pulumi_paygentic.emulator.pages.dashboard.overview import _revenues
from pulumi_paygentic.emulator.pages.reports import PlanRevenue
from tests.emulator.support.merchant import Json, Merchant
from tests.emulator.support.page_reader import PageReader, read_page

PAGES = ("/", "/dashboard", "/dashboard/catalog", "/dashboard/customers", "/dashboard/links")
HOSTILE = '"><script>alert(1)</script>&amp;'
LINKS = "/v0/customers/authorization"


@pytest.fixture
def person(merchant: Merchant) -> Iterator[httpx.Client]:
    """A person who opens the pages, without any key."""
    with httpx.Client(base_url=merchant.http.base_url) as client:
        yield client


def _open(person: httpx.Client, path: str, status: int = 200) -> PageReader:
    answer = person.get(path)
    assert answer.status_code == status, answer.text
    return read_page(answer)


def _catalog(merchant: Merchant, name: str = "Code Execution API") -> Json:
    product = merchant.product(name)
    metric = merchant.metric(product, name=name, unit="submission", eventType="submission.basic")
    return merchant.plan(product, [merchant.price(metric, "0.002")], name=name)


def _report(merchant: Merchant, event_type: str, times: int = 1) -> None:
    for _ in range(times):
        merchant.post("/v0/events", {"type": event_type, "source": "test", "subject": "cus_1", "data": {}})


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_without_a_key_shows_none_and_loads_nothing_from_elsewhere(
    merchant: Merchant, person: httpx.Client, path: str
) -> None:
    assert _open(person, path).text
    plan = _catalog(merchant)
    merchant.subscription(plan["id"])
    merchant.post(LINKS, {"email": "ada@example.com", "planId": plan["id"]})
    _report(merchant, "submission.basic")
    answer = person.get(path)
    read_page(answer)
    assert "sk_test" not in answer.text
    assert person.get(path, headers={"Host": "evil.example"}).status_code == 403


@pytest.mark.parametrize("path", ["/static/style.css", "/static/live.js", "/static/icon.svg"])
def test_what_pages_load_is_served_here_and_names_no_other_place(person: httpx.Client, path: str) -> None:
    answer = person.get(path)
    assert answer.status_code == 200
    assert "//" not in answer.text.replace("http://www.w3.org/2000/svg", "").replace("// ", "")


def test_the_catalog_shows_versions_with_prices_and_who_started_on_them(
    merchant: Merchant, person: httpx.Client
) -> None:
    assert "No products yet" in _open(person, "/dashboard/catalog").text
    plan = _catalog(merchant)
    for email in ("ada@example.com", "grace@example.com"):
        merchant.subscription(plan["id"], email)
    metric = plan["prices"][0]["billableMetricId"]
    merchant.mint(plan["id"], [{"priceId": merchant.price(metric, "0.0035")}])
    merchant.plan(plan["productId"], [], name="Empty")
    merchant.product("Without plans")
    text = _open(person, "/dashboard/catalog").text
    assert "2 live subscriptions" in text
    default, old = text.index("Version 2 default"), text.index("Version 1 ")
    assert "0 started on it" in text[default:old]
    assert "$0.0035 per submission" in text[default:old]
    assert "2 started on it" in text[old:]
    assert "$0.002 per submission" in text[old:]
    assert "No prices, so no version yet" in text
    assert "No plans yet" in text


def test_customers_are_shown_with_their_subscriptions(merchant: Merchant, person: httpx.Client) -> None:
    assert "No customers yet" in _open(person, "/dashboard/customers").text
    plan = _catalog(merchant)
    merchant.subscription(plan["id"], versionPolicy="pinned")
    ended = merchant.subscription(plan["id"], "grace@example.com")
    merchant.post(f"/v0/subscriptions/{ended['id']}/termination", {"reason": "moved"})
    merchant.customer("konrad@example.com")
    text = _open(person, "/dashboard/customers").text
    assert "3 customers" in text
    for words in ("ada@example.com", "active since", "pinned", "terminated since", "konrad@example.com", "none"):
        assert words in text


def test_usage_is_drawn_and_tabled_and_events_of_no_metric_are_named(merchant: Merchant, person: httpx.Client) -> None:
    assert "No billable metrics yet" in _open(person, "/dashboard").text
    _catalog(merchant)
    assert "no events yet" in _open(person, "/dashboard").text
    _report(merchant, "submission.basic", 3)
    _report(merchant, "submision.basic")
    answer = person.get("/dashboard")
    assert 'role="img" aria-label="Code Execution API, last hour: 3 submissions in all"' in answer.text
    text = read_page(answer).text
    assert "Events received 4" in text
    assert "Events that no metric measures" in text
    assert "submision.basic 1" in text
    for span in ("hour", "day", "month", "nonsense"):
        assert "3 submissions (count)" in _open(person, f"/dashboard?range={span}").text


def test_usage_by_the_older_paths_is_received_as_well_and_no_longer_drawn_once_it_is_long_ago(
    merchant: Merchant, person: httpx.Client
) -> None:
    plan = _catalog(merchant)
    customer = merchant.subscription(plan["id"])["customerId"]
    metric = plan["prices"][0]["billableMetricId"]
    stamp = merchant.get("/_emulator/clock")["now"]
    used = {"customerId": customer, "merchantId": merchant.id, "timestamp": stamp, "idempotencyKey": "1"}
    merchant.post("/v0/usage", {**used, "properties": [{"billableMetricId": metric, "quantity": 7}]})
    text = _open(person, "/dashboard").text
    assert "Events received 1" in text
    assert "7 submissions (count)" in text
    merchant.post("/_emulator/clock", {"advance": "PT2H"})
    assert "Metrics: no events in this time" in _open(person, "/dashboard").text


def test_a_chart_is_inert_markup_with_a_title_for_each_bar() -> None:
    svg = str(bars(HOSTILE, ("a", "b"), (Series(HOSTILE, (1.0, 0.0), ("one", "none")), Series("x", (2, 3), ("", "")))))
    assert "<script" not in svg
    assert "<style" not in svg
    assert svg.count("</title>") == 4
    assert PageReader(svg).loads == []
    assert [short(n) for n in (0, 1.5, 1500, 2e6, -3e9, 4e12)] == ["0", "1.5", "1.5k", "2M", "-3G", "4T"]


def test_a_chart_of_nothing_has_its_axis() -> None:
    assert str(bars("nothing", ("a", "b"), (Series("x", (0, 0), ("none", "none")),))).count("</title>") == 2


def test_bars_stack_upwards_from_zero_and_downwards_below_it() -> None:
    """Within the frame, each exactly as high as its value, and none over another."""
    svg = str(bars("mixed", ("a", "b"), (Series("x", (3, -2), ("", "")), Series("y", (1, -1), ("", "")))))
    tall, deep, above, below = (
        (float(x), float(y), float(height))
        for x, y, height in re.findall(r'<rect x="([^"]+)" y="([^"]+)" width="[^"]+" height="([^"]+)"', svg)
    )
    unit = tall[2] / 3
    assert [round(bar[2] / unit, 1) for bar in (tall, deep, above, below)] == [3, 2, 1, 1]
    assert above[1] + above[2] == pytest.approx(tall[1], abs=0.02)
    assert below[1] == pytest.approx(deep[1] + deep[2], abs=0.02)
    assert tall[1] + tall[2] == pytest.approx(deep[1], abs=0.02)
    assert 0 <= above[1] < below[1] + below[2] <= 200


def test_a_chart_of_revenue_has_no_more_colours_than_there_are() -> None:
    june = datetime(2026, 6, 1, tzinfo=timezone.utc)
    rows = [PlanRevenue(f"plan_{n}", f"Plan {n}", "USD", june, june, Decimal(n), Decimal(1)) for n in range(9)]
    [revenue] = _revenues(rows)
    assert revenue.names == ["Plan 8", "Plan 7", "Plan 6", "Plan 5", "Plan 4", "Other plans"]
    assert "Other plans, Jun 2026: $10.00" in revenue.chart
    assert revenue.total == 45


def test_a_page_is_answered_again_only_when_something_changed(merchant: Merchant, person: httpx.Client) -> None:
    merchant.post("/_emulator/clock", {"now": "2026-06-01T12:00:00Z"})
    version = person.get("/dashboard").headers["etag"]
    assert person.get("/dashboard", headers={"If-None-Match": version}).status_code == 304
    _report(merchant, "submission.basic")
    assert person.get("/dashboard", headers={"If-None-Match": version}).status_code == 200
    version = person.get("/dashboard").headers["etag"]
    merchant.post("/_emulator/clock", {"advance": "P1D"})
    assert person.get("/dashboard", headers={"If-None-Match": version}).status_code == 200, "what expires by itself"


def test_everything_that_somebody_wrote_is_escaped(merchant: Merchant, person: httpx.Client) -> None:
    plan = _catalog(merchant, HOSTILE)
    merchant.post("/v0/events", {"type": HOSTILE, "source": HOSTILE, "subject": "cus_1", "data": {}})
    consumer = {"name": HOSTILE, "email": "a&b@example.com", "address": {"country": "DE", "zipCode": "1"}}
    merchant.post("/v0/customers", {"merchantId": merchant.id, "consumer": consumer})
    sent = person.post("/dashboard/links", data={"planId": plan["id"], "email": HOSTILE, "redirectUrl": HOSTILE})
    _report(merchant, "submission.basic")
    for page in (sent, *map(person.get, PAGES)):
        assert "<script>" not in page.text
        read_page(page)
    assert HOSTILE in _open(person, "/dashboard/catalog").text
    assert HOSTILE in str(read_page(sent).fields["email"]["value"])


def test_a_link_is_made_for_a_plan_and_shown_to_copy(merchant: Merchant, person: httpx.Client) -> None:
    assert "declare a product with a plan first" in _open(person, "/dashboard/links").text
    plan = _catalog(merchant)
    sent = {"planId": plan["id"], "email": " ada@example.com ", "redirectUrl": "https://example.com/welcome"}
    made = person.post("/dashboard/links", data=sent)
    assert made.status_code == 303
    page = _open(person, made.headers["location"])
    link = merchant.get(f"{LINKS}/{made.headers['location'].rpartition('/')[2]}")
    assert page.fields["url"]["value"] == link["url"]
    assert (link["planId"], link["email"], link["redirectUrl"]) == (plan["id"], "ada@example.com", sent["redirectUrl"])
    httpx.post(link["url"], data={"decision": "accept"})
    done = _open(person, made.headers["location"])
    assert "completed" in done.text
    assert "url" not in done.fields, "a link that is used up is not for copying"
    assert "ada@example.com Code Execution API completed" in _open(person, "/dashboard/links").text


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({}, {"planId", "email"}),
        ({"planId": "plan_nothing", "email": "ada@example.com"}, {"planId"}),
        ({"planId": "x", "email": "ada", "redirectUrl": "file:///x"}, {"planId", "email", "redirectUrl"}),
    ],
)
def test_a_form_that_is_wrong_makes_no_link_and_says_what_to_do(
    merchant: Merchant, person: httpx.Client, wrong: dict[str, str], fields: set[str]
) -> None:
    _catalog(merchant)
    answer = person.post("/dashboard/links", data=wrong)
    page = read_page(answer)
    assert answer.status_code == 422
    assert {name for name, field in page.fields.items() if field.get("aria-invalid")} == fields
    assert {f"#{name}" for name in fields} <= set(page.links)
    assert "No links yet" in page.text


def test_a_form_sent_twice_makes_one_link(merchant: Merchant, person: httpx.Client) -> None:
    sent = {"planId": _catalog(merchant)["id"], "email": "ada@example.com", "form": "once"}
    first, second = (person.post("/dashboard/links", data=sent).headers["location"] for _ in range(2))
    assert first == second
    assert "1 link," in _open(person, "/dashboard/links").text


def test_test_money_is_what_is_left_paid_owed_and_reserved(merchant: Merchant, person: httpx.Client) -> None:
    product = merchant.product()
    fee = merchant.price("", "120.25", feeId=merchant.fee(product), paymentTerm="in_advance", billingCadence="P1M")
    merchant.post("/_emulator/clock", {"now": "2026-01-01T12:00:00Z"})
    plan = merchant.plan(product, [fee])["id"]
    merchant.unpaid(plan)
    text = _open(person, "/dashboard/customers").text
    for words in ("-$20.25 left of $100.00", "$0.00 paid, $120.25 owed, $0.00 reserved", "pending payment"):
        assert words in text
    merchant.subscription(plan)
    assert "$100.00 left of $220.25 $120.25 paid, $0.00 owed" in _open(person, "/dashboard/customers").text


def test_a_reservation_that_the_emulators_clock_has_run_past_is_shown_no_more(
    merchant: Merchant, person: httpx.Client
) -> None:
    plan = _catalog(merchant)
    customer = merchant.subscription(plan["id"])["customerId"]
    wanted = [{"billableMetricId": plan["prices"][0]["billableMetricId"], "quantity": 500}]
    body = {"merchantId": merchant.id, "customerId": customer, "entitlementData": wanted}
    merchant.post("/v0/entitlements", body)
    assert "$1.00 reserved" in _open(person, "/dashboard/customers").text
    merchant.post("/_emulator/clock", {"advance": "PT61M"})
    assert "$0.00 reserved" in _open(person, "/dashboard/customers").text


def test_only_so_many_forms_are_remembered() -> None:
    made = SentForms()
    for number in range(1001):
        made.remember(f"form {number}", f"auth_{number}")
    assert made.link_of("form 0") is None
    assert made.link_of("form 1000") == "auth_1000"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_site_cannot_make_a_link(merchant: Merchant, person: httpx.Client, headers: dict[str, str]) -> None:
    sent = {"planId": _catalog(merchant)["id"], "email": "ada@example.com"}
    assert person.post("/dashboard/links", data=sent, headers=headers).status_code == 403
    assert "No links yet" in _open(person, "/dashboard/links").text


def test_each_merchant_has_a_dashboard_and_sees_only_its_own(
    merchant: Merchant, other: Merchant, person: httpx.Client
) -> None:
    mine, theirs = _catalog(merchant, "Mine"), _catalog(other, "Theirs")
    link = other.post(LINKS, {"email": "ada@example.com", "planId": theirs["id"]})
    assert "/dashboard?merchant=org_other" in _open(person, "/").links
    page = _open(person, "/dashboard/catalog?merchant=org_other")
    assert ("Theirs" in page.text, "Mine" in page.text) == (True, False)
    assert "/dashboard/links?merchant=org_other" in page.links
    assert "Theirs" not in _open(person, "/dashboard/catalog").text
    _open(person, f"/dashboard/links/{link['id']}", 404)
    _open(person, f"/dashboard/links/{link['id']}?merchant=org_other")
    _open(person, "/dashboard?merchant=org_nobody", 404)
    assert person.post("/dashboard/links?merchant=org_nobody").status_code == 404
    sent = {"planId": mine["id"], "email": "ada@example.com"}
    assert person.post("/dashboard/links?merchant=org_other", data=sent).status_code == 422


def test_long_lists_come_in_pages(merchant: Merchant, person: httpx.Client) -> None:
    for number in range(30):
        merchant.post(LINKS, {"email": f"user{number}@example.com"})
    first, second = _open(person, "/dashboard/links"), _open(person, "/dashboard/links?page=2")
    assert "/dashboard/links?page=2" in first.links
    assert "/dashboard/links?page=1" in second.links
    assert ("user29@" in first.text, "user0@" in first.text) == (True, False)
    assert ("user29@" in second.text, "user0@" in second.text) == (False, True)
    for odd in ("0", "-1", "99", "x", "9" * 50):
        assert "Page" in _open(person, f"/dashboard/links?page={odd}").text


def test_revenue_is_shown_by_month_and_plan_to_the_last_digit(merchant: Merchant, person: httpx.Client) -> None:
    merchant.post("/_emulator/clock", {"now": "2026-06-10T12:00:00Z"})
    product = merchant.product()
    metric = merchant.metric(product, unit="submission", eventType="submission.basic")
    plan = merchant.plan(product, [merchant.price(metric, "0.00012345")], name="Basic")
    started = {"customerId": merchant.customer(), "startedAt": "2026-06-10T12:00:00Z"}
    merchant.post("/v0/subscriptions", {"name": "Ada", "planId": plan["id"], **started})
    event = {"type": "submission.basic", "source": "test", "subject": started["customerId"], "data": {}}
    for _ in range(3):
        merchant.post("/v0/events", event)
    merchant.post("/_emulator/clock", {"now": "2026-07-20T12:00:00Z"})
    answer = person.get("/dashboard")
    text = read_page(answer).text
    assert "Basic Jun 2026 $0.00037035 $0.00" in text
    assert 'role="img" aria-label="Revenue in USD by month: $0.00037035 in all"' in answer.text
