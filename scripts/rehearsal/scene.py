"""Where the story happens: the playground with a browser, its customers, and the account's books."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Any

from scripts.playground import Failed, Playground
from scripts.ports import reserved
from scripts.rehearsal import audit
from scripts.rehearsal.audit import Price
from scripts.rehearsal.browser import Browser
from scripts.rehearsal.people import Person
from scripts.rehearsal.service import Json, Service

TEST_MONEY = 100
"""What the emulator gives each customer, in dollars."""


class Scene(Playground):
    """Without a browser, the links are opened by the person at the terminal."""

    service: Service
    outputs: Json
    prices: dict[str, Price]

    def __init__(self, folder: Path, browser: Browser | None) -> None:
        super().__init__(folder)
        self.browser = browser
        self.dashboard = f"{self.emulator.url}/dashboard"
        self.customers: dict[Person, str] = {}
        self.batches: dict[Person, dict[str, int]] = {}
        self.wrong: list[str] = []
        self.port = self.held.enter_context(reserved())

    def check_out(self, person: Person, link: str, url: str) -> None:
        if self.browser is None:
            print(f"Open {url}\nand accept, as {person.name} in {person.country}. Waiting for that ...", flush=True)
            while self.authorization(link)["status"] != "completed":
                time.sleep(1)
        else:
            led_to = self.browser.check_out(url, person.name, person.country, person.postal_code)
            print(f"She accepts, and comes to a page that says: {led_to}")
        self.customers[person] = self.authorization(link)["customerId"]
        print(f"{person.name} is customer {self.customers[person]} now.")

    def authorization(self, link: str) -> Any:
        return self.emulator.call("GET", f"/v0/customers/authorization/{link}")

    def used(self, person: Person) -> dict[str, int]:
        """What the ledger says, and what was reported beside the service."""
        used = self.service.used(self.customers[person])
        for name, quantity in self.batches.get(person, {}).items():
            used[name] = used.get(name, 0) + quantity
        return used

    def lines(self, person: Person) -> dict[str, audit.Line]:
        return audit.lines(self.prices, self.used(person), person.tax_percent)

    def invoice(self, person: Person, **query: str) -> Json:
        """The invoice of the person's first period."""
        params = {"customerId": self.customers[person], "limit": "100"}
        listed = self.emulator.call("GET", "/v2/invoices", params=params)["data"]
        [first] = [invoice["id"] for invoice in listed if invoice["sequenceNumber"] == 1]
        invoice: Json = self.emulator.call("GET", f"/v2/invoices/{first}", params=query)
        return invoice

    def calls(self, path: str) -> int:
        counted = self.emulator.call("GET", "/_emulator/calls")["calls"]
        return sum(row["count"] for row in counted if (row["method"], row["path"]) == ("POST", path))

    def compare(self, said: object, computed: object, wrong: str) -> None:
        """Note a difference: the story goes on, so that the invoices tell where it comes from."""
        if said != computed:
            self.wrong.append(wrong)

    def ask_pulumi(self, *arguments: str) -> str:
        environment = {**os.environ, **self.settings}
        command = ["pulumi", *arguments]
        done = subprocess.run(
            command, cwd=self.project, env=environment, capture_output=True, encoding="utf-8", check=True
        )
        return done.stdout

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def require(holds: object, otherwise: str) -> None:
    if not holds:
        raise Failed(otherwise)
