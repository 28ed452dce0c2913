"""`--annotate`: warnings on the lines of the program that change a price, and the summary of a job."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pulumi_paygentic.cli.terminal import note

if TYPE_CHECKING:
    from pulumi_paygentic.changes.changeset import Changeset

REPORT: Final = Path("gl-code-quality-report.json")

annotate_option = click.option(
    "--annotate",
    type=click.Choice(("github", "gitlab")),
    help="Put a warning on each line of the program that changes a price: as GitHub's workflow commands, with a summary"
    f" of the job, or as GitLab's report {REPORT}.",
)


def write_annotations(forge: str | None, changeset: Changeset, markdown: str, cwd: Path) -> None:
    """Write the annotations of a change whose program is in the folder `cwd`, and GitHub's summary of the job."""
    if forge is None:
        return
    from pulumi_paygentic.changes.annotations import annotate, code_quality, workflow_commands
    from pulumi_paygentic.cli.files import write_whole

    found, folder = annotate(changeset), _folder(cwd)
    if forge == "gitlab":
        write_whole(REPORT, code_quality(found, folder=folder))
        return
    for command in workflow_commands(found, folder=folder):
        note(command)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8", newline="\n") as file:
            file.write(markdown + "\n")


def in_actions() -> bool:
    """Return whether a runner of GitHub reads the output."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _folder(cwd: Path) -> str:
    """Return the program's folder relative to the repository's; empty if it is that, or there is no repository."""
    root = os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR") or _top(cwd)
    if not root:
        return ""
    try:
        relative = cwd.resolve().relative_to(Path(root).resolve()).as_posix()
    except ValueError:
        return ""
    return "" if relative == "." else relative


def _top(cwd: Path) -> str:
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--show-toplevel"],  # noqa: S607  as in a shell
            cwd=cwd,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
