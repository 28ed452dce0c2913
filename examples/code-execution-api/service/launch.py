"""Run by path in the child, becomes a submission: takes its limits upon itself, then makes way for the program."""

from __future__ import annotations

import os
import resource
import signal
import sys


def main() -> None:
    """Limits as arguments, in the order of `LIMITED`, then the program's path."""
    *amounts, program = sys.argv[1:]
    for what, amount in zip(LIMITED, map(int, amounts), strict=True):
        hard = resource.getrlimit(what)[1]
        most = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(what, (most, most))
    signal.alarm(int(amounts[0]))  # survives what follows, and ends the program where the service did not live to
    os.execve(sys.executable, [sys.executable, "-I", program], {})  # noqa: S606 - no shell is the point


LIMITED = (
    resource.RLIMIT_CPU,
    resource.RLIMIT_AS,
    resource.RLIMIT_FSIZE,
    resource.RLIMIT_NOFILE,
    resource.RLIMIT_NPROC,
    resource.RLIMIT_CORE,
)

if __name__ == "__main__":
    main()
