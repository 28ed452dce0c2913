"""`--issue`: one issue at a forge, opened when something is found, updated, and closed when it is gone."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, Final, NamedTuple

import click

from pulumi_paygentic.cli.posting import FORGES, Where
from pulumi_paygentic.cli.terminal import note, step

_DONE: Final = {
    "created": "Opened the issue: {url}",
    "updated": "Updated the issue: {url}",
    "unchanged": "The issue is up to date: {url}",
    "withdrawn": "Closed the issue: {url}",
    "superseded": "A newer run has written already; its issue stays: {url}",
    "skipped": "There is no drift, and no issue to close.",
}


def issue_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--issue` and the options of its place; the command gets them as one argument, `issuing`, an `Issuing`."""

    @click.option(
        "--issue",
        type=click.Choice(FORGES),
        help="Keep one issue about it: opened, updated, and closed when it is gone. The token is read from GITHUB_TOKEN"
        " or GITLAB_TOKEN.",
    )
    @click.option("--repository", help="OWNER/NAME, at GitLab a project's number or path.  [default: the run's]")
    @click.option("--forge-url", help="The address of the forge's API.  [default: the run's]")
    @functools.wraps(command)
    def with_issue(*, issue: str | None, repository: str | None, forge_url: str | None, **options: Any) -> Any:
        return command(issuing=Issuing(issue, Where(None, repository, forge_url)), **options)

    return with_issue


class Issuing(NamedTuple):
    """The issue that a command was asked to keep."""

    forge: str | None = None
    where: Where = Where()

    def report_drift(
        self, *, project: str, stack: str, markdown: str, drifted: bool, time: datetime | None = None
    ) -> None:
        """Open or update the issue about the drift of a stack, or close it. Nothing without `--issue`.

        `markdown` is the text while there is drift; a closed issue says since when there is none, and shows the last
        state folded. `time` is the moment at which the account was read, now by default. Don't call it with
        `drifted=False` if not everything could be read. Raises `click.ClickException`.
        """
        if self.forge is None:
            return
        from pulumi_paygentic.forge import ForgeError, Notice, publish

        moment = (time or datetime.now(timezone.utc)).astimezone(timezone.utc)
        notice = Notice(
            kind="drift",
            project=project,
            stack=stack,
            time=moment,
            text=markdown if drifted else f"No drift since {moment:%Y-%m-%d %H:%M} UTC.",
            present=drifted,
            title=f"Drift: {stack} ({project})",
        )
        place = self.where.place(self.forge)
        try:
            with step("Writing the issue"), place.issues() as board:
                outcome = publish(board, notice)
        except ForgeError as error:
            raise click.ClickException(str(error)) from error
        note(_DONE[outcome.verb].format(url=outcome.url))
