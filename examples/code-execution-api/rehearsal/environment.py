"""The environment of the rehearsal: the playground with a browser, the customers and the service."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Any

from rehearsal import audit
from rehearsal.audit import Price
from rehearsal.browser import Browser
from rehearsal.customers import Customer
from rehearsal.service import Json, Service
from scripts.playground import Failed, Playground
from scripts.ports import reserved

TEST_MONEY = 100
"""The money that the emulator gives each customer, in dollars."""


class Environment(Playground):
    """The playground with its customers. Without a browser, the person at the terminal opens the links."""

    service: Service
    outputs: Json
    prices: dict[str, Price]

    def __init__(self, folder: Path, browser: Browser | None) -> None:
        super().__init__(folder)
        self.browser = browser
        self.dashboard = f"{self.emulator.url}/dashboard"
        self.customer_ids: dict[Customer, str] = {}
        self.batches: dict[Customer, dict[str, int]] = {}
        self.differences: list[str] = []
        self.port = self.reserved.enter_context(reserved())

    def check_out(self, customer: Customer, link: str, url: str) -> None:
        if self.browser is None:
            print(f"Open {url}\nand accept as {customer.name} in {customer.country}. Waiting for that ...", flush=True)
            while self.authorization(link)["status"] != "completed":
                time.sleep(1)
        else:
            next_heading = self.browser.check_out(url, customer.name, customer.country, customer.postal_code)
            print(f"{customer.name} accepts. The next page says: {next_heading}")
        self.customer_ids[customer] = self.authorization(link)["customerId"]
        print(f"{customer.name} is now customer {self.customer_ids[customer]}.")

    def authorization(self, link: str) -> Any:
        return self.emulator.call("GET", f"/v0/customers/authorization/{link}")

    def used(self, customer: Customer) -> dict[str, int]:
        """Return the usage in the ledger, and the usage that was reported without the service."""
        used = self.service.used(self.customer_ids[customer])
        for name, quantity in self.batches.get(customer, {}).items():
            used[name] = used.get(name, 0) + quantity
        return used

    def lines(self, customer: Customer) -> dict[str, audit.Line]:
        return audit.lines(self.prices, self.used(customer), customer.tax_percent)

    def invoice(self, customer: Customer, **query: str) -> Json:
        """Return the invoice of the customer's first period."""
        params = {"customerId": self.customer_ids[customer], "limit": "100"}
        listed = self.emulator.call("GET", "/v2/invoices", params=params)["data"]
        [first] = [invoice["id"] for invoice in listed if invoice["sequenceNumber"] == 1]
        invoice: Json = self.emulator.call("GET", f"/v2/invoices/{first}", params=query)
        return invoice

    def calls(self, path: str) -> int:
        counted = self.emulator.call("GET", "/_emulator/calls")["calls"]
        return sum(row["count"] for row in counted if (row["method"], row["path"]) == ("POST", path))

    def compare(self, said: object, computed: object, difference: str) -> None:
        """Record a difference; the rehearsal continues, because the invoices show its cause."""
        if said != computed:
            self.differences.append(difference)

    def pulumi_output(self, *arguments: str) -> str:
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
