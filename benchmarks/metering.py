"""How fast the emulator takes events, one request each, and answers a meter query over all of them.

    python benchmarks/metering.py [--events 100000] [--connections 8]

The emulator runs in a process of its own over a file, and is killed at the end: every event whose 202 arrived must be
in the file. The client writes HTTP by hand over kept connections, so that it is the emulator that is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

KEY = "Bearer sk_test_emulator"
AGGREGATIONS = ("COUNT", "SUM", "AVG", "MIN", "MAX", "UNIQUE_COUNT", "LATEST")
SINCE = "from=2020-01-01T00:00:00Z&to=2999-01-01T00:00:00Z"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--connections", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "emulator.db"
        command = [sys.executable, "-m", "pulumi_paygentic.cli", "emulator", "--port", "0", "--data", str(data)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            url = _address(process)
            with httpx.Client(base_url=url, headers={"Authorization": KEY}, timeout=60) as http:
                metrics = _metrics(http)
                seconds = asyncio.run(_ingest(url, options.events, options.connections))
                busy = _processor_seconds(process.pid)
                print(f"ingestion: {options.events} events in {seconds:.1f} s: {options.events / seconds:.0f} a second")
                print(f"  of which the emulator computed {busy:.1f} s: {options.events / busy:.0f} a second of its own")
                _query(http, metrics, process.pid)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        with sqlite3.connect(data) as database:
            [kept] = database.execute("SELECT count(*) FROM events").fetchone()
        print(f"killed: {kept} of {options.events} acknowledged events are in the file")
        print(f"file: {data.stat().st_size / options.events:.0f} bytes an event")


def _address(process: subprocess.Popen[str]) -> str:
    for line in process.stdout or ():
        found = re.search(r"http://\S+", line)
        if found:
            return found.group().rstrip("/.")
    raise SystemExit("the emulator did not start")


def _processor_seconds(pid: int) -> float:
    """How long the process has computed so far; unlike the clock, no other process of the machine adds to it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _metrics(http: httpx.Client) -> dict[str, str]:
    named = {"name": "A", "description": "", "merchantId": "org_emulator"}
    product = http.post("/v0/products", json=named).json()["id"]
    metrics = {}
    for aggregation in AGGREGATIONS:
        body = {**named, "productId": product, "unit": "s", "eventType": "run", "aggregation": aggregation}
        body |= {"groupBy": {"language": "$.language"}}
        if aggregation != "COUNT":
            body |= {"valueProperty": "$.seconds"}
        metrics[aggregation] = http.post("/v0/billableMetrics", json=body).raise_for_status().json()["id"]
    return metrics


def _query(http: httpx.Client, metrics: dict[str, str], pid: int) -> None:
    """Seconds that the emulator computes for each query, with a value of its own in every event: the hardest case."""
    for aggregation, metric in metrics.items():
        times = []
        for query in ("", "&windowSize=HOUR", "&groupBy=subject,language"):
            started = _processor_seconds(pid)
            http.get(f"/v0/billableMetrics/{metric}/meter?{SINCE}{query}").raise_for_status()
            times.append(_processor_seconds(pid) - started)
        print(f"meter {aggregation:12}: {' '.join(f'{seconds:5.2f} s' for seconds in times)}  (whole, hours, groups)")


async def _ingest(url: str, count: int, connections: int) -> float:
    """Seconds until the last of `count` events is acknowledged."""
    numbers = iter(range(count))
    started = time.perf_counter()
    await asyncio.gather(*(_connection(url, numbers) for _ in range(connections)))
    return time.perf_counter() - started


async def _connection(url: str, numbers: Any) -> None:
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    for number in numbers:
        body = json.dumps(
            {
                "type": "run",
                "source": "benchmark",
                "subject": f"cus_{number % 100}",
                "idempotencyKey": f"run-{number}",
                "data": {"seconds": number / 7, "language": ("python", "rust", "go")[number % 3]},
            }
        ).encode()
        head = f"POST /v0/events HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: {KEY}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        if b" 202 " not in answer.partition(b"\r\n")[0]:
            raise SystemExit(answer.decode())
        [length] = re.findall(rb"content-length: (\d+)", answer, re.IGNORECASE)
        await reader.readexactly(int(length))
    writer.close()


if __name__ == "__main__":
    main()
