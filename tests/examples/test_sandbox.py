"""A submission's limits: whatever a program does, it ends, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

from service import sandbox
from service.sandbox import Limits

pytestmark = pytest.mark.anyio
LIMITS = Limits(seconds=600, output=10_000)
"""Time for any program that ends, however busy the machine is."""

FORKS = """\
import os, signal
reading, writing = os.pipe()
for _ in range(3):
    if os.fork() == 0:
        print(os.getpid(), flush=True)
        os.write(writing, b".")
        signal.pause()
for _ in range(3):
    os.read(reading, 1)
"""
NESTED = """\
import os
for _ in range(2000):
    os.mkdir("within")
    os.chdir("within")
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where programs get their folders."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("code", "exit_code", "stopped_by", "reported"),
    [
        pytest.param("while True: pass", -9, "time", "", id="endless loop"),
        pytest.param("import time; time.sleep(60)", -9, "time", "", id="endless sleep"),
        pytest.param("bytearray(1 << 30)", 1, None, "MemoryError", id="memory"),
        pytest.param("while True: print('x' * 1000)", -9, "output", "x", id="output"),
        pytest.param("f = open('f', 'wb')\nwhile True: f.write(bytes(1 << 20))", 1, None, "File too large", id="file"),
        pytest.param("f = [open('/dev/null') for _ in range(100)]", 1, None, "Too many open files", id="open files"),
        pytest.param("input()", 1, None, "EOFError", id="standard input"),
        pytest.param("import os; os.close(1); os.close(2); os.kill(os.getpid(), 15)", -15, None, "", id="signal"),
        pytest.param(NESTED, 0, None, "", id="deep folders"),
        pytest.param("import os; os.chmod('.', 0); os.chmod('..', 0)", 0, None, "", id="locked folders"),
    ],
)
async def test_a_limit_holds_and_nothing_is_left(
    folder: Path, code: str, exit_code: int, stopped_by: str | None, reported: str
) -> None:
    outcome = await sandbox.run(code, replace(LIMITS, seconds=1) if stopped_by == "time" else LIMITS)
    assert (outcome.exit_code, outcome.stopped_by) == (exit_code, stopped_by)
    assert reported in outcome.output
    assert len(outcome.output) <= LIMITS.output
    assert _left_in(folder) == []


async def test_what_a_program_starts_is_refused_or_ends_with_it(folder: Path) -> None:
    """The limit on processes does not hold for root; that the whole group is killed does. None ends by itself."""
    outcome = await sandbox.run(FORKS, LIMITS)
    started = [int(line) for line in outcome.output.splitlines() if line.isdecimal()]
    assert len(started) == 3 or "BlockingIOError" in outcome.output
    while any(_is_alive(pid) for pid in started):  # a process that is killed may take a moment to end
        await asyncio.to_thread(time.sleep, 0.01)
    assert _left_in(folder) == []


async def test_a_program_sees_nothing_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYGENTIC_API_KEY", "sk_test_of_the_service")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    looks = "import os, sys; print(sorted(os.environ), os.listdir(), len(os.listdir('/proc/self/fd')), sys.argv[1:])"
    outcome = await sandbox.run(looks, LIMITS)
    variables, _, rest = outcome.output.partition("] ")
    assert variables in {"['LC_CTYPE'", "["}  # Python itself sets it, where the system has the locale
    assert rest == "[] 4 []\n"  # three streams, and the listing


async def test_a_program_that_outlives_the_service_ends_by_itself() -> None:
    """An alarm is set before the program begins, some seconds after its time."""
    outcome = await sandbox.run("import signal; print(signal.alarm(0))", LIMITS)
    assert 0 < int(outcome.output) <= LIMITS.seconds + sandbox.GRACE


async def test_where_programs_can_not_be_run_that_is_reported_before_anything_is_billed() -> None:
    with pytest.raises(OSError, match="programs can't be run here"):
        await sandbox.check(Limits(memory=1 << 20))


async def test_a_program_that_says_too_much_before_anybody_waits_for_it_is_stopped_too() -> None:
    stopped: list[str] = []
    output = sandbox._Output(1)
    output.data_received(b"too much")
    output.when_over(lambda: stopped.append("early"))
    assert stopped == ["early"]
    output = sandbox._Output(1)
    output.when_over(lambda: stopped.append("late"))
    output.data_received(b"x")
    output.data_received(b"too much")
    assert stopped == ["early", "late"]
    assert output.kept == b"x"


def _left_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def _is_alive(pid: int) -> bool:
    """A process that ended may still have to be noticed by whoever inherited it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
