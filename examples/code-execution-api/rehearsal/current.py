"""The steps of the rehearsal that differ on the current API: checkout by a first payment, and a prepaid allowance."""

from __future__ import annotations

from datetime import datetime, timezone
from fractions import Fraction

from rehearsal import audit
from rehearsal.browser import Browser
from rehearsal.customers import GRACE, Customer
from rehearsal.environment import TEST_MONEY
from rehearsal.service import Json
from rehearsal.steps import SECONDS, Rehearsal
from scripts.playground import heading


class CurrentRehearsal(Rehearsal):
    """A merchant's month on the current API. The emulator refuses the calls of the tutorial."""

    api = "current"
    emulator_options = ("--strict",)
    usage_path = "/v0/events"

    def accept(self, browser: Browser, customer: Customer, url: str) -> str:
        """Pay what is due in advance."""
        del customer
        return browser.pay(url)

    def customer_of(self, link: str) -> str | None:
        """Return the customer of the subscription once it is paid."""
        subscription = self.emulator.call("GET", f"/v0/subscriptions/{link}")
        return subscription["customerId"] if subscription["status"] == "active" else None

    def advance_lines(self) -> dict[str, audit.Line]:
        """The fee of a month."""
        fees = {name: 1 for name, price in self.prices.items() if price.is_fee}
        return audit.lines(self.prices, fees, 0)

    def money_text(self, owed: Fraction) -> str:
        """The card of the checkout put in what it paid."""
        fee = audit.total(self.advance_lines())
        left, put_in, paid = map(audit.decimal, (TEST_MONEY - owed, TEST_MONEY + fee, fee))
        return f"${left} left of ${put_in} ${paid} paid, ${audit.decimal(owed)} owed, $0.00 reserved"

    def _grace_subscribes(self) -> None:
        heading("Grace signs up: a customer, and a subscription whose checkout she pays")
        made = self._subscribe(GRACE.email)
        self.check_out(GRACE, made["id"], made["payment"]["checkoutUrl"])

    def nightly_job(self) -> tuple[int, str]:
        """Report events until fewer seconds are left than a program may run."""
        heading("Grace's nightly job reports so many seconds that fewer are left than a program may run")
        allowance = self.prices["seconds"].allowance
        sizes = [allowance // 10] * 9 + [allowance // 10 - SECONDS + 1]
        for number, size in enumerate(sizes, 1):
            event = {
                "type": self.outputs["events"]["seconds"],
                "source": "https://example.com/nightly",
                "subject": self.customer_ids[GRACE],
                "idempotencyKey": f"nightly-{number}",
                "timestamp": datetime.now(timezone.utc).isoformat(),
                "data": {"seconds": size},
            }
            self.emulator.call("POST", "/v0/events", json=event)
        print(f"POST /v0/events: {len(sizes)} events, {sum(sizes):,} of {allowance:,} seconds.")
        self.batches[GRACE] = {"seconds": sum(sizes)}
        return sum(sizes), "seconds"

    def invite(self, email: str) -> str:
        """Subscribe a customer; return the address of the checkout."""
        return str(self._subscribe(email)["payment"]["checkoutUrl"])

    def _subscribe(self, email: str) -> Json:
        consumer = {"name": email, "email": email, "address": {}}
        body: Json = {"merchantId": self.emulator.merchant, "consumer": consumer}
        customer = self.emulator.call("POST", "/v0/customers", json=body)["customerId"]
        body = {
            "name": "Prepaid",
            "planId": self.outputs["plan"],
            "customerId": customer,
            "startedAt": datetime.now(timezone.utc).isoformat(),
            "redirectUrls": {"onSuccess": self.url("/welcome")},
        }
        made: Json = self.emulator.call("POST", "/v0/subscriptions", json=body)
        return made
