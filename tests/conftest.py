"""What every test gets: an environment that owes nothing to the machine's, and the Pulumi CLI."""

import subprocess
from pathlib import Path

import hypothesis
import pytest
from httpx._config import DEFAULT_TIMEOUT_CONFIG

from tests import environment

ROOT = Path(__file__).parent.parent

environment.enter()  # before any module of the tests is imported
# The same cases on every machine, however slow: CI variables choose another profile, and a busy machine is no finding.
hypothesis.settings.register_profile("tests", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("tests")
vars(DEFAULT_TIMEOUT_CONFIG).update(connect=300, read=300, write=300, pool=300)  # for clients of the tests' own


@pytest.fixture(scope="session")
def pulumi_cli() -> Path:
    """The folder of a usable Pulumi CLI, for PATH: after the folder of `sys.executable`, whose python runs programs."""
    done = subprocess.run([ROOT / "scripts" / "pulumi-cli"], stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return Path(done.stdout.strip())
