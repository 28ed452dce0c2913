"""`pulumi-paygentic compare`: the differences of two accounts, states or exports, in money where prices differ."""

from __future__ import annotations

import click

from pulumi_paygentic.cli.account import AccountOptions, account_options
from pulumi_paygentic.cli.reporting import Report, report_options
from pulumi_paygentic.cli.terminal import examples
from pulumi_paygentic.cli.usage_options import UsageOptions, optional_usage

_EQUAL, _DIFFERENT = 0, 2


@click.command(
    short_help="Show what two accounts, states or exports differ in.",
    epilog=examples(
        "pulumi-paygentic compare account:STAGING_ account:PRODUCTION_",
        "pulumi-paygentic compare account@staging account@prod --format markdown",
        "pulumi-paygentic compare stack:prod account@prod",
        "pulumi-paygentic compare catalog.yaml account",
        "pulumi-paygentic compare account@prod preview.json --usage invoices",
    ),
)
@click.argument("left")
@click.argument("right")
@account_options
@click.option("--all", "every", is_flag=True, help="Compare also prices that no plan bills from.")
@optional_usage("LEFT's")
@report_options
@click.pass_context
def compare(
    ctx: click.Context,
    left: str,
    right: str,
    *,
    account: AccountOptions,
    every: bool,
    usage: UsageOptions,
    report: Report,
) -> None:
    """Compare LEFT with RIGHT by names, not by ids: two accounts, or an account with what it should be.

    Each side is `account` (of the settings), `account@STACK` (of that stack's configuration), `account:PREFIX_` (of the
    variables that begin so, such as PREFIX_PAYGENTIC_API_KEY), `stack:NAME` (a state), or a file: an export, the output
    of `pulumi stack export` or of `pulumi preview --json --show-sames`, or a backend's state file. Both are only read.

    Exit codes: 0 equal, 2 different, 1 failed.
    """
    from pulumi_paygentic.changes.from_snapshots import changeset_of
    from pulumi_paygentic.changes.render.json_output import json_text
    from pulumi_paygentic.changes.sides.compare import comparison
    from pulumi_paygentic.cli.snapshot_source import account_of, label, read_side
    from pulumi_paygentic.snapshot.matching import pair_by_key

    owner = account_of(left, account) if usage.wanted else account
    changeset = changeset_of(pair_by_key(read_side(left, account), read_side(right, account)), every=every)
    changeset = usage.rate(changeset, owner)
    report.write(comparison(changeset, label(left), label(right)), lambda: json_text(changeset))
    ctx.exit(_EQUAL if changeset.is_empty else _DIFFERENT)
