"""A merchant with a catalog as the example's, made by the API, and the example's service over it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from service.__main__ import billing_by, client
from service.app import create_app
from service.billing import Account
from service.catalog import Catalog, Prepaid
from service.ledger import Ledger, now
from service.sandbox import Limits
from service.submissions import Submissions
from tests.engine.support.account import Json
from tests.engine.support.server import Server
from tests.environment import of_program

EXAMPLE = Path(__file__).parents[2] / "examples" / "code-execution-api"
UNHURRIED = Limits(seconds=600)
"""Time for any program that ends, however busy the machine is."""
RESERVE, REPORT = "/v0/entitlements", "/v0/usage"
READ, EVENT = "/v1/entitlements", "/v0/events"


@dataclass(frozen=True)
class Shop:
    """What the merchant has."""

    server: Server
    catalog: Catalog
    plan: str

    def events(self, customer: str) -> dict[str, list[tuple[str, int | None]]]:
        """The events that were accepted for a customer, by metric: the idempotency key and the seconds of each."""
        named: dict[str, str] = {str(tier): metric for tier, metric in self.catalog.submissions.items()}
        named["seconds"] = self.catalog.seconds
        found: dict[str, list[tuple[str, int | None]]] = {}
        for name, metric in named.items():
            query = {"from": "2026-01-01T00:00:00Z", "to": "2999-01-01T00:00:00Z", "limit": "200"}
            path = f"/v0/billableMetrics/{metric}/events"
            listed = self.server.account.get(path, subject=customer, **query)["events"]
            found[name] = sorted((event["idempotencyKey"], event["data"].get("seconds")) for event in listed)
        return {name: events for name, events in found.items() if events}

    def customer(self, email: str = "ada@example.com", *, subscribed: bool = True) -> str:
        consumer = {"name": "Ada", "email": email, "address": {"country": "DE", "zipCode": "10115"}}
        account = self.server.account
        made = account.post("/v0/customers", merchantId=self.catalog.merchant, consumer=consumer)["customerId"]
        if subscribed:
            account.post("/v0/subscriptions", name="Ada", planId=self.plan, customerId=made, startedAt=now())
        return str(made)

    def spend(self, customer: str, metric: str, quantity: int) -> None:
        """Use something beside the service."""
        self.server.account.post(
            REPORT,
            idempotencyKey=f"spent-{customer}",
            customerId=customer,
            merchantId=self.catalog.merchant,
            timestamp=now(),
            properties=[{"billableMetricId": metric, "quantity": quantity}],
        )

    def usage(self, customer: str) -> list[Json]:
        """Everything that was billed to a customer, the latest first."""
        return self.server.account.listed(
            REPORT, customerId=customer, startTime="2026-01-01T00:00:00Z", endTime="2999-01-01T00:00:00Z"
        )

    def calls(self) -> list[str]:
        """The paths that the service called, in order."""
        return [call.path for call in self.server.gate.calls]

    def quantities(self, entries: list[Json]) -> dict[str, int]:
        """Quantities by the name of their metric."""
        names = {self.catalog.seconds: "seconds", **{metric: tier for tier, metric in self.catalog.submissions.items()}}
        return {names[entry["billableMetricId"]]: entry["quantity"] for entry in entries}


def make_shop(server: Server, allowance: int | None = None) -> Shop:
    """The tutorial's catalog; with an allowance of seconds, that of the current API."""
    account = server.account
    merchant = {"merchantId": account.merchant_id}
    product = account.post("/v0/products", name="Code Execution API", description="", **merchant)["id"]

    def metric(name: str, unit: str, **fields: str) -> str:
        body = {"name": name, "unit": unit, "description": "", "productId": product, "eventType": name, **merchant}
        return str(account.post("/v0/billableMetrics", **body, **fields)["id"])

    def price(metric_id: str, unit_price: str, **fields: Any) -> str:
        body = {"billableMetricId": metric_id, "invoiceDisplayName": "Line", "paymentTerm": "in_arrears", **fields}
        charged = {"model": "standard", "properties": {"unitPrice": unit_price}}
        return str(account.post("/v0/prices", **body, **charged)["id"])

    included: dict[str, Any] = {}
    prepaid = None
    if allowance is not None:
        key = {"key": "execution", "name": "Execution", "type": "metered", "productId": product}
        template = {"type": "metered", "issueAfterReset": allowance, "isSoftLimit": False}
        feature = account.post("/v0/features", **key, **merchant)["id"]
        included = {
            "grantDiscountEnabled": True,
            "feature": {
                "featureId": feature,
                "entitlementTemplate": {**template, "usagePeriod": {"interval": "P1M"}},
            },
        }
        prepaid = Prepaid(product, "execution", {"basic": "Basic", "premium": "Premium"}, "Seconds")

    basic = metric("Basic", "submission", aggregation="COUNT")
    premium = metric("Premium", "submission", aggregation="COUNT")
    seconds = metric("Seconds", "second", aggregation="SUM", valueProperty="$.seconds")
    prices = [price(basic, "0.001"), price(premium, "0.005"), price(seconds, "0.0002", **included)]
    plan = account.post("/v0/plans", name="Plan", currency="USD", productId=product, prices=prices, **merchant)["id"]
    return Shop(server, Catalog(account.merchant_id, {"basic": basic, "premium": premium}, seconds, prepaid), plan)


