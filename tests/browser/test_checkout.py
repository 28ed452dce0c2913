"""The checkout page in a browser: by keyboard alone, on a phone, with a screen reader's rules, light and dark."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.catalog import make_link, make_plan
from tests.browser.conftest import DESK, PHONE, Open, accessible
from tests.emulator.support.merchant import Json, Merchant

LINKS = "/v0/customers/authorization"
LOOKS = [(PHONE, "dark"), (DESK, "light")]


def _fill(page: Page) -> None:
    page.get_by_label("Full name").fill("Ada Lovelace")
    page.get_by_label("Country").select_option(label="United Kingdom")
    page.get_by_label("Postal code").fill("SW1Y 4LB")


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_the_offer_is_accessible_and_fits(merchant: Merchant, open_page: Open, size: Json, scheme: str) -> None:
    link = make_link(merchant, make_plan(merchant)["id"])
    page = open_page(link["url"], size=size, scheme=scheme)
    expect(page.get_by_role("heading", level=1)).to_have_text("Subscribe to Pay as you go")
    for words in ("$0.001 per submission", "$0.000875", "$20.00 every month", "$99.50 once"):
        expect(page.get_by_text(words, exact=True)).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("alert")).to_be_focused()
    accessible(page)


def test_what_is_missing_is_reached_from_the_summary(merchant: Merchant, open_page: Open) -> None:
    page = open_page(make_link(merchant, make_plan(merchant)["id"])["url"])
    page.get_by_label("Full name").fill("Ada")
    page.get_by_role("button", name="Accept").click()
    expect(page).to_have_title("Error: Pay as you go – Emulated Merchant")
    page.get_by_role("link", name="Enter your postal code").press("Enter")
    expect(page.get_by_label("Postal code")).to_be_focused()
    expect(page.get_by_label("Postal code")).to_have_accessible_description("Enter your postal code")
    expect(page.get_by_label("Full name")).to_have_value("Ada")


def test_a_keyboard_is_enough_and_the_order_is_that_of_the_page(merchant: Merchant, open_page: Open) -> None:
    link = make_link(merchant, make_plan(merchant)["id"])
    page = open_page(link["url"], script=False)
    order = []
    for _ in range(9):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        order.append(focused.get_attribute("id") or focused.inner_text())
        typed = {"name": "Ada Lovelace", "zipCode": "SW1Y 4LB", "country": "United Kingdom"}
        if order[-1] in typed:
            page.keyboard.type(typed[order[-1]])
    assert order == ["name", "country", "line1", "line2", "zipCode", "city", "state", "Accept", "Decline"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are all set")
    done = merchant.get(f"{LINKS}/{link['id']}")
    organization = merchant.get(f"/v0/customers/{done['customerId']}")["organization"]
    assert organization["address"] == {"country": "GB", "zipCode": "SW1Y 4LB"}


def test_accepting_leads_back_to_the_merchant_also_on_a_double_click(merchant: Merchant, open_page: Open) -> None:
    welcome = f"{merchant.http.base_url}/_emulator/clock?welcome".replace("127.0.0.1", "localhost")
    link = make_link(merchant, make_plan(merchant)["id"], redirectUrl=welcome)
    page = open_page(link["url"])
    _fill(page)
    page.get_by_role("button", name="Accept").dblclick()
    page.wait_for_url(welcome)
    assert merchant.get("/v0/subscriptions")["pagination"]["total"] == 1


def test_declining_changes_nothing_and_can_be_thought_over(merchant: Merchant, open_page: Open) -> None:
    link = make_link(merchant, make_plan(merchant)["id"], redirectUrl="https://example.com/welcome")
    page = open_page(link["url"], size=PHONE)
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_role("status")).to_contain_text("You declined")
    accessible(page)
    assert merchant.get(f"{LINKS}/{link['id']}")["status"] == "pending"
    page.get_by_role("link", name="Back to the offer").click()
    expect(page.get_by_role("button", name="Accept")).to_be_visible()


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_links_that_lead_nowhere_say_so(merchant: Merchant, open_page: Open, size: Json, scheme: str) -> None:
    link = make_link(merchant, make_plan(merchant)["id"])
    merchant.post("/_emulator/clock", {"advance": "P2D"})
    page = open_page(link["url"], size=size, scheme=scheme)
    expect(page.get_by_role("alert")).to_contain_text("Ask Emulated Merchant for a new one")
    accessible(page)
    page.goto(f"{merchant.http.base_url}/checkout/nothing")
    expect(page.get_by_role("heading", level=1)).to_have_text("No such link")
