"""API calls and seconds of each operation, beside those of a provider that does nothing.

Run it as `python -m benchmarks.engine [--count 1000] [--latency-ms 50]`, with the Pulumi CLI on PATH.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import httpx

from pulumi_paygentic.emulator import Running, running
from tests.engine.support.stack import NO_CHECKPOINTS, ROOT, Stack

METRIC = """paygentic.BillableMetric(
        f"m{n}", product_id=product.id, name=f"Metric {n}", description="Counts" + (CHANGED if n == 0 else ""),
        unit="call", aggregation="COUNT", event_type=f"call.{n}",
    )"""
CATALOG = f"""
CHANGED = ""
product = paygentic.Product("p", name="Measured", description="A product")
for n in range(COUNT - 1):
    {METRIC}
"""
NOTHING = """
from benchmarks.floor import Thing
CHANGED = ""
product = Thing("p")
for n in range(COUNT - 1):
    Thing(f"m{n}", product_id=product.id, description="Counts" + (CHANGED if n == 0 else ""), unit="call",
          aggregation="COUNT", event_type=f"call.{n}", merchant_id="org_emulator")
"""


class Measured(NamedTuple):
    """One operation: its seconds, and its calls by method where there are any."""

    seconds: float
    calls: str


def operations(stack: Stack) -> dict[str, Callable[[], object]]:
    """What is measured, in order."""

    def change() -> None:
        stack.edit('CHANGED = ""', 'CHANGED = "!"')
        stack.up("--parallel", "16")

    return {
        "create": lambda: stack.up("--parallel", "16"),
        "no-op preview": stack.preview,
        "no-op up": stack.up,
        "refresh": lambda: stack.refresh("--parallel", "16"),
        "one changed field": change,
        "destroy": stack.destroy,
    }


def measure(stack: Stack, emulator: Running) -> dict[str, Measured]:
    """Run the operations one after another."""
    found = {}
    for name, operation in operations(stack).items():
        httpx.delete(f"{emulator.url}/_emulator/calls")
        started = time.perf_counter()
        operation()
        seconds = time.perf_counter() - started
        rows = httpx.get(f"{emulator.url}/_emulator/calls").json()["calls"]
        calls = ", ".join(f"{row['count']} {row['method']} {row['path']}" for row in rows) or "none"
        found[name] = Measured(seconds, calls)
    return found


def main() -> None:
    """Measure both programs and print them side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="resources in the stack")
    parser.add_argument("--latency-ms", type=int, default=50, help="delay of every API call")
    options = parser.parse_args()
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        sys.exit("no pulumi on PATH: put the folder that scripts/pulumi-cli prints there")
    folder = Path(tempfile.mkdtemp(prefix="paygentic-benchmark-"))
    with running(latency_ms=options.latency_ms) as emulator:
        settings = {
            "PAYGENTIC_API_KEY": emulator.api_key,
            "PAYGENTIC_BASE_URL": emulator.url,
            "PAYGENTIC_MERCHANT_ID": emulator.merchant_id,
            "PYTHONPATH": str(ROOT),
            **NO_CHECKPOINTS,
        }
        results = []
        for name, program in (("nothing", NOTHING), ("catalog", CATALOG)):
            stack = Stack(folder / name, Path(pulumi).parent, settings).write(f"COUNT = {options.count}\n{program}")
            results.append(measure(stack, emulator))
    shutil.rmtree(folder)
    floor, ours = results
    print(f"{options.count} resources, {options.latency_ms} ms of latency, state written once at the end")
    for name, measured in ours.items():
        ratio = measured.seconds / floor[name].seconds
        print(f"{name:18} {measured.seconds:7.1f} s  {ratio:5.2f} x the floor  calls: {measured.calls}")


if __name__ == "__main__":
    main()
