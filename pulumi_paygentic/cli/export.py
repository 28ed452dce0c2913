"""`pulumi-paygentic export`: writes a whole account, or a state, as one document by natural keys."""

from __future__ import annotations

from pathlib import Path

import click

from pulumi_paygentic.cli.account import AccountOptions, account_options
from pulumi_paygentic.cli.terminal import examples, note


@click.command(
    short_help="Write an account as YAML or JSON, without ids.",
    epilog=examples(
        "pulumi-paygentic export --output catalog.yaml",
        "pulumi-paygentic export account:STAGING_ --format json",
        "pulumi-paygentic export stack:prod --ids",
        "pulumi-paygentic export --schema",
    ),
)
@click.argument("source", default="account")
@account_options
@click.option(
    "--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True, help="The output."
)
@click.option("--ids", is_flag=True, help="Add what belongs to this account alone: ids, dates, marks and versions.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file to write instead of standard output."
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the document instead.")
def export(source: str, *, account: AccountOptions, form: str, ids: bool, output: Path | None, schema: bool) -> None:
    """Write SOURCE as one document: the same bytes for the same content, whatever the account.

    SOURCE is `account` (the default), `account@STACK`, `account:PREFIX_`, `stack:NAME` or a file. Objects refer to each
    other by name. The account is only read. What could not be read, or is not known to this version, is named on
    standard error.

    Exit codes: 0 written, 1 failed.
    """
    from pulumi_paygentic.cli.files import write_whole
    from pulumi_paygentic.cli.snapshot_source import read_side
    from pulumi_paygentic.snapshot.document import to_document
    from pulumi_paygentic.snapshot.schema import json_schema
    from pulumi_paygentic.snapshot.text import to_json, to_yaml

    if schema:
        text = to_json(json_schema())
    else:
        snapshot = read_side(source, account)
        for problem in snapshot.problems:
            note(f"Note: {problem}.")
        document = to_document(snapshot, ids=ids)
        text = to_json(document) if form == "json" else to_yaml(document)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_whole(output, text)
