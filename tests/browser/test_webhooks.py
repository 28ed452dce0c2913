"""The webhook portal and the dashboard's page of webhooks in a browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, Open, accessible
from tests.emulator.support.merchant import Json, Merchant


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (DESK, "light")])
def test_an_endpoint_is_added_and_seen(merchant: Merchant, open_page: Open, size: Json, scheme: str) -> None:
    merchant.sdk.webhooks.enable(request={})
    page = open_page(merchant.sdk.webhooks.get_portal(request={}).url, size=size, scheme=scheme)
    page.get_by_label("Address on this machine").fill("https://example.com/")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_contain_text("must be an http address of this machine")
    accessible(page)
    page.get_by_label("Address on this machine").fill("http://127.0.0.1:1/hook")
    page.get_by_label("customer.created.v0").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("whsec_")).to_be_visible()
    merchant.customer()
    accessible(page)
    page.goto(f"{merchant.http.base_url}/dashboard/webhooks")
    expect(page.get_by_text("customer.created.v0").first).to_be_visible()
    accessible(page)
