"""The example's service as a process, a client of it, and what its ledger says was used."""

from __future__ import annotations

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import httpx

from scripts.playground import Background, Playground

Json = dict[str, Any]


class Sent(NamedTuple):
    """A submission to come: what it is, in words, and what is sent."""

    what: str
    language: str
    code: str


class Service(Background):
    """It reads the stack's outputs by the Pulumi CLI."""

    def __init__(self, playground: Playground, port: int, seconds: int) -> None:
        self._ledger = playground.folder / "submissions.db"
        options = {"--stack": "dev", "--ledger": str(self._ledger), "--port": str(port), "--seconds": str(seconds)}
        command = [sys.executable, "-m", "service", *(word for option in options.items() for word in option)]
        super().__init__(playground.folder / "service.log", command, playground.project, playground.settings)
        self.url = f"http://127.0.0.1:{port}"

    def post(self, customer: str, sent: Sent) -> httpx.Response:
        body = {"customer": customer, "language": sent.language, "code": sent.code}
        return httpx.post(f"{self.url}/submissions", json=body, timeout=300)

    def result(self, customer: str, sent: Sent) -> Json:
        """Post it, and wait for its end."""
        posted = self.post(customer, sent).raise_for_status().headers["location"]
        read: Json = httpx.get(f"{self.url}{posted}?wait=30", timeout=300).raise_for_status().json()
        return read

    def results(self, customer: str, many: list[Sent]) -> list[Json]:
        """All of them at once, answered in their order."""
        with ThreadPoolExecutor(len(many)) as pool:
            return list(pool.map(lambda sent: self.result(customer, sent), many))

    def used(self, customer: str) -> dict[str, int]:
        """What its ledger says the customer is to pay for."""
        ledger = sqlite3.connect(f"file:{self._ledger}?mode=ro", uri=True)
        rows = ledger.execute(
            "SELECT tier, count(*), sum(seconds) FROM submissions WHERE customer = ? AND seconds IS NOT NULL"
            " GROUP BY tier",
            (customer,),
        ).fetchall()
        ledger.close()
        counted = {tier: count for tier, count, _ in rows}
        return {**counted, "seconds": sum(seconds for *_, seconds in rows)}
