"""The wheel, built as for a release, and an environment with nothing but it and what it needs."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel in the folder DISTRIBUTIONS, or one built from the source distribution, so that both are tried."""
    if given := os.environ.get("DISTRIBUTIONS"):
        folder = Path(given)
    else:
        folder = tmp_path_factory.mktemp("dist")
        subprocess.run([sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def clean_bin(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment where the wheel is installed without extras."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=True)
    install = [f"{folder}/bin/pip", "install", "--quiet", "--constraint", f"{ROOT}/constraints.txt"]
    subprocess.run([*install, wheel], check=True, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    return folder / "bin"
