"""The example's service as a process, a client of it, and the usage in its ledger."""

from __future__ import annotations

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import httpx

from scripts.playground import Background, Playground

Json = dict[str, Any]


class Submission(NamedTuple):
    """A program to submit, with a description."""

    description: str
    language: str
    code: str


class Service(Background):
    """The service, which reads the stack's outputs with the Pulumi CLI."""

    def __init__(self, playground: Playground, port: int, seconds: int) -> None:
        self._ledger = playground.folder / "submissions.db"
        options = {"--stack": "dev", "--ledger": str(self._ledger), "--port": str(port), "--seconds": str(seconds)}
        command = [sys.executable, "-m", "service", *(word for option in options.items() for word in option)]
        super().__init__(playground.folder / "service.log", command, playground.project, playground.settings)
        self.url = f"http://127.0.0.1:{port}"

    def post(self, customer: str, submission: Submission) -> httpx.Response:
        body = {"customer": customer, "language": submission.language, "code": submission.code}
        return httpx.post(f"{self.url}/submissions", json=body, timeout=300)

    def result(self, customer: str, submission: Submission) -> Json:
        """Post a submission, and wait for its result."""
        posted = self.post(customer, submission).raise_for_status().headers["location"]
        read: Json = httpx.get(f"{self.url}{posted}?wait=30", timeout=300).raise_for_status().json()
        return read

    def results(self, customer: str, many: list[Submission]) -> list[Json]:
        """Post all submissions at once; return the results in the same order."""
        with ThreadPoolExecutor(len(many)) as pool:
            return list(pool.map(lambda submission: self.result(customer, submission), many))

    def used(self, customer: str) -> dict[str, int]:
        """Return the customer's usage, from the service's ledger."""
        ledger = sqlite3.connect(f"file:{self._ledger}?mode=ro", uri=True)
        rows = ledger.execute(
            "SELECT tier, count(*), sum(seconds) FROM submissions WHERE customer = ? AND seconds IS NOT NULL"
            " GROUP BY tier",
            (customer,),
        ).fetchall()
        ledger.close()
        counted = {tier: count for tier, count, _ in rows}
        return {**counted, "seconds": sum(seconds for *_, seconds in rows)}
