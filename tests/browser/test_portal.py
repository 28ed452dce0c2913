"""The customer's portal page in a browser: accessible, and readable on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.catalog import make_plan
from tests.browser.conftest import DESK, PHONE, Open, accessible
from tests.emulator.support.merchant import Json, Merchant


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (DESK, "light")])
def test_a_customers_own_page_is_accessible_and_opens_an_invoice(
    merchant: Merchant, open_page: Open, size: Json, scheme: str
) -> None:
    merchant.post("/_emulator/clock", {"now": "2026-01-01T00:00:00Z"})  # where the billing anchor is: a whole period
    subscription = merchant.subscription(make_plan(merchant)["id"])
    link = merchant.post(f"/v0/subscriptions/{subscription['id']}/portal", {})
    page = open_page(link["url"], size=size, scheme=scheme)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pay as you go")
    page.locator("summary", has_text="$119.50").click()  # both fees were due at the start, and are invoiced
    expect(page.get_by_role("row", name="Setup 1 $99.50")).to_be_visible()
    accessible(page)
    page = open_page(link["url"][:-1], size=size, scheme=scheme)
    expect(page.get_by_role("alert")).to_contain_text("leads to nothing here")
    accessible(page)
