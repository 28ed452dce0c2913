"""The preview that a command works on: a file, standard input, or one that the command runs itself."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

import click

from pulumi_paygentic.cli.account import AccountOptions
from pulumi_paygentic.cli.pulumi_program import PulumiFailed, pulumi_into
from pulumi_paygentic.cli.terminal import step

if TYPE_CHECKING:
    from pulumi_paygentic.changes.changeset import Changeset

_STDIN = "-"
_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=str)


def preview_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `[PREVIEW]`, `--state` and `--refresh`; the command gets them as one argument, `source`."""

    @click.argument("preview", required=False, type=_FILE)
    @click.option("--state", type=_FILE, help="The output of `pulumi stack export`, if PREVIEW lacks --show-sames.")
    @click.option("--refresh", is_flag=True, help="Let the preview that this runs look for drift as well.")
    @functools.wraps(command)
    def with_source(*, preview: str | None, state: str | None, refresh: bool, **options: Any) -> Any:
        if preview is not None and refresh:
            raise click.UsageError("--refresh is of a preview that this command runs: give it no PREVIEW then.")
        return command(source=PreviewSource(preview, state, refresh), **options)

    return with_source


class PreviewSource(NamedTuple):
    """The preview that a command was given; reads it when asked."""

    preview: str | None
    state: str | None
    refresh: bool

    def read(self, account: AccountOptions) -> Changeset:
        """Return the changeset.

        Its time is the file's, or now for what is read from standard input or run here. Raises `PreviewUnreadable` for
        a document that is no preview, and `PulumiFailed` if the preview that this runs prints none.
        """
        from pulumi_paygentic.changes.preview import read_preview

        with ExitStack() as stack:
            state = None if self.state is None else stack.enter_context(_opened(self.state))
            file: BinaryIO
            if self.preview is None:
                file = cast("BinaryIO", stack.enter_context(tempfile.TemporaryFile()))
                with step("Running pulumi preview"):
                    self._run(account, file)
            else:
                file = stack.enter_context(_opened(self.preview))
            with step("Reading the preview"):
                return read_preview(
                    file,
                    name=self.preview or "pulumi preview",
                    state=state,
                    state_name=self.state or "state",
                    created_at=_time_of(self.preview),
                )

    def _run(self, account: AccountOptions, file: BinaryIO) -> None:
        """Run the preview into the file. One that fails says why in the document, if there is one."""
        arguments = ["preview", "--json", "--show-sames"]
        arguments += ["--refresh"] if self.refresh else []
        arguments += [] if account.stack is None else ["--stack", account.stack]
        code, errors = pulumi_into(file, *arguments, cwd=account.cwd)
        if code != 0 and file.tell() == 0:
            raise PulumiFailed("preview", errors)
        file.seek(0)


def _opened(path: str) -> BinaryIO:
    return click.open_file(path, "rb")  # type: ignore[return-value]  # the mode says so


def _time_of(path: str | None) -> datetime:
    if path is None or path == _STDIN:
        return datetime.now(timezone.utc)
    return datetime.fromtimestamp(Path(path).stat().st_mtime, timezone.utc)
