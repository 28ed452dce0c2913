"""The service dies in the middle of an up and comes back: nothing is lost, nothing is there twice."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.engine.account import Holdings
from tests.engine.stack import Stack

LINE = re.compile(r"Paygentic emulator at (\S+)  key (\S+)  merchant (\S+)\n")
WHOLE = {"Product": 1, "BillableMetric": 3, "Price": 3, "Plan": 1}


@contextmanager
def _served(data: Path, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The emulator as a process of its own, on a file; slow enough to be killed at a moment of choice."""
    command = [sys.executable, "-m", "pulumi_paygentic.cli", "emulator", "--latency-ms=100"]
    with subprocess.Popen(
        [*command, f"--data={data}", f"--port={port}"], stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        try:
            assert process.stdout is not None
            match = LINE.fullmatch(process.stdout.readline())
            assert match is not None
            yield process, match[1]
        finally:
            process.kill()


def _arrived(url: str) -> int:
    return int(httpx.get(f"{url}/_emulator/calls").json()["total"])


@pytest.mark.parametrize("calls", [4, 12])
def test_an_up_goes_on_where_the_service_died(tmp_path: Path, pulumi_cli: Path, calls: int) -> None:
    data = tmp_path / "emulator.db"
    with _served(data) as (process, url):
        account = {"PAYGENTIC_API_KEY": "sk_test_emulator", "PAYGENTIC_MERCHANT_ID": "org_emulator"}
        stack = Stack(tmp_path / "stack", pulumi_cli, {**account, "PAYGENTIC_BASE_URL": url}).copy("code-execution-api")
        with stack.started("up", "--yes", "--skip-preview", environment={"PAYGENTIC_MAX_RETRIES": "0"}) as running:
            while _arrived(url) < calls:
                time.sleep(0.01)
            process.kill()
            broken = running.wait()
    assert broken.code != 0
    assert "Traceback" not in broken.shown
    assert [what for _, what in broken.errors if len(what.splitlines()) != 1] == []

    port = int(url.rsplit(":", 1)[1])
    with _served(data, port), Holdings(url, "sk_test_emulator", "org_emulator") as holdings:
        stack.up()
        assert holdings.counts() == WHOLE
        assert stack.ids() == {kind: ids for kind, ids in holdings.ids().items() if ids}
        assert stack.preview("--refresh").changes == {}
