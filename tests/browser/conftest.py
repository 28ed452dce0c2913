"""The system's Chromium, an emulator to look at, and ways to open its pages as different people do."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, expect

from pulumi_paygentic.emulator import Running, running
from scripts.chromium import MILLISECONDS, launched
from tests.emulator.support.merchant import Json, Merchant, merchant_of

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
Open = Callable[..., Page]

expect.set_options(timeout=MILLISECONDS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def served() -> Iterator[Running]:
    with running() as emulator:
        yield emulator


@pytest.fixture(scope="session")
def served_merchant(served: Running) -> Iterator[Merchant]:
    with merchant_of(served) as merchant:
        yield merchant


@pytest.fixture
def merchant(served_merchant: Merchant) -> Merchant:
    served_merchant.http.post("/_emulator/reset").raise_for_status()
    return served_merchant


@pytest.fixture
def open_page(browser: Browser, served: Running) -> Iterator[Open]:
    """Opens a page of the emulator; whatever it asks of another address, or complains about, fails the test."""
    wrong: list[str] = []
    contexts = []

    def watch_request(request: Request) -> None:
        if not request.url.startswith((served.url, "data:")) and not request.is_navigation_request():
            wrong.append(request.url)

    def watch_console(message: ConsoleMessage) -> None:
        if message.type in {"warning", "error"} and "responded with a status" not in message.text:
            wrong.append(message.text)

    def open_page(path: str, *, size: Json = DESK, scheme: str = "light", script: bool = True) -> Page:
        context = browser.new_context(viewport=size, color_scheme=scheme, java_script_enabled=script)  # type: ignore[arg-type] # its own literal types
        context.set_default_timeout(MILLISECONDS)
        contexts.append(context)
        page = context.new_page()
        page.on("request", watch_request)
        page.on("console", watch_console)
        page.on("pageerror", lambda error: wrong.append(_text(error)))
        page.goto(path if "://" in path else f"{served.url}{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def _text(error: Error) -> str:
    return error.message


def accessible(page: Page) -> None:
    """No finding of axe-core, and nothing that scrolls sideways."""
    violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    findings = [(found["id"], found["nodes"][0]["html"], found["nodes"][0]["failureSummary"]) for found in violations]
    assert findings == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
