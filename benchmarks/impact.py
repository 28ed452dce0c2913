"""What the simulation of a price change costs: calls and seconds by subscriptions, and processor time without calls.

    python -m benchmarks.impact [--subscriptions 100 1000] [--latency-ms 0] [--rated 10000]

The emulator runs in this process, so that its own work is part of the seconds, but not of the processor time of the
rating: that is measured over bills in memory, five lines each.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from pulumi_paygentic.api import Client, Settings
from pulumi_paygentic.changes.cadence import Cadence
from pulumi_paygentic.changes.plan_change import LineChange, PlanChange
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.simulate import simulate
from pulumi_paygentic.changes.usage import Bill, BilledLine, InvoiceCache, Subscription, Usage, read_invoices
from pulumi_paygentic.emulator import Running, running

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
END = datetime(2026, 2, 1, tzinfo=timezone.utc)
METRIC = {"aggregation": "SUM", "event_type": "call", "value_property": "$.n"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subscriptions", type=int, nargs="*", default=[100, 1000])
    parser.add_argument("--latency-ms", type=int, default=0)
    parser.add_argument("--rated", type=int, default=10_000)
    options = parser.parse_args()
    for count in options.subscriptions:
        with running() as emulator, tempfile.TemporaryDirectory() as folder:
            _read(emulator, count, options.latency_ms, Path(folder) / "cache.jsonl")
    _rate(options.rated)


def _read(emulator: Running, count: int, latency_ms: int, cache: Path) -> None:
    headers = {"Authorization": f"Bearer {emulator.api_key}"}
    with httpx.Client(base_url=emulator.url, headers=headers, timeout=300) as http:
        plan = _subscribed(http, emulator.merchant_id, count)
        if latency_ms:
            fault = {"kind": "latency", "ms": latency_ms}
            http.post("/_emulator/faults", json=fault).raise_for_status()
        settings = Settings(api_key=emulator.api_key, merchant_id=emulator.merchant_id, base_url=emulator.url)
        for run in ("first run", "from the cache"):
            http.delete("/_emulator/calls")
            begun, cpu = time.perf_counter(), time.process_time()
            with Client(settings) as client:
                usage = read_invoices(client, [plan], InvoiceCache(cache))
            seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
            calls = {f"{c['method']} {c['path']}": c["count"] for c in http.get("/_emulator/calls").json()["calls"]}
            calls.pop("GET /_emulator/calls", None)
            print(f"{count} subscriptions, {run}: {len(usage.bills)} bills, {seconds:.2f} s, {cpu:.2f} s processor")
            print(f"  {sum(calls.values())} calls: " + ", ".join(f"{n} {name}" for name, n in sorted(calls.items())))


def _subscribed(http: httpx.Client, merchant: str, count: int) -> str:
    def post(path: str, **body: Any) -> dict[str, Any]:
        response = http.post(path, json=body)
        response.raise_for_status()
        read: dict[str, Any] = response.json()
        return read

    post("/_emulator/clock", now=START.isoformat())
    product = post("/v0/products", merchantId=merchant, name="API", description="")["id"]
    fee = post("/v0/fees", merchantId=merchant, productId=product, name="Base", description="")["id"]
    price = post(
        "/v0/prices",
        feeId=fee,
        billingCadence="P1M",
        invoiceDisplayName="Base",
        paymentTerm="in_arrears",
        model="standard",
        properties={"unitPrice": "5"},
    )["id"]
    plan = post(
        "/v0/plans", merchantId=merchant, productId=product, name="Base", currency="USD", prices=[{"priceId": price}]
    )["id"]
    for number in range(count):
        consumer = {"name": "A", "email": f"c{number}@example.com", "address": {"country": "DE", "zipCode": "10115"}}
        customer = post("/v0/customers", merchantId=merchant, consumer=consumer)["customerId"]
        post("/v0/subscriptions", name="A", planId=plan, customerId=customer, startedAt=START.isoformat())
    post("/_emulator/clock", now=(END + timedelta(hours=2)).isoformat())
    return str(plan)


def _rate(count: int) -> None:
    bills = tuple(_bill(number) for number in range(count))
    usage = Usage(source="invoices", subscriptions={"plan_1": tuple(bill.subscription for bill in bills)}, bills=bills)
    cpu = time.process_time()
    impact = simulate([_change()], usage)
    cpu = time.process_time() - cpu
    lines = sum(len(bill.lines) for bill in bills)
    proof = impact.proofs[0]
    print(f"{count} subscriptions with {lines} lines re-rated: {cpu:.2f} s processor ({cpu / count * 1e6:.0f} us each)")
    print(f"  {proof.equal} of {proof.invoices} invoices equal at the old prices")


def _change() -> PlanChange:
    def metered(**price: Any) -> Pricing:
        return Pricing.of({"billable_metric_id": "bm_1", "payment_term": "in_arrears", **price}, METRIC)

    tiers = [{"up_to": "100", "unit_price": "0.05"}, {"up_to": "1000", "unit_price": "0.03"}, {"unit_price": "0.02"}]
    fee = {"fee_id": "fee_1", "payment_term": "in_arrears", "billing_cadence": "P1M"}
    flat = [Pricing.of({**fee, "unit_price": unit_price}, {}) for unit_price in ("5", "6")]
    before = [metered(unit_price="0.001")] * 3 + [metered(model="volume", tiers=tiers), flat[0]]
    after = [metered(unit_price="0.0012")] * 3 + [metered(unit_price="0.025"), flat[1]]
    return PlanChange(
        urn="urn",
        name="Base",
        name_before="Base",
        resource="base",
        op="update",
        plan_id="plan_1",
        currency="USD",
        currency_before="USD",
        lines=tuple(
            LineChange(key=str(n), name=str(n), before=old, after=new, price_id=f"price_{n}")
            for n, (old, new) in enumerate(zip(before, after, strict=True))
        ),
    )


def _bill(number: int) -> Bill:
    subscription = Subscription(
        id=f"sub_{number}",
        customer_id=f"cus_{number}",
        plan_id="plan_1",
        is_pinned=False,
        anchor=START,
        cadence=Cadence.of("P1M"),
        started_at=START,
        created_at=START,
    )
    quantity = Decimal(number % 1500)
    amounts = [quantity * Decimal("0.001")] * 3
    rate = "0.05" if quantity <= 100 else "0.03" if quantity <= 1000 else "0.02"
    amounts += [quantity * Decimal(rate), Decimal(5)]
    lines = tuple(
        BilledLine(
            kind="fee" if n == 4 else "usage",
            price_id=f"price_{n}",
            source_id="fee_1" if n == 4 else "bm_1",
            quantity=Decimal(1) if n == 4 else quantity,
            amount=amount,
            start=START,
            end=END,
        )
        for n, amount in enumerate(amounts)
    )
    return Bill(
        subscription=subscription,
        start=START,
        end=END,
        currency="USD",
        lines=lines,
        subtotal=sum(amounts, Decimal(0)),
        invoice_id=f"inv_{number}",
    )


if __name__ == "__main__":
    main()
