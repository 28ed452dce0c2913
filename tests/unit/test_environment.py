"""The tests' own promise: no variable of the shell that starts them decides how they end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import environment

ROOT = Path(__file__).parents[2]
BARE = {"HOME": "/nowhere", "PATH": os.environ["PATH"]}
HOSTILE = {
    "AWS_PROFILE": "somebody",
    "CI": "true",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "LC_ALL": "C",
    "NO_PROXY": "*",
    "PAYGENTIC_ENVIRONMENT": "production",
    "PULUMI_STACK": "other",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONOPTIMIZE": "2",
    "TZ": "America/St_Johns",
    "VIRTUAL_ENV": "/elsewhere",
    "http_proxy": "http://127.0.0.1:9",
}
SHOW = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
from tests import environment
environment.enter()
print(sorted(os.environ.items()), time.timezone, os.umask(0))
"""


def _shown(variables: dict[str, str], umask: int) -> str:
    command = [sys.executable, "-c", SHOW, str(ROOT)]
    return subprocess.run(command, env=variables, umask=umask, capture_output=True, check=True).stdout.decode()


def test_a_shell_full_of_variables_gives_the_same_environment_as_a_bare_one() -> None:
    assert _shown({**BARE, **HOSTILE}, 0o077) == _shown(BARE, 0) == _shown(BARE, 0o022)


def test_packages_still_come_through_the_machines_proxy() -> None:
    assert "('PIP_PROXY', 'http://proxy:3128')" in _shown({**BARE, "HTTPS_PROXY": "http://proxy:3128"}, 0)


def test_a_program_under_test_inherits_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://example.com")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    found = environment.of_program(tmp_path, "/first")
    assert found.keys() == {"HOME", "LANG", "PATH", "PYTHONDONTWRITEBYTECODE", "TMPDIR", "TZ"}
    assert found["PATH"] == f"/first{os.pathsep}{os.environ['PATH']}"
    monkeypatch.delenv("TMPDIR")
    assert "TMPDIR" not in environment.of_program(tmp_path)
