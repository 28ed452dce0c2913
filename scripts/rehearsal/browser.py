"""What people see and do in a browser: the customer at the checkout, the merchant at the dashboard."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Error, Page, sync_playwright

from scripts.playground import Failed

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
MILLISECONDS = 300_000
"""How long a page may take, on a machine that is busy with other things."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Browser:
    """One window; each look can be kept as a picture."""

    def __init__(self, page: Page, pictures: Path | None) -> None:
        self._page = page
        self._pictures = pictures
        self._taken = 0

    def check_out(self, url: str, name: str, country: str, postal_code: str) -> str:
        """Read the offer, fill the form in, accept; answers the heading of the page that this leads to."""
        page = self._page
        page.goto(url)
        page.get_by_label("Full name").fill(name)
        page.get_by_label("Country").select_option(label=country)
        page.get_by_label("Postal code").fill(postal_code)
        self.picture("checkout")
        page.get_by_role("button", name="Accept").click()
        led_to = page.get_by_role("heading", level=1).filter(has_not_text="Subscribe")
        led_to.wait_for()
        self.picture("after checkout")
        return led_to.inner_text()

    def make_link(self, dashboard: str, email: str) -> tuple[str, str]:
        """Make an authorization link by the dashboard's form; answers its id and its address."""
        page = self._page
        page.goto(f"{dashboard}/links")
        page.get_by_label("Product and plan").select_option(label="Pay as you go (USD)")
        page.get_by_label("Email").fill(email)
        page.get_by_role("button", name="Generate authorization link").click()
        page.wait_for_url("**/dashboard/links/*")
        self.picture("link")
        return page.url.rpartition("/")[2], page.get_by_role("textbox", name="Send this to").input_value()

    def usage(self, dashboard: str) -> dict[str, int]:
        """How much of each metric the overview's charts tell of the last hour."""
        page = self._page
        page.goto(dashboard)
        self.picture("overview")
        told = page.get_by_role("img", name=re.compile(", last hour: ")).all()
        names = [chart.get_attribute("aria-label") or "" for chart in told]
        found = [re.fullmatch(r"(.+), last hour: ([\d,]+) .*", name) for name in names]
        return {match[1]: int(match[2].replace(",", "")) for match in found if match}

    def revenue(self, dashboard: str) -> str:
        """The tile with the revenue in dollars, as it is written."""
        page = self._page
        page.goto(dashboard)
        tile = page.locator(".tiles > div").filter(has_text="Revenue, USD")
        return tile.locator("dd").inner_text().removeprefix("$").replace(",", "")

    def money(self, dashboard: str, email: str) -> str:
        """What the customers' page says of somebody's test money."""
        page = self._page
        page.goto(f"{dashboard}/customers")
        row = page.get_by_role("row").filter(has_text=email)
        return " ".join(row.get_by_role("cell").last.inner_text().split())

    def picture(self, name: str) -> None:
        if self._pictures is not None:
            self._taken += 1
            self._pictures.mkdir(parents=True, exist_ok=True)
            path = self._pictures / f"{self._taken:02} {name}.png".replace(" ", "-")
            self._page.screenshot(path=path, full_page=True)


@contextmanager
def launched() -> Iterator[Chromium]:
    """The system's Chromium, without a window on the screen."""
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, CHROMIUMS)))
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS, timeout=0)
        yield browser
        browser.close()


@contextmanager
def opened(pictures: Path | None) -> Iterator[Browser]:
    with launched() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(MILLISECONDS)
        try:
            yield Browser(page, pictures)
        except Error as error:
            raise Failed(f"the browser: {error.message.splitlines()[0]}") from error
