"""Run a Pulumi command that takes the stack's lock, and clear a lock that a dead process of this machine left.

Usage: python ci/locked.py up --yes ...

A job that is cancelled or killed leaves its lock behind, and Pulumi's locks never expire. The engine names the holder
of each. Only if every one of them was a process of this user on this machine, and none of them lives, are the locks
cleared and the command run once more. Any other lock is a person's decision: see `pulumi cancel`.

A container counts as the machine that its name says. GitLab's runner names it by its slot, which has one job at a time.
Two runners that share a token share these names: let a `resource_group` run the jobs of a stack one at a time.
"""

from __future__ import annotations

import os
import pwd
import re
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

HOLDER = re.compile(r"created by (?P<user>\S+)@(?P<host>\S+) \(pid (?P<pid>\d+)\)")


class Holder(NamedTuple):
    """The process that wrote a lock."""

    user: str
    host: str
    pid: int

    @property
    def is_ours_and_dead(self) -> bool:
        """True if it was a process of this user on this machine, and has ended."""
        if (self.user, self.host) != (pwd.getpwuid(os.getuid()).pw_name, socket.gethostname()):
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:  # another's process has the number now
            return True
        return is_zombie(self.pid)


def is_zombie(pid: int) -> bool:
    """True of a dead process whose parent has not asked how it ended, as a container's first process may never do."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except OSError:  # it has gone meanwhile, or this system has no such file
        return Path("/proc/self/stat").exists()
    return state == "Z"


def run(*arguments: str) -> tuple[int, str]:
    """Run `pulumi ARGUMENTS`, show its output as it comes, and return the exit code and the errors."""
    command = ["pulumi", "--non-interactive", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8", errors="replace") as process:
        errors = []
        for line in process.stderr or ():
            sys.stderr.write(line)
            errors.append(line)
    return process.returncode, "".join(errors)


def main(arguments: Sequence[str]) -> int:
    """Run the command, and once more after clearing a dead lock."""
    code, errors = run(*arguments)
    holders = [Holder(found["user"], found["host"], int(found["pid"])) for found in HOLDER.finditer(errors)]
    if code == 0 or not holders:
        return code
    if not all(holder.is_ours_and_dead for holder in holders):
        print(
            "The lock may be held by a run elsewhere: if that run is dead, clear it by `pulumi cancel`.",
            file=sys.stderr,
        )
        return code
    print("The lock was left by a dead process of this machine: it is cleared.", file=sys.stderr)
    stack = arguments[list(arguments).index("--stack") :][:2] if "--stack" in arguments else ()
    code, _ = run("cancel", "--yes", *stack[1:])
    return code or run(*arguments, "--refresh")[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
