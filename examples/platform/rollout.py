"""Bring the catalogs of all merchants to what the program declares: one stack a merchant, several at a time.

A merchant that fails stops no other. The exit code is 0 if all succeeded, else 1.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import yaml
from pulumi import automation

HERE = Path(__file__).resolve().parent
PROGRAM = ("__main__.py", "Pulumi.yaml")
PROJECT = "resale"
CONSEQUENCES = (
    "update failed",
    "preview failed",
    "Resource monitor has terminated",
    "Program failed with an unhandled",
)


@dataclass(frozen=True)
class Merchant:
    """A merchant of the platform, and the settings of its stack."""

    name: str
    merchant: str
    key: str
    config: Mapping[str, str] = field(default_factory=dict)

    def settings(self) -> dict[str, automation.ConfigValue]:
        """Return the stack's configuration, with the merchant pinned and without a key."""
        program = {f"{PROJECT}:{name}": automation.ConfigValue(value) for name, value in self.config.items()}
        return {**program, "paygentic:merchantId": automation.ConfigValue(self.merchant)}


@dataclass(frozen=True)
class Outcome:
    """The end of one merchant's run; `reason` is empty if it succeeded."""

    merchant: str
    changes: str
    seconds: float
    reason: str = ""


def run(merchant: Merchant, command: str, environment: Mapping[str, str]) -> Outcome:
    """Run `up` or `preview` on the merchant's stack, in a folder of its own, and report how it ended."""
    started = time.monotonic()
    changes = reason = ""
    key = os.environ.get(merchant.key)
    if not key:
        return Outcome(merchant.name, "", 0, f"{merchant.key} is not set: it holds the key of {merchant.merchant}")
    try:
        with tempfile.TemporaryDirectory(prefix=f"{merchant.name}-") as folder:
            for name in PROGRAM:
                shutil.copy(HERE / name, folder)
            options = automation.LocalWorkspaceOptions(env_vars={**environment, "PAYGENTIC_API_KEY": key})
            stack = automation.create_or_select_stack(merchant.name, work_dir=folder, opts=options)
            stack.set_all_config(merchant.settings())
            if command == "up":
                counts = dict((stack.up().summary.resource_changes or {}).items())
            else:
                counts = dict(stack.preview(refresh=True).change_summary.items())
            changes = ", ".join(sorted(f"{count} {op}" for op, count in counts.items() if op != "same")) or "none"
    except automation.CommandError as error:
        reason = first_error(str(error))
    return Outcome(merchant.name, changes, time.monotonic() - started, reason)


def first_error(text: str) -> str:
    """Return the first error that the engine shows under a resource, else whatever it shows last.

    A program that still waits when the engine gives up says so as an error of its own, before or after that one.
    """
    errors = re.findall(r"error: (.+)", text)
    causes = [error for error in errors if not error.startswith(CONSEQUENCES)]
    return str(next(iter([*causes, *errors]), text.strip().splitlines()[-1]))


def roll_out(merchants: Sequence[Merchant], command: str, *, workers: int, rate: float | None) -> Iterable[Outcome]:
    """Run the command for every merchant, `workers` at a time, and yield each outcome in the order of the merchants.

    `rate` is in calls per second of each key. Each stack has a provider process of its own; those with one key share
    the key's pace, by a file in the user's cache folder.
    """
    environment = {} if rate is None else {"PAYGENTIC_REQUESTS_PER_SECOND": f"{rate:f}"}
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(lambda merchant: run(merchant, command, environment), merchants)


def read(file: Path) -> list[Merchant]:
    """Return the merchants of the list."""
    return [Merchant(**entry) for entry in yaml.safe_load(file.read_text("utf-8"))]


def gathered(merchants: Sequence[Merchant], folder: Path) -> Iterable[Outcome]:
    """Yield each merchant's outcome from the files that the jobs of a matrix left in the folder."""
    found: dict[str, Outcome] = {}
    for file in folder.glob("*.json"):
        found |= {entry["merchant"]: Outcome(**entry) for entry in json.loads(file.read_text("utf-8"))}
    for merchant in merchants:
        yield found.get(merchant.name, Outcome(merchant.name, "", 0, "its job left no result: read its log"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="rollout.py", description=__doc__)
    parser.add_argument(
        "command",
        choices=["preview", "up", "table"],
        help="preview shows drift as well, and writes nothing; table shows the results of other runs",
    )
    parser.add_argument("--merchants", type=Path, default=HERE / "merchants.yaml", metavar="FILE")
    parser.add_argument("--only", action="append", metavar="NAME", help="this merchant alone; may be repeated")
    parser.add_argument("--key", metavar="VARIABLE", help="the variable with the key, whatever the list says")
    parser.add_argument("--results", type=Path, metavar="PATH", help="the file to write; of table, the folder to read")
    parser.add_argument("--workers", type=int, default=4, metavar="N", help="stacks at a time (default: 4)")
    parser.add_argument("--requests-per-second", type=float, metavar="RATE", help="calls with each key")
    options = parser.parse_args(arguments)
    chosen = [one for one in read(options.merchants) if not options.only or one.name in options.only]
    unknown = set(options.only or ()) - {one.name for one in chosen}
    if unknown:
        parser.error(f"{options.merchants} has no {', '.join(sorted(unknown))}")
    if options.command == "table":
        if options.results is None:
            parser.error("table needs --results FOLDER")
        outcomes = gathered(chosen, options.results)
    else:
        keyed = [replace(one, key=options.key or one.key) for one in chosen]
        outcomes = roll_out(keyed, options.command, workers=options.workers, rate=options.requests_per_second)

    print(f"{'merchant':16} {'result':8} {'seconds':>7}  changes", flush=True)
    ended = []
    for outcome in outcomes:
        ended.append(outcome)
        result = "failed" if outcome.reason else "done"
        print(
            f"{outcome.merchant:16} {result:8} {outcome.seconds:7.1f}  {outcome.reason or outcome.changes}", flush=True
        )
    if options.command != "table" and options.results is not None:
        options.results.write_text(json.dumps([asdict(outcome) for outcome in ended]), encoding="utf-8")
    failed = sum(bool(outcome.reason) for outcome in ended)
    print(f"{len(chosen) - failed} of {len(chosen)} succeeded")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
