"""The browser of the customer at the checkout, and of the merchant at the dashboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Error, Page

from scripts.chromium import MILLISECONDS, launched
from scripts.playground import Failed


class Browser:
    """One window; each page can be saved as a picture."""

    def __init__(self, page: Page, pictures: Path | None) -> None:
        self._page = page
        self._pictures = pictures
        self._saved = 0

    def check_out(self, url: str, name: str, country: str, postal_code: str) -> str:
        """Fill in the checkout form and accept; return the heading of the next page."""
        page = self._page
        page.goto(url)
        page.get_by_label("Full name").fill(name)
        page.get_by_label("Country").select_option(label=country)
        page.get_by_label("Postal code").fill(postal_code)
        self.picture("checkout")
        page.get_by_role("button", name="Accept").click()
        next_heading = page.get_by_role("heading", level=1).filter(has_not_text="Subscribe")
        next_heading.wait_for()
        self.picture("after checkout")
        return next_heading.inner_text()

    def pay(self, url: str) -> str:
        """Pay on the page of a first payment; return the heading of the next page."""
        page = self._page
        page.goto(url)
        self.picture("checkout")
        page.get_by_role("button", name=re.compile("^Pay ")).click()
        next_heading = page.get_by_role("heading", level=1).filter(has_not_text="Pay to start")
        next_heading.wait_for()
        self.picture("after checkout")
        return next_heading.inner_text()

    def make_link(self, dashboard: str, email: str) -> tuple[str, str]:
        """Create an authorization link with the dashboard's form; return its id and its address."""
        page = self._page
        page.goto(f"{dashboard}/links")
        page.get_by_label("Product and plan").select_option(label="Pay as you go (USD)")
        page.get_by_label("Email").fill(email)
        page.get_by_role("button", name="Generate authorization link").click()
        page.wait_for_url("**/dashboard/links/*")
        self.picture("link")
        return page.url.rpartition("/")[2], page.get_by_role("textbox", name="Send this to").input_value()

    def usage(self, dashboard: str) -> dict[str, int]:
        """Return the usage of each metric in the last hour, from the overview's charts."""
        page = self._page
        page.goto(dashboard)
        self.picture("overview")
        charts = page.get_by_role("img", name=re.compile(", last hour: ")).all()
        names = [chart.get_attribute("aria-label") or "" for chart in charts]
        found = [re.fullmatch(r"(.+), last hour: ([\d,]+) .*", name) for name in names]
        return {match[1]: int(match[2].replace(",", "")) for match in found if match}

    def revenue(self, dashboard: str) -> str:
        """Return the revenue in dollars, as its tile shows it."""
        page = self._page
        page.goto(dashboard)
        tile = page.locator(".tiles > div").filter(has_text="Revenue, USD")
        return tile.locator("dd").inner_text().removeprefix("$").replace(",", "")

    def money(self, dashboard: str, email: str) -> str:
        """Return the text about a customer's test money on the customers' page."""
        page = self._page
        page.goto(f"{dashboard}/customers")
        row = page.get_by_role("row").filter(has_text=email)
        return " ".join(row.get_by_role("cell").last.inner_text().split())

    def picture(self, name: str) -> None:
        if self._pictures is not None:
            self._saved += 1
            self._pictures.mkdir(parents=True, exist_ok=True)
            path = self._pictures / f"{self._saved:02} {name}.png".replace(" ", "-")
            self._page.screenshot(path=path, full_page=True)


@contextmanager
def opened(pictures: Path | None) -> Iterator[Browser]:
    with launched() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(MILLISECONDS)
        try:
            yield Browser(page, pictures)
        except Error as error:
            raise Failed(f"the browser: {error.message.splitlines()[0]}") from error
