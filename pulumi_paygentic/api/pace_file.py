"""The pace that all processes of a user on a machine share: two moments in a file, read and written under a lock.

Each stack has a provider process of its own, so that stacks with one key would exceed its limit together. The lock is
the kernel's: it ends with the process that holds it. A file that can't be used is no reason to stop a run, and leaves
each process to its own pace.
"""

from __future__ import annotations

import hashlib
import logging
import os
import struct
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

logger = logging.getLogger("pulumi_paygentic.api")

#: The seconds between two attempts to get the lock, which nobody needs for a millisecond.
PAUSE = 0.01
#: No moment of a working clock is so many seconds ahead. A clock that was set back left it.
AHEAD = 3600.0
FORMAT = struct.Struct("<dd")


class Moments(NamedTuple):
    """The moment of the next turn, and the one until which the API asked everybody to wait; in seconds of the epoch."""

    next: float = 0.0
    held: float = 0.0


class PaceFile:
    """The turns of one key at one address, for all processes that open the file at `path`.

    `clock` counts the seconds of the epoch, because only those mean the same to all processes and after a restart.
    `patience` is in seconds: a process that was stopped with the lock holds up another one for no longer.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time, patience: float = 5.0) -> None:
        self._path = path
        self._clock = clock
        self._attempts = 1 + int(patience / PAUSE)
        self._usable = True

    def claim(self, interval: float, *, after: float, within: float) -> float | None:
        """Claim a turn, `interval` seconds before anybody's next one, and return the seconds until then.

        It is at least `after` seconds from now. None, with no turn claimed, if it were more than `within` seconds away.
        """
        with self._locked() as (now, moments, write):
            turn = max(moments.next, moments.held, now + after)
            if turn - now > within:
                return None
            write(Moments(turn + interval, moments.held))
            return turn - now

    def hold(self, seconds: float) -> None:
        """Let nobody's turn come in the next `seconds`."""
        with self._locked() as (now, moments, write):
            write(Moments(moments.next, max(moments.held, now + seconds)))

    @property
    def is_held(self) -> bool:
        """True while everybody has to wait."""
        with self._locked() as (now, moments, _):
            return moments.held > now

    @contextmanager
    def _locked(self) -> Iterator[tuple[float, Moments, Callable[[Moments], None]]]:
        """Yield the moment of now, those of the file, and the means to write them."""
        file, moments = self._open()
        now = self._clock()

        def write(changed: Moments) -> None:
            if file is not None:
                try:
                    os.pwrite(file, FORMAT.pack(*changed), 0)  # one write, which a kill can't cut in two
                except OSError as problem:  # a full disk
                    self._give_up(problem)

        try:
            # No comparison with a NaN holds.
            yield now, Moments(*(moment if moment < now + AHEAD else 0.0 for moment in moments)), write
        finally:
            if file is not None:
                os.close(file)  # which unlocks it

    def _open(self) -> tuple[int | None, Moments]:
        """Return the file, locked, and its moments; without a file, if it can't be used."""
        if not self._usable or fcntl is None:
            return None, Moments()
        file = None
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            self._lock(file)
            content = os.pread(file, FORMAT.size, 0)
        except OSError as problem:
            self._give_up(problem)
            if file is not None:
                os.close(file)
            return None, Moments()
        return file, Moments(*FORMAT.unpack(content)) if len(content) == FORMAT.size else Moments()

    def _lock(self, file: int) -> None:
        for _ in range(self._attempts):
            try:
                return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(PAUSE)
        raise TimeoutError(f"another process has held its lock for {self._attempts * PAUSE:g} s")

    def _give_up(self, problem: OSError) -> None:
        self._usable = False
        logger.debug("%s can't be used, so this process keeps a pace of its own: %s", self._path, problem)


def pace_file(base_url: str, api_key: str, environ: Mapping[str, str] | None = None) -> PaceFile | None:
    """Return the file for the key at the address, in the user's cache folder; None where there is no such folder.

    Its name is a hash, from which no key can be read.
    """
    variables = os.environ if environ is None else environ
    try:
        cache = Path(variables.get("XDG_CACHE_HOME") or Path(variables.get("HOME") or Path.home()) / ".cache")
    except RuntimeError:  # a user without a home
        return None
    name = hashlib.sha256(f"{base_url}\0{api_key}".encode()).hexdigest()[:32]
    return PaceFile(cache / "pulumi-paygentic" / "pace" / name)
