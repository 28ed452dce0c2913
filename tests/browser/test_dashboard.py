"""The dashboard in a browser: live, pausable, accessible, and readable on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.catalog import make_link, make_plan
from tests.browser.conftest import DESK, PHONE, Open, accessible
from tests.emulator.support.merchant import Json, Merchant

SECTIONS = ("", "/catalog", "/customers", "/links")


def _report(merchant: Merchant, times: int = 1) -> None:
    for _ in range(times):
        event = {"type": "submission.basic", "source": "test", "subject": "cus_1", "data": {}}
        merchant.post("/v0/events", event)


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (DESK, "dark")])
def test_every_page_is_accessible_and_fits(merchant: Merchant, open_page: Open, size: Json, scheme: str) -> None:
    plan = make_plan(merchant)
    merchant.subscription(plan["id"])
    make_link(merchant, plan["id"], email=f"{'a.very.long.address.' * 4}@mathematics.university.example")
    _report(merchant, 3)
    page = open_page("/dashboard", size=size, scheme=scheme)
    for section in SECTIONS:
        page.goto(f"{merchant.http.base_url}/dashboard{section}")
        expect(page.get_by_role("navigation", name="Dashboard").locator("[aria-current=page]")).to_have_count(1)
        accessible(page)


def test_usage_grows_as_events_arrive_and_what_is_open_stays_open(merchant: Merchant, open_page: Open) -> None:
    make_plan(merchant)
    _report(merchant, 2)
    page = open_page("/dashboard")
    chart = page.get_by_role("img", name="Basic submissions")
    expect(chart).to_have_accessible_name("Basic submissions, last hour: 2 submissions in all")
    numbers = page.get_by_text("Numbers").first
    numbers.click()
    _report(merchant, 5)
    expect(chart).to_have_accessible_name("Basic submissions, last hour: 7 submissions in all")
    expect(page.locator("details[open]")).to_have_count(1)
    expect(page.locator("summary").first).to_be_focused()


def test_updates_can_be_paused(merchant: Merchant, open_page: Open) -> None:
    make_plan(merchant)
    page = open_page("/dashboard")
    page.clock.install()
    page.reload()
    events = page.get_by_role("definition").nth(2)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("status")).to_have_text("Paused")
    _report(merchant)
    page.clock.run_for(60_000)
    expect(events).to_have_text("0")
    page.get_by_role("button", name="Resume").click()
    page.clock.run_for(10_000)
    expect(events).to_have_text("1")
    expect(page.get_by_role("status")).to_have_text("Live")


def test_a_page_says_when_the_emulator_is_away_and_goes_on_when_it_is_back(merchant: Merchant, open_page: Open) -> None:
    make_plan(merchant)
    page = open_page("/dashboard")
    page.route("**/dashboard", lambda route: route.fulfill(status=503))
    expect(page.get_by_role("status")).to_contain_text("does not answer")
    page.unroute("**/dashboard")
    _report(merchant)
    expect(page.get_by_role("definition").nth(2)).to_have_text("1")
    expect(page.get_by_role("status")).to_have_text("Live")


def test_a_link_is_made_copied_opened_and_seen_to_be_accepted(merchant: Merchant, open_page: Open) -> None:
    make_plan(merchant)
    page = open_page("/dashboard/links", size=PHONE)
    page.get_by_role("button", name="Generate authorization link").click()
    expect(page.get_by_role("alert")).to_be_focused()
    accessible(page)
    page.get_by_label("Product and plan").select_option(label="Pay as you go (USD)")
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_role("button", name="Generate authorization link").click()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    url = page.evaluate("navigator.clipboard.readText()")
    accessible(page)
    checkout = open_page(url)
    checkout.get_by_label("Full name").fill("Ada Lovelace")
    checkout.get_by_label("Country").select_option(label="Germany")
    checkout.get_by_label("Postal code").fill("10115")
    checkout.get_by_role("button", name="Accept").click()
    expect(checkout.get_by_role("heading", level=1)).to_have_text("You are all set")
    expect(page.get_by_text("completed", exact=True)).to_be_visible()


def test_without_script_everything_is_there_but_the_updates(merchant: Merchant, open_page: Open) -> None:
    make_plan(merchant)
    _report(merchant)
    page = open_page("/", script=False)
    page.get_by_role("link", name="Emulated Merchant").click()
    expect(page.get_by_role("img", name="Basic submissions")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()
    page.get_by_role("link", name="Skip to the content").press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
