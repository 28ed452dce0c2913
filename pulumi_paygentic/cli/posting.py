"""`--post` and `--comment-file`: the comment of a change at a forge, or in a file that a later job posts."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from pulumi_paygentic.cli.terminal import note, step

if TYPE_CHECKING:
    from pulumi_paygentic.changes.changeset import Changeset
    from pulumi_paygentic.cli.account import AccountOptions
    from pulumi_paygentic.forge import Notice, Place

FORGES: Final = ("github", "gitlab")
DEFAULT_FILE: Final = Path("pulumi-paygentic-comment.json")
_DONE: Final = {
    "created": "Posted the comment: {url}",
    "updated": "Updated the comment: {url}",
    "unchanged": "The comment is up to date: {url}",
    "withdrawn": "Nothing changes any more; the comment says so: {url}",
    "superseded": "A newer run has posted already; its comment stays: {url}",
    "skipped": "Nothing changes, and there is no comment to correct.",
}


def place_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say where a comment goes; the command gets them as one argument, `where`."""

    @click.option("--pull-request", type=click.IntRange(1), help="The pull or merge request.  [default: the run's]")
    @click.option("--repository", help="OWNER/NAME, at GitLab a project's number or path.  [default: the run's]")
    @click.option("--forge-url", help="The address of the forge's API.  [default: the run's]")
    @functools.wraps(command)
    def with_place(*, pull_request: int | None, repository: str | None, forge_url: str | None, **options: Any) -> Any:
        return command(where=Where(pull_request, repository, forge_url), **options)

    return with_place


def posting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--post` and its companions; the command gets them as one argument, `posting`, a `Posting`."""

    @click.option(
        "--post",
        type=click.Choice(FORGES),
        help="Keep one comment on the pull request up to date; the token is read from GITHUB_TOKEN or GITLAB_TOKEN.",
    )
    @click.option("--post-always", is_flag=True, help="Post the first comment even if nothing changes.")
    @click.option(
        "--comment-file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="A file to write the comment to, for `pulumi-paygentic comment` in a job that may post.",
    )
    @place_options
    @functools.wraps(command)
    def with_posting(
        *, post: str | None, post_always: bool, comment_file: Path | None, where: Where, **options: Any
    ) -> Any:
        return command(posting=Posting(post, post_always, comment_file, where), **options)

    return with_posting


class Where(NamedTuple):
    """The place of a comment as a command was given it; what is None is found in the environment."""

    pull_request: int | None = None
    repository: str | None = None
    forge_url: str | None = None

    def place(self, forge: str) -> Place:
        """Return the place. Raises `click.ClickException` that names what is missing."""
        from pulumi_paygentic.forge import ForgeError, detect

        try:
            return detect(
                "github" if forge == "github" else "gitlab",
                os.environ,
                api_url=self.forge_url,
                project=self.repository,
                number=self.pull_request,
            )
        except ForgeError as error:
            raise click.ClickException(str(error)) from error


class Posting(NamedTuple):
    """The posting that a command was asked for."""

    forge: str | None = None
    always: bool = False
    file: Path | None = None
    where: Where = Where()

    @property
    def wanted(self) -> bool:
        """Return whether a comment is to be made at all."""
        return self.forge is not None or self.file is not None

    def post(self, notice: Notice) -> None:
        """Write the notice to the file, and post it. A token that may only read leaves the file for a later job."""
        if self.file is not None:
            notice.write(self.file)
        if self.forge is None:
            return
        from pulumi_paygentic.forge import NotPermitted

        try:
            publish_notice(self.where.place(self.forge), notice, always=self.always)
        except NotPermitted as error:
            file = self.file or DEFAULT_FILE
            notice.write(file)
            note(f"Not posted: {error}")
            note(f"The comment is in {file}. A job that may post does so with: pulumi-paygentic comment {file}")

    @contextmanager
    def failures(self, account: AccountOptions) -> Iterator[None]:
        """Post the error that ends the block, so that no older comment stays as if it were still true."""
        try:
            yield
        except click.UsageError:
            raise
        except Exception as error:
            if self.wanted:
                self._post_failure(error, account)
            raise

    def _post_failure(self, error: Exception, account: AccountOptions) -> None:
        project, stack = _project(account.cwd), (account.stack or "").rpartition("/")[2]
        if not project or not stack:
            note("The failure is not posted: give --stack, and --cwd with the program, so that its comment is found.")
            return
        from pulumi_paygentic.changes.render.failure import failure
        from pulumi_paygentic.forge import Notice

        text = failure(project, stack, error.message if isinstance(error, click.ClickException) else str(error))
        try:
            self.post(Notice("diff", project, stack, datetime.now(timezone.utc), text))
        except click.ClickException as other:
            note(f"The failure is not posted: {other.message}")

    def notice(self, changeset: Changeset, text: str) -> Notice:
        """Return the notice of a change, with its Markdown as the text."""
        from pulumi_paygentic.changes.digest import digest
        from pulumi_paygentic.forge import Notice

        return Notice(
            kind="diff",
            project=changeset.project,
            stack=changeset.stack,
            time=changeset.created_at or datetime.now(timezone.utc),
            text=text,
            digest=digest(changeset),
            present=not changeset.is_empty or bool(changeset.errors),
        )


def _project(folder: Path) -> str:
    """Return the name in the `Pulumi.yaml` of the program's folder; empty if there is none."""
    import yaml

    for name in ("Pulumi.yaml", "Pulumi.yml"):
        try:
            content = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError):
            continue
        return str(content.get("name") or "") if isinstance(content, dict) else ""
    return ""


def publish_notice(place: Place, notice: Notice, *, always: bool = False) -> None:
    """Post the notice, and say what was done. Raises `NotPermitted`; other errors are a `click.ClickException`."""
    from pulumi_paygentic.forge import ForgeError, NoPullRequest, NotFound, NotPermitted, publish

    try:
        with step("Posting the comment"), place.comments() as board:
            outcome = publish(board, notice, only_if_present=not always)
    except NotPermitted as error:
        if isinstance(error, NotFound):
            raise click.ClickException(str(error)) from error
        raise
    except (ForgeError, NoPullRequest) as error:
        raise click.ClickException(str(error)) from error
    note(_DONE[outcome.verb].format(url=outcome.url))
