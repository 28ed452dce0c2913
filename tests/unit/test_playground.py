"""The demo and the rehearsal: whatever a shell has set, they play on the account that they started."""

import sys
from pathlib import Path

import pytest

from scripts.playground import Background, Failed, isolate


def test_a_shells_account_and_stack_are_left_out_and_loopback_meets_no_proxy() -> None:
    shell = {"PAYGENTIC_ENVIRONMENT": "production", "PULUMI_STACK": "prod", "no_proxy": "example.com", "LANG": "C"}
    isolate(shell)
    loopback = "127.0.0.1,localhost,::1"
    assert shell == {"LANG": "C", "NO_PROXY": loopback, "no_proxy": f"example.com,{loopback}"}


def test_a_process_is_ready_with_its_first_line_and_what_it_says_is_reported_where_it_ends_without(
    tmp_path: Path,
) -> None:
    def started(code: str) -> Background:
        return Background(tmp_path / "service.log", [sys.executable, "-c", code], tmp_path)

    waits = "sys.stdout.flush(); threading.Event().wait()"
    ready = started(f"import sys, threading; sys.stdout.buffer.write(b'ready \\xff\\n'); {waits}")
    assert ready.first_line == "ready \N{REPLACEMENT CHARACTER}"
    ready.end()
    with pytest.raises(Failed, match="the service did not start: no port"):
        started("import sys; sys.exit('no port')")
