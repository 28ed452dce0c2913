"""`pulumi-paygentic compare`: the differences of two accounts, states or exports, in money where prices differ."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pulumi_paygentic.cli.account import AccountOptions, account_options
from pulumi_paygentic.cli.terminal import examples

_EQUAL, _DIFFERENT = 0, 2


@click.command(
    short_help="Show what two accounts, states or exports differ in.",
    epilog=examples(
        "pulumi-paygentic compare account:STAGING_ account:PRODUCTION_",
        "pulumi-paygentic compare account@staging account@prod --format markdown",
        "pulumi-paygentic compare stack:prod account@prod",
        "pulumi-paygentic compare catalog.yaml account",
    ),
)
@click.argument("left")
@click.argument("right")
@account_options
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
@click.pass_context
def compare(
    ctx: click.Context, left: str, right: str, *, account: AccountOptions, form: str, output: Path | None
) -> None:
    """Compare LEFT with RIGHT by names, not by ids: two accounts, or an account with what it should be.

    Each side is `account` (of the settings), `account@STACK` (of that stack's configuration), `account:PREFIX_` (of the
    variables that begin so, such as PREFIX_PAYGENTIC_API_KEY), `stack:NAME` (a state), or a file: an export, the output
    of `pulumi stack export`, or a backend's state file. Both are only read.

    Exit codes: 0 equal, 2 different, 1 failed.
    """
    from pulumi_paygentic.changes.from_snapshots import changeset_of
    from pulumi_paygentic.changes.render.json_output import json_text
    from pulumi_paygentic.changes.sides import blocks
    from pulumi_paygentic.changes.sides.compare import comparison
    from pulumi_paygentic.cli.files import write_whole
    from pulumi_paygentic.cli.snapshot_source import read_side
    from pulumi_paygentic.snapshot.matching import pair_by_key

    changeset = changeset_of(pair_by_key(read_side(left, account), read_side(right, account)))
    report = list(comparison(changeset, left, right))
    if form == "json":
        text = json_text(changeset)
    elif form == "markdown":
        text = blocks.markdown(report)
    else:
        text = blocks.text(report, terminal=output is None and sys.stdout.isatty())
    if output is None:
        click.echo(text, nl=False)
    else:
        write_whole(output, text)
    ctx.exit(_EQUAL if changeset.is_empty else _DIFFERENT)
