"""The story, step by step: each does one thing, shows it, and fails if it is not as it should be."""

from __future__ import annotations

import json
from datetime import datetime, timezone

from scripts.playground import heading
from scripts.rehearsal import books
from scripts.rehearsal.audit import Price
from scripts.rehearsal.people import ADA, AT_ONCE, GRACE, HELLO, ONE_BY_ONE
from scripts.rehearsal.scene import TEST_MONEY, Scene, require
from scripts.rehearsal.service import Json, Service

SECONDS = 10
"""How long a program may run."""


class Story(Scene):
    """The steps, in their order."""

    def play(self) -> None:
        self._make_catalog()
        self._serve()
        self._ada_subscribes()
        self._submit()
        self._grace_runs_out()
        books.look_at_dashboard(self)
        books.audit_invoices(self, books.end_month(self))

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
            limit = f" at the limit of {result['stoppedBy']}" if result["stoppedBy"] else ""
            print(f"{sent.what:30} {result['status'] + limit:29} {result['seconds']} s billed   {output[-1][:40]}")
            require(result["billed"], f"{sent.what} is not billed")
        heading(f"And {len(AT_ONCE)} at the same time")
        results = self.service.results(ada, AT_ONCE)
        finished = [r for r in results if (r["status"], r["exitCode"], r["billed"]) == ("finished", 0, True)]
        print(f"{len(finished)} of {len(results)} finished and are billed, {_seconds(results)} seconds in all.")
        require(len(finished) == len(AT_ONCE), "not all of them finished and were billed")

    def _grace_runs_out(self) -> None:
        heading("Grace gets a link of her own, and accepts")
        if self.browser is None:
            body = {"email": GRACE.email, "planId": self.outputs["plan"]}
            made = self.emulator.call("POST", "/v0/customers/authorization", json=body)
            link, url = made["id"], made["url"]
        else:
            link, url = self.browser.make_link(self.dashboard, GRACE.email)
            print("The merchant makes it by the form on the dashboard.")
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

    def invitation(self) -> None:
        """The month is over for Ada and Grace, so the person at the terminal becomes a customer of today."""
        super().invitation()
        self.emulator.call("POST", "/_emulator/clock", json={"now": datetime.now(timezone.utc).isoformat()})
        body = {"email": "you@example.com", "planId": self.outputs["plan"], "redirectUrl": self.url("/welcome")}
        link = self.emulator.call("POST", "/v0/customers/authorization", json=body)["url"]
        submission = json.dumps({"customer": "cus_...", "language": "python", "code": "print(42)"})
        print(f"Your link:    {link}")
        print(f"The service:  curl {self.url('/submissions')} --json '{submission}'")
        print(f"The pages:    {self.dashboard} (your customer id is under Customers)")


def _seconds(results: list[Json]) -> int:
    return sum(result["seconds"] for result in results)
