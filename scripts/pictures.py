"""Take the pictures of `docs/images`: the preview of a price change, and the emulator's dashboard."""

from __future__ import annotations

import io
import os
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Page
from rich.console import Console
from rich.text import Text

from scripts.chromium import launched
from scripts.playground import ROOT, Emulator, Playground, run

IMAGES = ROOT / "docs" / "images"
#: The busiest customer's submissions of each day.
SUBMISSIONS = (
    6,
    7,
    9,
    8,
    11,
    4,
    3,
    9,
    12,
    10,
    13,
    15,
    5,
    4,
    12,
    14,
    13,
    17,
    16,
    6,
    7,
    15,
    19,
    16,
    18,
    21,
    8,
    7,
    19,
    22,
    20,
    24,
    23,
    9,
    10,
)
CUSTOMERS = {"Ada Lovelace": "ada@example.com", "Grace Hopper": "grace@example.com", "Alan Turing": "alan@example.com"}


def preview(playground: Playground, page: Page) -> None:
    """Picture the preview of a price change as a terminal shows it."""
    playground.pulumi("A new price", "config", "set", "rate", "0.002")
    command = ["pulumi", "preview", "--diff", "--color=always", "--non-interactive", "--suppress-progress"]
    environment = {**os.environ, **playground.settings}
    done = subprocess.run(command, cwd=playground.project, env=environment, stdout=subprocess.PIPE, check=True)
    console = Console(record=True, width=96, file=io.StringIO())
    console.print(Text("$ pulumi config set rate 0.002\n$ pulumi preview --diff"))
    console.print(Text.from_ansi(done.stdout.decode().replace(str(playground.folder), "")), soft_wrap=True)
    page.route("https://**", lambda route: route.abort())  # the drawing names a font of the web
    page.set_content(console.export_svg(title="A price change"))
    page.locator("svg").first.screenshot(path=IMAGES / "preview.png")


def dashboard(emulator: Emulator, page: Page) -> None:
    """Picture the dashboard of an account in which customers use the API."""
    page.goto(f"{emulator.url}/dashboard")
    page.get_by_role("link", name="Last 30 days").click()
    page.wait_for_load_state()  # until then the styles, and with them the height, may be missing
    page.screenshot(path=IMAGES / "dashboard.png", full_page=True)


def use(emulator: Emulator) -> None:
    """Subscribe the customers, and let them submit code for five weeks: a month is billed, and one is under way."""
    [plan] = emulator.call("GET", "/v0/plans", params={"merchantId": emulator.merchant})["data"]
    customers = [_subscribed(emulator, plan["id"], name, email) for name, email in CUSTOMERS.items()]
    for busy in SUBMISSIONS:
        now = emulator.call("POST", "/_emulator/clock", json={"advance": "P1D"})["now"]
        for number, customer in enumerate(customers):
            for _ in range(busy // (number + 1)):
                _send(emulator, customer, now, "submission.basic", {})
                _send(emulator, customer, now, "submission.premium", {})
                _send(emulator, customer, now, "execution", {"seconds": 37 * busy})


def _subscribed(emulator: Emulator, plan_id: str, name: str, email: str) -> str:
    consumer = {"name": name, "email": email, "address": {"country": "DE", "zipCode": "10115"}}
    body = {"merchantId": emulator.merchant, "consumer": consumer}
    customer: str = emulator.call("POST", "/v0/customers", json=body)["customerId"]
    now = emulator.call("GET", "/_emulator/clock")["now"]
    subscription = {"name": name, "planId": plan_id, "customerId": customer, "startedAt": now}
    emulator.call("POST", "/v0/subscriptions", json=subscription)
    return customer


def _send(emulator: Emulator, customer: str, now: str, event_type: str, data: dict[str, object]) -> None:
    event = {"type": event_type, "source": "picture", "subject": customer, "timestamp": now, "data": data}
    emulator.call("POST", "/v0/events", json=event)


def main() -> None:
    """Take all pictures."""

    def play() -> None:
        folder = Path(tempfile.mkdtemp(prefix="paygentic-pictures-"))
        with Playground(folder) as playground, launched() as chromium:
            page = chromium.new_page(viewport={"width": 1280, "height": 800})
            playground.pulumi("A stack for it", "stack", "init", "dev")
            playground.pulumi("The catalog", "up", "--yes", "--skip-preview")
            preview(playground, page)
            use(playground.emulator)
            dashboard(playground.emulator, page)

    run("pictures", play)


if __name__ == "__main__":
    main()
