"""What every test gets: an environment free of this machine's accounts, and the Pulumi CLI."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def pytest_configure() -> None:
    for name in list(os.environ):
        if name.startswith(("PAYGENTIC_", "PULUMI_")):
            del os.environ[name]


@pytest.fixture(scope="session")
def pulumi_cli() -> Path:
    """The folder of a usable Pulumi CLI, for PATH: after the folder of `sys.executable`, whose python runs programs."""
    done = subprocess.run([ROOT / "scripts" / "pulumi-cli"], stdout=subprocess.PIPE, text=True, check=True)
    return Path(done.stdout.strip())