class Desk:
    """A client of a service."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def post(self, customer: str, code: str, language: str = "python") -> httpx.Response:
        return await self.http.post("/submissions", json={"customer": customer, "language": language, "code": code})

    async def result(self, posted: httpx.Response | str) -> Json:
        """What came of it, at its end."""
        path = posted if isinstance(posted, str) else posted.headers["location"]
        while True:
            answer = await self.http.get(f"{path}?wait=30")
            result: Json = answer.json()
            if result["status"] not in {"queued", "running"}:
                return result

    async def submit(self, customer: str, code: str, language: str = "python") -> Json:
        posted = await self.post(customer, code, language)
        assert posted.status_code == 202, posted.text
        return await self.result(posted)


@asynccontextmanager
async def open_desk(shop: Shop, ledger_file: Path, limits: Limits | None = None, **options: Any) -> AsyncIterator[Desk]:
    """The service in this process."""
    ledger = Ledger(ledger_file)
    async with client(shop.server.running.url, shop.server.running.api_key) as account:
        limits = limits or UNHURRIED
        billing = billing_by(shop.catalog.api, Account(account), shop.catalog, ledger, limits.seconds)
        submissions = Submissions(billing, ledger, limits, **options)
        app = create_app(submissions, ledger)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://service") as http,
        ):
            yield Desk(http)
    ledger.close()


@contextmanager
def process(shop: Shop, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The service as a process of its own, and its address; it is killed at the end, if it lives."""
    counted = shop.catalog.submissions
    metrics = {"basic": counted["basic"], "premium": counted["premium"], "seconds": shop.catalog.seconds}
    outputs = folder / "outputs.json"
    prepaid = shop.catalog.prepaid
    printed: dict[str, Any] = {"merchant": shop.catalog.merchant, "metrics": metrics, "checkout": "[secret]"}
    if prepaid is not None:
        printed |= {"api": "current", "product": prepaid.product, "feature": prepaid.feature}
        printed["events"] = dict(prepaid.events) | {"seconds": prepaid.seconds_event}
    outputs.write_text(json.dumps(printed), encoding="utf-8")
    command = [sys.executable, "-m", "service", "--outputs", str(outputs), "--port", "0"]
    command += ["--seconds", str(UNHURRIED.seconds)]
    with (folder / "log").open("a", encoding="utf-8") as log:
        running = subprocess.Popen(
            [*command, "--ledger", str(folder / "ledger.db")],
            cwd=EXAMPLE,
            env={**of_program(folder), **shop.server.environment, "TMPDIR": str(folder)},
            stdout=subprocess.PIPE,
            stderr=log,
            encoding="utf-8",
        )
    assert running.stdout is not None
    try:
        yield running, running.stdout.readline().split()[-1]
    finally:
        running.kill()
        running.wait()
        running.stdout.close()


def rows(entries: list[Json], name: str) -> list[Any]:
    return [entry[name] for entry in entries]
