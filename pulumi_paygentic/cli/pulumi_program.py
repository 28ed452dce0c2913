"""The Pulumi CLI, run as a command of the family needs it: without prompts or colours, errors in one line."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import click

_QUIET = {"PULUMI_SKIP_UPDATE_CHECK": "true"}


class PulumiFailed(click.ClickException):
    """A command of the Pulumi CLI failed; the message is its last error, `output` all that it printed."""

    def __init__(self, command: str, output: str) -> None:
        self.output = output
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith("error:")]
        reason = (errors or lines or ["it printed nothing"])[-1].removeprefix("error:").strip()
        super().__init__(f"`pulumi {command}` failed: {reason}")


def run_pulumi(*arguments: str, cwd: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run `pulumi ARGUMENTS` in the folder and return its standard output.

    `environment` is added to that of this process. Raises `PulumiFailed`, and `click.ClickException` without a CLI.
    """
    return _checked(arguments, pulumi_result(*arguments, cwd=cwd, environment=environment))


def pulumi_result(
    *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `pulumi ARGUMENTS` in the folder and return the completed process, whatever its exit code."""
    program = shutil.which("pulumi")
    if program is None:
        raise click.ClickException("The Pulumi CLI is not on PATH: install it from https://www.pulumi.com/docs/install")
    return subprocess.run(  # noqa: S603  the program that PATH names, as in a shell
        [program, "--non-interactive", "--color=never", *arguments],
        cwd=cwd,
        env={**os.environ, **_QUIET, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def _checked(arguments: tuple[str, ...], done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode != 0:
        raise PulumiFailed(arguments[0], done.stderr or done.stdout)
    return done.stdout
