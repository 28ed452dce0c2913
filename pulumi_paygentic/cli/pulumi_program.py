"""The Pulumi CLI, run as a command of the family needs it: without prompts or colours, errors in one line."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

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
    return subprocess.run(  # noqa: S603  the program that PATH names, as in a shell
        _command(arguments),
        cwd=cwd,
        env={**os.environ, **_QUIET, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def pulumi_into(file: BinaryIO, *arguments: str, cwd: Path) -> tuple[int, str]:
    """Run `pulumi ARGUMENTS` with its standard output in the file; return its exit code and standard error.

    For output of any length, such as a preview in JSON. Raises `click.ClickException` without a CLI.
    """
    done = subprocess.run(  # noqa: S603  as below
        _command(arguments),
        cwd=cwd,
        env={**os.environ, **_QUIET},
        stdin=subprocess.DEVNULL,
        stdout=file,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    file.seek(0, os.SEEK_END)
    return done.returncode, done.stderr


def _command(arguments: tuple[str, ...]) -> list[str]:
    program = shutil.which("pulumi")
    if program is None:
        raise click.ClickException("The Pulumi CLI is not on PATH: install it from https://www.pulumi.com/docs/install")
    return [program, "--non-interactive", "--color=never", *arguments]


def _checked(arguments: tuple[str, ...], done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode != 0:
        raise PulumiFailed(arguments[0], done.stderr or done.stdout)
    return done.stdout
