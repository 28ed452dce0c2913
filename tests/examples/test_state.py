"""The state of the gitops example: a lock that a dead run left, an old backup over a newer account, a lost state."""

from __future__ import annotations

import json
import os
import pwd
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.support.server import Server
from tests.engine.support.stack import Stack

UP = ("up", "--yes", "--skip-preview", "--stack", "test")


@pytest.fixture
def staging(stack: Stack) -> Stack:
    stack.copy("gitops")
    stack.configure("bandEnd", "10")
    return stack


@pytest.fixture(params=["reaped", "zombie"])
def dead(request: pytest.FixtureRequest) -> Iterator[int]:
    """A process that has ended, and whose parent has taken note of it or has not."""
    with subprocess.Popen(["true"]) as process:
        if request.param == "reaped":
            process.wait()
        else:
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        yield process.pid


def lock(stack: Stack, host: str, pid: int) -> Path:
    """A lock as the process on the host would have left it."""
    holder = {
        "pid": pid,
        "username": pwd.getpwuid(os.getuid()).pw_name,
        "hostname": host,
        "timestamp": "2026-11-25T12:00:00Z",
    }
    file = stack.folder / "state" / ".pulumi" / "locks" / "organization" / "maps" / "test" / "left.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(holder), encoding="utf-8")
    return file


def locked(stack: Stack) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "ci/locked.py", *UP],
        cwd=stack.program,
        env=stack.environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_a_lock_of_another_machine_stays(staging: Stack, server: Server) -> None:
    left = lock(staging, "build-7.example.com", pid=2**22 + 1)
    done = locked(staging)
    assert done.returncode != 0
    assert "if that run is dead, clear it by `pulumi cancel`" in done.stderr
    assert left.exists()
    assert server.account.counts() == {}


def test_a_lock_of_a_dead_process_of_this_machine_is_cleared(staging: Stack, server: Server, dead: int) -> None:
    left = lock(staging, socket.gethostname(), dead)
    done = locked(staging)
    assert done.returncode == 0, done.stderr
    assert "it is cleared" in done.stderr
    assert not left.exists()
    assert server.account.counts()["Plan"] == 1


def test_an_old_backup_and_then_a_lost_state_double_nothing(staging: Stack, server: Server) -> None:
    staging.up()
    backup = staging.export()
    staging.edit('unit_price="0.002"', 'unit_price="0.0025"')
    staging.up()
    holds = server.account.counts()

    staging.replace_state(backup)
    assert "default_version_id" in staging.preview("--refresh", "--diff").shown
    assert "adopted price" in staging.up("--refresh").shown
    assert server.account.counts() == holds
    assert staging.preview("--refresh").changes == {}

    staging.plain("stack", "rm", "test", "--force", "--yes", "--preserve-config")
    staging.plain("stack", "select", "--create", "test")
    writes = len(server.gate.writes)
    assert staging.up().changes == {"create": 9}
    assert server.gate.writes[writes:] == []
    assert server.account.counts() == holds
    assert staging.preview("--refresh").changes == {}
