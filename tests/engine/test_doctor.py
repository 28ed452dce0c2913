"""The doctor on a real stack: its lock, its copy of the settings, and a stack that can't be read."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from pulumi_paygentic.cli import main
from tests.engine.support.programs import SHOP
from tests.engine.support.server import Server
from tests.engine.support.stack import Stack


def _findings(stack: Stack, name: str = "test") -> tuple[int, dict[str, str]]:
    arguments = ["doctor", "--json", "--stack", name, "--cwd", str(stack.program)]
    done = CliRunner().invoke(main, arguments, env=stack.environment)
    return done.exit_code, {finding["text"]: finding["level"] for finding in json.loads(done.stdout)["findings"]}


def test_the_faults_of_a_stack_are_named(stack: Stack, server: Server) -> None:
    stack.write(SHOP)
    stack.configure("paygentic:requestTimeout", "10")
    stack.configure("paygentic:apiKey", server.account.api_key, secret=True)
    stack.up()
    code, found = _findings(stack)
    assert code == 0, found
    assert found["The stack test holds 4 objects"] == "ok"
    assert found["paygentic:apiKey from the configuration of stack test"] == "ok"
    assert "warning" not in found.values(), found

    stack.configure("paygentic:requestTimeout", "20")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)  # dead, though its parent has not taken note of it yet
    folder = stack.folder / "state" / ".pulumi" / "locks" / "organization" / "shop" / "test"
    folder.mkdir(parents=True, exist_ok=True)
    lock = {"pid": ended.pid, "username": "ada", "hostname": platform.node()}
    (folder / "0.json").write_text(json.dumps(lock), encoding="utf-8")
    code, found = _findings(stack)
    assert code == 1
    assert found[f"The stack is locked by process {ended.pid}, which is dead"] == "problem"
    ended.wait()
    assert found["The stack's copy of paygentic:requestTimeout is older than the configuration"] == "warning"

    code, found = _findings(stack, "nothing")
    assert code == 1
    assert any("no stack named" in text for text, level in found.items() if level == "problem")


def test_without_a_login_the_stack_is_a_problem(stack: Stack, tmp_path: Path) -> None:
    stack.write(SHOP)
    arguments = ["doctor", "--json", "--stack", "test", "--cwd", str(stack.program)]
    environment = {**stack.environment, "PULUMI_BACKEND_URL": f"file://{tmp_path}/none/state"}
    done = CliRunner().invoke(main, arguments, env=environment)
    assert done.exit_code == 1
