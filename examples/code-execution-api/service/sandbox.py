"""Runs one Python program within limits. They stop accidents and greed; against an attacker, see the README."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple

Stop = Literal["time", "output"]

GRACE: Final = 5
"""How many seconds after its time a program ends by itself, where the service did not end it."""
_LAUNCH: Final = str(Path(__file__).with_name("launch.py"))
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """What one program may take, in seconds and bytes."""

    seconds: int = 5
    memory: int = 256 << 20
    file: int = 1 << 20
    open_files: int = 32
    output: int = 64 << 10

    def arguments(self) -> list[str]:
        """As `launch.py` takes them. No process and no thread besides the first, and no core dump."""
        return [str(n) for n in (self.seconds + GRACE, self.memory, self.file, self.open_files, 0, 0)]


class Outcome(NamedTuple):
    """How a run went; `exit_code` is negative for a signal, and `output` is both of its streams."""

    exit_code: int
    stopped_by: Stop | None
    output: str
    elapsed: float


class _Output(asyncio.Protocol):
    """Keeps the first bytes; if more come, says so once and drops the rest, so that memory stays bounded."""

    def __init__(self, most: int) -> None:
        self.kept = bytearray()
        self.is_over = False
        self._on_over: Callable[[], None] = lambda: None
        self.ended = asyncio.get_running_loop().create_future()
        self._most = most

    def when_over(self, act: Callable[[], None]) -> None:
        """Act when more has come than is kept; at once, if it has already."""
        self._on_over = act
        if self.is_over:
            act()

    def data_received(self, data: bytes) -> None:
        room = self._most - len(self.kept)
        self.kept += data[:room]
        if len(data) > room and not self.is_over:
            self.is_over = True
            self._on_over()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


async def check(limits: Limits) -> None:
    """Fail where programs can't be run within these limits, so that nobody is billed for that."""
    outcome = await run("print(6 * 7)", limits)
    if (outcome.exit_code, outcome.output) != (0, "42\n"):
        raise OSError(f"programs can't be run here: {outcome.output.strip()[-200:] or outcome.exit_code}")


async def run(code: str, limits: Limits) -> Outcome:
    """Run it in an empty folder, and leave nothing of it behind. An `OSError` means that it did not run."""
    folder = Path(tempfile.mkdtemp(prefix="submission-"))
    try:
        program, work = folder / "main.py", folder / "work"
        program.write_text(code, encoding="utf-8", newline="")
        work.mkdir()
        return await _run(str(program), work, limits)
    finally:
        await _remove(folder)


async def _run(program: str, work: Path, limits: Limits) -> Outcome:
    reading, writing = os.pipe()
    output = _Output(limits.output)
    loop = asyncio.get_running_loop()
    pipe, _ = await loop.connect_read_pipe(lambda: output, os.fdopen(reading, "rb", buffering=0))
    started = time.monotonic()
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", _LAUNCH, *limits.arguments(), program),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=writing,
            stderr=writing,
            cwd=work,
            env={},
            start_new_session=True,
        )
    except BaseException:
        pipe.close()
        raise
    finally:
        os.close(writing)
    output.when_over(lambda: _kill(process.pid))
    stopped_by: Stop | None = None
    try:
        exit_code = await asyncio.wait_for(process.wait(), limits.seconds)
    except asyncio.TimeoutError:
        stopped_by = "time"
        _kill(process.pid)
        exit_code = await process.wait()
    finally:
        elapsed = time.monotonic() - started
        _kill(process.pid)  # what it started, if it could
        await process.wait()
        await asyncio.wait([output.ended], timeout=1)
        pipe.close()
    return Outcome(exit_code, "output" if output.is_over else stopped_by, output.kept.decode(errors="replace"), elapsed)


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


async def _remove(folder: Path) -> None:
    """By `rm`: it is not stopped by thousands of folders within each other, and the service goes on meanwhile."""
    for command in (["rm", "-rf"], ["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
        process = await asyncio.create_subprocess_exec(*command, folder, stderr=asyncio.subprocess.DEVNULL)
        if await process.wait() == 0 and command[0] == "rm":
            return
    _log.error("%s can't be removed", folder)
