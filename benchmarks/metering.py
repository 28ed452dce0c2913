"""How fast the emulator takes events while its dashboard is open, and answers what is asked of them.

    python -m benchmarks.metering [--events 100000] [--connections 8] [--rate N] [--no-dashboard | --browser]

The emulator runs in a process of its own over a file, and is killed at the end: every event whose 202 arrived must be
in the file. The load, and a browser if one is asked for, share the machine with it, so its own processor time stands
beside the clock's.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import httpx

from benchmarks.load import DASHBOARD, KEY, Load, browsed, percentiles, polled

AGGREGATIONS = ("COUNT", "SUM", "AVG", "MIN", "MAX", "UNIQUE_COUNT", "LATEST")
BILLED = ("COUNT", "SUM")
CUSTOMERS = 20
SINCE = "from=2020-01-01T00:00:00Z&to=2999-01-01T00:00:00Z"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--rate", type=float, default=0, help="events a second; without it, as fast as they are taken")
    looked_at = parser.add_mutually_exclusive_group()
    looked_at.add_argument("--no-dashboard", action="store_true")
    looked_at.add_argument("--browser", action="store_true", help="a headless Chromium instead of plain requests")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "emulator.db"
        with _emulator(data) as (url, process), _client(url) as http:
            metrics, customers = _catalog(http)
            _ingest(url, process.pid, customers, options)
            _query(http, metrics, process.pid)
            _read(http, customers, process.pid)
        with closing(sqlite3.connect(data)) as database:
            [kept] = database.execute("SELECT count(*) FROM events").fetchone()
        print(f"killed: {kept} of {options.events} acknowledged events are in the file")
        print(f"file: {data.stat().st_size / options.events:.0f} bytes an event")
        with _emulator(data) as (url, process), _client(url) as http:
            print("after a restart, the first query")
            _query(http, {"SUM": metrics["SUM"]}, process.pid)


@contextmanager
def _emulator(data: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """An emulator over the file, killed at the end as nothing else can be survived."""
    command = [sys.executable, "-m", "pulumi_paygentic.cli", "emulator", "--port", "0", "--data", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")
    try:
        yield _address(process), process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def _client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers={"Authorization": KEY}, timeout=60)


def _address(process: subprocess.Popen[str]) -> str:
    for line in process.stdout or ():
        found = re.search(r"http://\S+", line)
        if found:
            return found.group().rstrip("/.")
    raise SystemExit("the emulator did not start")


def _catalog(http: httpx.Client) -> tuple[dict[str, str], list[str]]:
    """A metric of each aggregation over the same events, and customers whose plan bills two of them."""
    named = {"name": "A", "description": "", "merchantId": "org_emulator"}

    def made(path: str, **body: Any) -> Any:
        return http.post(path, json={**named, **body}).raise_for_status().json()

    product = made("/v0/products")["id"]
    metrics = {}
    for aggregation in AGGREGATIONS:
        value = {} if aggregation == "COUNT" else {"valueProperty": "$.seconds"}
        fields = {"unit": "s", "eventType": "run", "groupBy": {"language": "$.language"}, **value}
        metrics[aggregation] = made("/v0/billableMetrics", productId=product, aggregation=aggregation, **fields)["id"]
    charged = {"invoiceDisplayName": "A", "paymentTerm": "in_arrears", "model": "standard"}
    prices = [
        made("/v0/prices", billableMetricId=metrics[name], properties={"unitPrice": "0.00001"}, **charged)["id"]
        for name in BILLED
    ]
    plan = made("/v0/plans", productId=product, currency="USD", prices=prices)["id"]
    customers = []
    for number in range(CUSTOMERS):
        consumer = {"name": "A", "email": f"{number}@example.com", "address": {}}
        customers.append(made("/v0/customers", consumer=consumer)["customerId"])
        started = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime())
        made("/v0/subscriptions", planId=plan, customerId=customers[-1], startedAt=started)
    return metrics, customers


def _ingest(url: str, pid: int, customers: list[str], options: argparse.Namespace) -> None:
    def body(number: int) -> dict[str, Any]:
        """With a value of its own in every event: the hardest case for what is asked later."""
        return {
            "type": "run",
            "source": "benchmark",
            "subject": customers[number % len(customers)],
            "idempotencyKey": f"run-{number}",
            "data": {"seconds": number / 7, "language": ("python", "rust", "go")[number % 3]},
        }

    polls: list[float] = []
    load = Load(url, body, options.events, options.connections, options.rate)

    async def run() -> None:
        looking = browsed(url, polls) if options.browser else polled(url, polls)
        async with nullcontext() if options.no_dashboard else looking:
            await load.run()

    memory, computed, own = _memory(pid), _processor_seconds(pid), time.process_time()
    asyncio.run(run())
    busy, own = _processor_seconds(pid) - computed, time.process_time() - own
    print(f"ingestion: {options.events} events in {load.seconds:.1f} s: {options.events / load.seconds:.0f} a second")
    print(f"  of which the emulator computed {busy:.1f} s: {options.events / busy:.0f} a second of its own")
    print(f"  the load itself took {own:.1f} s of the processors")
    print(f"  an event: {percentiles(load.times)}")
    if polls:
        print(f"  dashboard, asked {len(polls)} times: {percentiles(polls)}")
    print(f"  memory: {(_memory(pid) - memory) / options.events:.0f} bytes an event")


def _query(http: httpx.Client, metrics: dict[str, str], pid: int) -> None:
    """Seconds that the emulator computes for each query, the first time and again."""
    for aggregation, metric in metrics.items():
        times: list[float] = []
        for query in ("", "&windowSize=HOUR", "&groupBy=subject,language"):
            for _ in range(2):
                with _timed(pid, times):
                    http.get(f"/v0/billableMetrics/{metric}/meter?{SINCE}{query}").raise_for_status()
        pairs = [f"{first:5.2f} {again:5.2f}" for first, again in zip(times[::2], times[1::2], strict=True)]
        print(f"meter {aggregation:12}: {' | '.join(pairs)} s  (whole, hours, groups; each first and again)")


def _read(http: httpx.Client, customers: list[str], pid: int) -> None:
    """What else looks at events: pages, invoices, revenue."""
    day = time.strftime("startTime=%Y-%m-%dT00:00:00Z&endTime=2999-01-01T00:00:00Z", time.gmtime())
    for path in (
        *(f"{DASHBOARD}?range={span}" for span in ("hour", "day", "month")),
        f"{DASHBOARD}/customers",
        "/v2/invoices?limit=100",
        f"/v2/invoices?customerId={customers[0]}",
        f"/v0/revenue?merchantId=org_emulator&{day}",
    ):
        times: list[float] = []
        for _ in range(2):
            with _timed(pid, times):
                http.get(path).raise_for_status()
        print(f"{times[0]:5.2f} {times[1]:5.2f} s  {path.partition('&')[0]}  (first and again)")
    print(f"memory in all: {_memory(pid) / 1e6:.0f} MB")


@contextmanager
def _timed(pid: int, times: list[float]) -> Iterator[None]:
    started = _processor_seconds(pid)
    yield
    times.append(_processor_seconds(pid) - started)


def _processor_seconds(pid: int) -> float:
    """How long the process has computed so far; unlike the clock, no other process of the machine adds to it."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> int:
    """What of the process is in memory, in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
