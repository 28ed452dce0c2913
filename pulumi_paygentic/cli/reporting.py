"""`--format` and `--output` of the commands that report: text, Markdown or JSON, on standard output or in a file."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulumi_paygentic.changes.sides.blocks import Block


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--format` and `--output`; the command gets them as one argument, `report`, a `Report`."""

    @click.option(
        "--format",
        "form",
        type=click.Choice(["text", "markdown", "json"]),
        default="text",
        show_default=True,
        help="The output.",
    )
    @click.option(
        "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file to write instead of standard output."
    )
    @functools.wraps(command)
    def with_report(*, form: str, output: Path | None, **options: Any) -> Any:
        return command(report=Report(form, output), **options)

    return with_report


class Report(NamedTuple):
    """The form of a report, and the file that it goes to."""

    form: str = "text"
    output: Path | None = None

    def write(self, found: Iterable[Block], document: Callable[[], str]) -> None:
        """Write the blocks as text or Markdown, or the document if JSON is asked for."""
        from pulumi_paygentic.changes.sides import blocks
        from pulumi_paygentic.cli.files import write_whole

        if self.form == "json":
            text = document()
        elif self.form == "markdown":
            text = blocks.markdown(found)
        else:
            text = blocks.text(found, terminal=self.output is None and sys.stdout.isatty())
        if self.output is None:
            click.echo(text, nl=False)
        else:
            write_whole(self.output, text)
