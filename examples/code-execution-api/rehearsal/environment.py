"""The environment of the rehearsal: the playground with a browser, the customers and the service."""

from __future__ import annotations

import os
import subprocess
import time
from fractions import Fraction
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
    usage_path = "/v0/usage"
    """The call by which the service reports usage."""

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
            while self.customer_of(link) is None:
                time.sleep(1)
        else:
            print(f"{customer.name} accepts. The next page says: {self.accept(self.browser, customer, url)}")
        self.customer_ids[customer] = str(self.customer_of(link))
        print(f"{customer.name} is now customer {self.customer_ids[customer]}.")

    def accept(self, browser: Browser, customer: Customer, url: str) -> str:
        """Accept in the browser; return the heading of the next page."""
        return browser.check_out(url, customer.name, customer.country, customer.postal_code)

    def customer_of(self, link: str) -> str | None:
        """Return the customer that the link's user became, None before."""
        read = self.authorization(link)
        return read["customerId"] if read["status"] == "completed" else None

    def authorization(self, link: str) -> Any:
        return self.emulator.call("GET", f"/v0/customers/authorization/{link}")

    def used(self, customer: Customer) -> dict[str, int]:
        """Return the usage in the ledger, and the usage that was reported without the service."""
        used = self.service.used(self.customer_ids[customer])
        for name, quantity in self.batches.get(customer, {}).items():
            used[name] = used.get(name, 0) + quantity
        return used

    def lines(self, customer: Customer) -> dict[str, audit.Line]:
        """Return the computed lines of the first period."""
        return audit.lines(self.prices, self.used(customer), customer.tax_percent)

    def advance_lines(self) -> dict[str, audit.Line]:
        """Return the computed lines of what each customer pays at the beginning of a period, without tax."""
        return {}

    def money_text(self, owed: Fraction) -> str:
        """Return what the dashboard should say of the money of a customer who owes this for usage."""
        left = audit.decimal(TEST_MONEY - owed)
        return f"${left} left of $100.00 $0.00 paid, ${audit.decimal(owed)} owed, $0.00 reserved"

    def invoice(self, customer: Customer, number: int = 1, **query: str) -> Json:
        """Return an invoice of the customer: 0 is that of the beginning, 1 that of the first period."""
        params = {"customerId": self.customer_ids[customer], "limit": "100"}
        listed = self.emulator.call("GET", "/v2/invoices", params=params)["data"]
        [first] = [invoice["id"] for invoice in listed if invoice["sequenceNumber"] == number]
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
