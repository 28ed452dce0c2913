"""The service dies in the middle of an up and comes back: nothing is lost, nothing is there twice."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from scripts.ports import reserved
from tests.engine.support.account import AccountReader
from tests.engine.support.stack import Stack

LINE = re.compile(r"Paygentic emulator at (\S+)  key (\S+)  merchant (\S+)\n")
FAULTS = "/_emulator/faults"
WHOLE = {"Product": 1, "BillableMetric": 3, "Price": 3, "Plan": 1}


class Moment(NamedTuple):
    """At which create of a collection the service dies, before its commit or after it."""

    path: str
    nth: int
    when: str

    def __str__(self) -> str:
        return f"{self.when} {self.path.removeprefix('/v0/')} {self.nth}"


@contextmanager
def _served(data: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The emulator as a process of its own, on a file."""
    command = [sys.executable, "-m", "pulumi_paygentic.cli", "emulator", f"--data={data}", f"--port={port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            match = LINE.fullmatch(process.stdout.readline())
            assert match is not None
            yield process, match[1]
        finally:
            process.kill()


def _held(url: str, moment: Moment) -> threading.Event:
    """An event that is set while the moment's call is held, which is until the service dies."""
    rule = {"kind": "hold", "method": "POST", "path": moment.path, "nth": moment.nth, "when": moment.when}
    number = httpx.post(f"{url}{FAULTS}", json=rule).raise_for_status().json()["id"]
    event = threading.Event()

    def wait() -> None:
        try:
            httpx.get(f"{url}{FAULTS}/{number}/held", timeout=None).raise_for_status()  # noqa: S113 - the up ends it
        except httpx.TransportError:
            return  # the service ended without it
        event.set()

    threading.Thread(target=wait, daemon=True).start()
    return event


@pytest.mark.parametrize(
    "moment",
    [
        Moment("/v0/products", 1, "after"),
        Moment("/v0/billableMetrics", 2, "before"),
        Moment("/v0/prices", 3, "after"),
        Moment("/v0/plans", 1, "before"),
    ],
    ids=str,
)
def test_an_up_goes_on_where_the_service_died(tmp_path: Path, pulumi_cli: Path, moment: Moment) -> None:
    data = tmp_path / "emulator.db"
    with reserved() as port:
        with _served(data, port) as (process, url):
            environment = {
                "PAYGENTIC_API_KEY": "sk_test_emulator",
                "PAYGENTIC_BASE_URL": url,
                "PAYGENTIC_MERCHANT_ID": "org_emulator",
            }
            stack = Stack(tmp_path / "stack", pulumi_cli, environment).copy("code-execution-api")
            stack.configure("api", "tutorial")
            held = _held(url, moment)
            with stack.started("up", "--yes", "--skip-preview", environment={"PAYGENTIC_MAX_RETRIES": "0"}) as running:
                running.await_event(held)
                process.kill()
                broken = running.wait()
        assert broken.code != 0
        assert broken.tracebacks == []
        assert [what for _, what in broken.errors if len(what.splitlines()) != 1] == []

        with _served(data, port), AccountReader(url, "sk_test_emulator", "org_emulator") as holdings:
            stack.up()
            assert holdings.counts() == WHOLE
            assert stack.ids() == {kind: ids for kind, ids in holdings.ids().items() if ids}
            assert stack.preview("--refresh").changes == {}
