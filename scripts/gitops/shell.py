"""The work of a job, whatever the forge: git, a clone of one commit, and a text that bash runs."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

Watcher = Callable[[subprocess.Popen[str]], None]


def git(folder: Path, *arguments: str) -> str:
    """Run git in the folder and return its standard output."""
    identity = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com"}
    committer = {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com"}
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        env={**os.environ, **identity, **committer, **quiet},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


def clone(origin: Path, commit: str, work: Path, *, depth: int | None = None) -> None:
    """Check the commit out in the new folder `work`, with its whole history or only `depth` commits of it."""
    work.mkdir(parents=True, exist_ok=True)
    git(work, "init", "-q")
    git(work, "remote", "add", "origin", origin.resolve().as_uri())
    git(work, "fetch", "-q", *(["--depth", str(depth)] if depth else []), "origin", commit)
    git(work, "checkout", "-q", "--detach", commit)


def bash(text: str, work: Path, environment: Mapping[str, str], watcher: Watcher = lambda _: None) -> tuple[int, str]:
    """Run the text, and return its exit code and output. `watcher` gets the process while it runs."""
    process = subprocess.Popen(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text],
        cwd=work,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    thread = threading.Thread(target=watcher, args=(process,))
    thread.start()
    shown, _ = process.communicate()
    thread.join()
    return process.returncode, shown
