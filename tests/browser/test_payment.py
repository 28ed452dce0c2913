"""The page of a payment session in a browser: accessible, by keyboard alone, on a phone, light and dark."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.catalog import make_plan
from tests.browser.conftest import DESK, PHONE, Open, accessible
from tests.emulator.support.merchant import Json, Merchant

LOOKS = [(PHONE, "dark"), (DESK, "light")]


def _pending(merchant: Merchant, **fields: Any) -> Json:
    merchant.post("/_emulator/clock", {"now": "2026-01-01T00:00:00Z"})
    return merchant.unpaid(make_plan(merchant)["id"], **fields)


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_what_is_due_is_accessible_and_fits(merchant: Merchant, open_page: Open, size: Json, scheme: str) -> None:
    page = open_page(_pending(merchant)["payment"]["checkoutUrl"], size=size, scheme=scheme)
    expect(page.get_by_role("heading", level=1)).to_have_text("Pay to start your subscription")
    expect(page.get_by_role("row", name="Total $119.50")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Let the payment fail").click()
    expect(page.get_by_role("alert")).to_contain_text("The test card was declined")
    accessible(page)
    page.get_by_role("link", name="Try again").click()
    page.get_by_role("button", name="Pay $119.50").click()
    expect(page.get_by_role("status")).to_contain_text("your subscription is active")
    accessible(page)


def test_a_keyboard_is_enough_and_leads_back_to_the_merchant(merchant: Merchant, open_page: Open) -> None:
    welcome = f"{merchant.http.base_url}/_emulator/clock?welcome".replace("127.0.0.1", "localhost")
    made = _pending(merchant, redirectUrls={"onSuccess": welcome})
    page = open_page(made["payment"]["checkoutUrl"], script=False)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Pay $119.50")
    page.keyboard.press("Enter")
    page.wait_for_url(welcome)
    assert merchant.get(f"/v0/subscriptions/{made['id']}")["status"] == "active"


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_an_expired_payment_says_so(merchant: Merchant, open_page: Open, size: Json, scheme: str) -> None:
    made = _pending(merchant)
    merchant.post("/_emulator/clock", {"advance": "PT5H"})
    page = open_page(made["payment"]["checkoutUrl"], size=size, scheme=scheme)
    expect(page.get_by_role("alert")).to_contain_text("Ask Emulated Merchant for a new one")
    accessible(page)
