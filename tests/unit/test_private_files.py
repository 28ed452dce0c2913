"""A file that holds customers is readable by its owner alone, whatever the umask."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EMULATOR = """
import sys
from pulumi_paygentic.emulator import create_app
create_app(data=sys.argv[1])
input()
"""
LEDGER = """
import sys
from pathlib import Path
from service.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
input()
"""


@pytest.mark.parametrize("program", [EMULATOR, LEDGER], ids=["emulator", "ledger"])
@pytest.mark.parametrize("umask", [0, 0o022, 0o077])
def test_a_new_file_is_its_owners_alone(tmp_path: Path, program: str, umask: int) -> None:
    """Read while it is in use, because then its log files are there as well."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "examples" / "code-execution-api")])
    command = [
        sys.executable,
        "-c",
        program.replace("input()", "print(flush=True); input()"),
        str(tmp_path / "data.db"),
    ]
    with subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": path}, umask=umask, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        running.stdout.readline()
        modes = {file.name: oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()}
        running.communicate(b"\n")
    assert "data.db-wal" in modes
    assert set(modes.values()) == {"0o600"}


def test_a_file_that_its_owner_shares_stays_shared(tmp_path: Path) -> None:
    data = tmp_path / "data.db"
    data.touch(0o644)
    data.chmod(0o640)
    subprocess.run([sys.executable, "-c", EMULATOR, data], input=b"\n", check=True)
    assert oct(data.stat().st_mode & 0o777) == "0o640"
