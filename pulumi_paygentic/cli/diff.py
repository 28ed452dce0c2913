"""`pulumi-paygentic diff`: a preview of Pulumi's, read in money and in customers."""

from __future__ import annotations

from pathlib import Path

import click

from pulumi_paygentic.cli.account import AccountOptions, account_options
from pulumi_paygentic.cli.preview_source import PreviewSource, preview_options
from pulumi_paygentic.cli.rendering import FORMATS, rendered
from pulumi_paygentic.cli.terminal import examples
from pulumi_paygentic.cli.usage_options import UsageOptions, usage_options

NOTHING, FAILED, DIFFERENCES = 0, 1, 2


@click.command(
    short_help="Show what a preview changes, in money and in customers.",
    epilog=examples(
        "pulumi-paygentic diff --stack prod                          # runs the preview itself",
        "pulumi preview --json --show-sames > preview.json",
        "pulumi-paygentic diff preview.json --format markdown --output comment.md",
    ),
)
@preview_options
@account_options
@usage_options
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="The output.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file to write instead of standard output."
)
@click.pass_context
def diff(
    ctx: click.Context,
    *,
    source: PreviewSource,
    account: AccountOptions,
    usage: UsageOptions,
    form: str,
    output: Path | None,
) -> None:
    """Show what a preview of Pulumi's changes in the catalog: prices, plans, versions and what stays.

    PREVIEW is the output of `pulumi preview --json --show-sames`, or - for standard input. Without it, the command runs
    the preview itself, in the folder of --cwd and for the stack of --stack. Nothing is written but --output.

    Exit codes: 0 nothing changes, 2 something does, 1 the preview or this command failed.
    """
    from pulumi_paygentic.cli.files import write_whole

    changeset = usage.add_to(source.read(account), account)
    text = rendered(changeset, form)
    if output is not None:
        write_whole(output, text)
    else:
        click.echo(text, nl=False)
    if changeset.errors:
        ctx.exit(FAILED)
    ctx.exit(NOTHING if changeset.is_empty else DIFFERENCES)
