"""The steps of the rehearsal: each does one thing, shows it, and fails if the result is wrong."""

from __future__ import annotations

import json
from datetime import datetime, timezone

from rehearsal import reconcile
from rehearsal.audit import Price
from rehearsal.customers import ADA, AT_ONCE, GRACE, HELLO, ONE_BY_ONE
from rehearsal.environment import TEST_MONEY, Environment, require
from rehearsal.service import Json, Service
from scripts.playground import heading

SECONDS = 10
"""The time that a submitted program may run."""


class Rehearsal(Environment):
    """A merchant's month, step by step, as the vendor's tutorial has it."""

    api = "tutorial"

    def run(self) -> None:
        self._create_catalog()
        self._start_service()
        self._ada_subscribes()
        self._submit()
        self._grace_subscribes()
        self._grace_uses_up_what_she_has()
        reconcile.check_dashboard(self)
        reconcile.audit_invoices(self, reconcile.end_month(self))
        self._consider_a_price_change()

    def _consider_a_price_change(self) -> None:
        self.pulumi("Think of a new price for a basic submission", "config", "set", "rate", "0.002")
        self.command("Read what it would have earned in this month", "diff", codes=(2,))

    def _create_catalog(self) -> None:
        self.pulumi("Create a stack", "stack", "init", "dev")
        self.pulumi("Choose the API to bill by", "config", "set", "api", self.api)
        self.pulumi("Set the address that customers return to", "config", "set", "welcome", self.url("/welcome"))
        self.pulumi("Up: create the catalog", "up", "--yes", "--skip-preview")
        self.outputs = json.loads(self.pulumi_output("stack", "output", "--json", "--show-secrets"))
        state = json.loads(self.pulumi_output("stack", "export"))["deployment"]["resources"]
        self.prices = {
            resource["urn"].rpartition("::")[2]: Price.declared(resource["inputs"])
            for resource in state
            if resource["type"].endswith(":Price")
        }

    def _start_service(self) -> None:
        heading("Start the service: it reads the ids for billing from the stack's outputs")
        self.service = Service(self, self.port, SECONDS)
        self.processes.append(self.service)

    def _ada_subscribes(self) -> None:
        heading("Ada opens her checkout link and accepts")
        self.check_out(ADA, self.outputs["link"], self.outputs["checkout"])
        self.emulator.call(
            "PATCH", f"/v0/customers/{self.customer_ids[ADA]}", json={"taxRates": {"default": ADA.tax_percent}}
        )
        print(f"The merchant sets her tax rate to {ADA.tax_percent} %.")

    def _submit(self) -> None:
        heading("Ada submits programs, one after the other")
        ada = self.customer_ids[ADA]
        for submission in ONE_BY_ONE:
            result = self.service.result(ada, submission)
            output = (result["output"] or "").strip().splitlines() or [""]
            limit = f" at the limit of {result['stoppedBy']}" if result["stoppedBy"] else ""
            end = f"{result['status']}{limit}"
            print(f"{submission.description:30} {end:29} {result['seconds']} s billed   {output[-1][:40]}")
            require(result["billed"], f"{submission.description} is not billed")
        heading(f"Ada submits {len(AT_ONCE)} programs at the same time")
        results = self.service.results(ada, AT_ONCE)
        finished = [r for r in results if (r["status"], r["exitCode"], r["billed"]) == ("finished", 0, True)]
        print(f"{len(finished)} of {len(results)} finished and are billed, {_seconds(results)} seconds in total.")
        require(len(finished) == len(AT_ONCE), "not all of the programs finished and were billed")

    def _grace_subscribes(self) -> None:
        heading("Grace gets a checkout link and accepts")
        if self.browser is None:
            body = {"email": GRACE.email, "planId": self.outputs["plan"]}
            made = self.emulator.call("POST", "/v0/customers/authorization", json=body)
            link, url = made["id"], made["url"]
        else:
            link, url = self.browser.make_link(self.dashboard, GRACE.email)
            print("The merchant creates it with the form on the dashboard.")
        self.check_out(GRACE, link, url)

    def _grace_uses_up_what_she_has(self) -> None:
        count, what = self.nightly_job()
        heading("Grace's next submission is refused, and not billed")
        before = self.calls(self.usage_path)
        refused = self.service.post(self.customer_ids[GRACE], HELLO)
        print(f"POST /submissions: {refused.status_code} {refused.text}")
        require(refused.status_code == 402, "the submission was not refused with 402")
        require(self.calls(self.usage_path) == before, "usage was reported for the refused submission")
        require(self.service.used(self.customer_ids[GRACE]) == {"seconds": 0}, "the ledger has the refused submission")
        print(f"No usage was reported for it. Grace's usage stays at {count:,} {what}.")

    def nightly_job(self) -> tuple[int, str]:
        """Report as much usage of Grace's as she can pay for; return the quantity and its unit."""
        heading("Grace's nightly job reports as many premium submissions as her test money pays for, in one batch")
        count = int(TEST_MONEY / self.prices["premium"].rate(10**9))
        sizes = [count // 10] * 9 + [count - count // 10 * 9]
        metric, stamp = self.outputs["metrics"]["premium"], datetime.now(timezone.utc).isoformat()
        events = [
            {
                "idempotencyKey": f"nightly-{number}",
                "customerId": self.customer_ids[GRACE],
                "merchantId": self.emulator.merchant,
                "timestamp": stamp,
                "properties": [{"billableMetricId": metric, "quantity": size}],
            }
            for number, size in enumerate(sizes, 1)
        ]
        done = self.emulator.call("POST", "/v0/usage/batch", json={"events": events})["summary"]
        print(f"POST /v0/usage/batch: {done['successful']} of {done['total']} events accepted, {count:,} submissions.")
        self.batches[GRACE] = {"premium": count}
        return count, "submissions"

    def invitation(self) -> None:
        """Set the clock back to the present, and offer a link to the person at the terminal."""
        super().invitation()
        self.emulator.call("POST", "/_emulator/clock", json={"now": datetime.now(timezone.utc).isoformat()})
        link = self.invite("you@example.com")
        submission = json.dumps({"customer": "cus_...", "language": "python", "code": "print(42)"})
        print(f"Your link:    {link}")
        print(f"The service:  curl {self.url('/submissions')} --json '{submission}'")
        print(f"The pages:    {self.dashboard} (your customer id is under Customers)")

    def invite(self, email: str) -> str:
        """Create a checkout link; return its address."""
        body = {"email": email, "planId": self.outputs["plan"], "redirectUrl": self.url("/welcome")}
        return str(self.emulator.call("POST", "/v0/customers/authorization", json=body)["url"])


def _seconds(results: list[Json]) -> int:
    return sum(result["seconds"] for result in results)
