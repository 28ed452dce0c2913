"""The story, step by step: each does one thing, shows it, and fails if it is not as it should be."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from fractions import Fraction

from scripts.playground import heading
from scripts.rehearsal import audit
from scripts.rehearsal.audit import Price
from scripts.rehearsal.people import ADA, AT_ONCE, GRACE, HELLO, ONE_BY_ONE
from scripts.rehearsal.scene import Scene, require
from scripts.rehearsal.service import Json, Service

SECONDS = 3
"""How long a program may run."""
TEST_MONEY = 100
"""What the emulator gives each customer, in dollars."""


class Story(Scene):
    """The steps, in their order."""

    def play(self) -> None:
        self._make_catalog()
        self._serve()
        self._ada_subscribes()
        self._submit()
        self._grace_runs_out()
        self._look_at_dashboard()
        self._end_month()
        self._audit()

    def _make_catalog(self) -> None:
        self.pulumi("A stack for the catalog", "stack", "init", "dev")
        self.pulumi("Customers come back to the service", "config", "set", "welcome", self.url("/welcome"))
        self.pulumi("Up: the catalog is made", "up", "--yes", "--skip-preview")
        self.outputs = json.loads(self.ask_pulumi("stack", "output", "--json", "--show-secrets"))
        state = json.loads(self.ask_pulumi("stack", "export"))["deployment"]["resources"]
        self.prices = {
            resource["urn"].rpartition("::")[2]: Price.declared(resource["inputs"])
            for resource in state
            if resource["type"].endswith(":Price")
        }

    def _serve(self) -> None:
        heading("The service starts, and reads the ids that it bills by from the stack's outputs")
        self.service = Service(self, self.port, SECONDS)
        self.others.append(self.service)

    def _ada_subscribes(self) -> None:
        heading("Ada opens her checkout link, and accepts")
        self.check_out(ADA, self.outputs["link"], self.outputs["checkout"])
        self.emulator.call(
            "PATCH", f"/v0/customers/{self.customers[ADA]}", json={"taxRates": {"default": ADA.tax_percent}}
        )
        print(f"The merchant's accountant sets her tax: {ADA.tax_percent} %.")

    def _submit(self) -> None:
        heading("Ada submits programs, one after the other")
        ada = self.customers[ADA]
        for sent in ONE_BY_ONE:
            result = self.service.result(ada, sent)
            output = (result["output"] or "").strip().splitlines() or [""]
            ended = (
                result["status"] if result["stoppedBy"] is None else f"stopped by the limit of {result['stoppedBy']}"
            )
            print(f"{sent.what:45} {ended:30} {result['seconds']} s billed   {output[-1][:60]}")
            require(result["billed"], f"{sent.what} is not billed")
        heading(f"And {len(AT_ONCE)} at the same time")
        results = self.service.results(ada, AT_ONCE)
        finished = [r for r in results if (r["status"], r["exitCode"], r["billed"]) == ("finished", 0, True)]
        print(f"{len(finished)} of {len(results)} finished and are billed, {_seconds(results)} seconds in all.")
        require(len(finished) == len(AT_ONCE), "not all of them finished and were billed")

    def _grace_runs_out(self) -> None:
        heading("Grace gets a link of her own, made on the dashboard, and accepts")
        if self.browser is None:
            body = {"email": GRACE.email, "planId": self.outputs["plan"]}
            made = self.emulator.call("POST", "/v0/customers/authorization", json=body)
            link, url = made["id"], made["url"]
        else:
            link, url = self.browser.make_link(self.dashboard, GRACE.email)
        self.check_out(GRACE, link, url)
        heading("Her nightly job reports, in one batch, as many premium submissions as her test money pays")
        count = self._nightly_job()
        heading("So her next submission is refused, and nothing of it is billed")
        before = self.calls("/v0/usage")
        refused = self.service.post(self.customers[GRACE], HELLO)
        print(f"POST /submissions: {refused.status_code} {refused.text}")
        require(refused.status_code == 402, "it should have been refused with 402")
        require(self.calls("/v0/usage") == before, "usage was reported of it")
        require(self.service.used(self.customers[GRACE]) == {"seconds": 0}, "the ledger has it")
        print(f"No usage was reported of it; {count:,} submissions stay what she pays for.")

    def _nightly_job(self) -> int:
        count = int(TEST_MONEY / self.prices["premium"].rate(10**9))
        sizes = [count // 10] * 9 + [count - count // 10 * 9]
        metric, stamp = self.outputs["metrics"]["premium"], datetime.now(timezone.utc).isoformat()
        events = [
            {
                "idempotencyKey": f"nightly-{number}",
                "customerId": self.customers[GRACE],
                "merchantId": self.emulator.merchant,
                "timestamp": stamp,
                "properties": [{"billableMetricId": metric, "quantity": size}],
            }
            for number, size in enumerate(sizes, 1)
        ]
        done = self.emulator.call("POST", "/v0/usage/batch", json={"events": events})["summary"]
        print(f"POST /v0/usage/batch: {done['successful']} of {done['total']} events taken, {count:,} submissions.")
        self.batches[GRACE] = {"premium": count}
        return count

    def _look_at_dashboard(self) -> None:
        heading("The dashboard says the same as the service's ledger and the nightly job")
        used = [self.used(person) for person in self.customers]
        names = {"basic": "Basic Submissions", "premium": "Premium Submissions", "seconds": "Execution Time"}
        expected = {title: sum(one.get(name, 0) for one in used) for name, title in names.items()}
        revenue = sum((audit.subtotal(self.lines(person)) for person in self.customers), Fraction(0))
        if self.browser is None:
            print(f"Look at {self.dashboard}: {expected}, ${audit.decimal(revenue)} of revenue")
            return
        shown = self.browser.usage(self.dashboard)
        for title, quantity in expected.items():
            print(f"{title:20} {shown.get(title, 0):>7,} on the page {quantity:>7,} in the ledger and the job")
        require(shown == expected, "the dashboard's usage is not that of the ledger")
        self._compare_revenue(revenue)
        for person in self.customers:
            print(f"{person.name:20} {self.browser.money(self.dashboard, person.email)}")
        self.browser.picture("customers")

    def _compare_revenue(self, revenue: Fraction) -> None:
        if self.browser is not None:
            told = self.browser.revenue(self.dashboard)
            print(f"{'Revenue, USD':20} ${told} on the page, ${audit.decimal(revenue)} computed")
            require(Fraction(told) == revenue, "the dashboard's revenue is not what was computed")

    def _end_month(self) -> None:
        heading("The month ends, and its hour of grace")
        self._expected = {person: self.lines(person) for person in self.customers}
        ends = [self.invoice(person)["gracePeriodEnd"] for person in self.customers]
        now = self.emulator.call("POST", "/_emulator/clock", json={"now": max(ends)})["now"]
        print(f"The emulator's clock says {now}.")

    def _audit(self) -> None:
        """What the invoices should say was computed before they were issued; now they are fetched."""
        wrong = []
        for person in self.customers:
            invoice = self.invoice(person, expand="lineItems")
            heading(f"{person.name}'s invoice {invoice['invoiceNumber']}: {invoice['status']}")
            for line in invoice["lineItems"]["lineItems"]:
                amounts = (
                    f"{line['quantity']:>7,} x {line['unitPrice']:<7} {line['totalPrice']:>12} {line['totalTax']:>12}"
                )
                print(f"{line['invoiceDisplayName']:26} {amounts} {line['totalAmount']:>12}")
            sums = f"{invoice['subtotal']:>12} {invoice['totalTax']:>12} {invoice['grandTotal']:>12}"
            print(f"{'Subtotal, tax, total':44} {sums}")
            found = audit.differences(self._expected[person], invoice, person.tax_percent)
            wrong += [f"{person.name}, {difference}" for difference in found]
            require(invoice["status"] == "PAID", f"{person.name}'s invoice is not paid")
        self._compare_revenue(sum(map(audit.subtotal, self._expected.values()), Fraction(0)))
        if self.browser is not None:
            self.browser.picture("overview after the month")
        require(not wrong, "\n  ".join(["the invoices are not what was computed:", *wrong]))
        count = sum(map(len, self._expected.values()))
        heading("The invoices are right")
        print(f"{count} lines of {len(self._expected)} invoices, their taxes and totals, are to the last digit what")
        print("the ledger's usage costs by the prices that the program declares, computed in fractions.")

    def invitation(self) -> None:
        super().invitation()
        body = json.dumps({"customer": self.customers[ADA], "language": "python", "code": "print(42)"})
        print(f"The service:  curl {self.service.url}/submissions --json '{body}'")
        print(f"The pages:    {self.dashboard}")


def _seconds(results: list[Json]) -> int:
    return sum(result["seconds"] for result in results)
