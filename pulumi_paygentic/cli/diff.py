"""`pulumi-paygentic diff`: a preview of Pulumi's, read in money and in customers."""

from __future__ import annotations

from pathlib import Path

import click

from pulumi_paygentic.cli.account import AccountOptions, account_options
from pulumi_paygentic.cli.annotating import annotate_option, in_actions, write_annotations
from pulumi_paygentic.cli.gating import Gating, gate_options
from pulumi_paygentic.cli.posting import Posting, posting_options
from pulumi_paygentic.cli.preview_source import PreviewSource, preview_options
from pulumi_paygentic.cli.rendering import FORMATS, rendered, verdicts
from pulumi_paygentic.cli.terminal import examples, note
from pulumi_paygentic.cli.usage_options import UsageOptions, usage_options

NOTHING, FAILED, DIFFERENCES, REFUSED = 0, 1, 2, 3


@click.command(
    short_help="Show what a preview changes, in money and in customers.",
    epilog=examples(
        "pulumi-paygentic diff --stack prod                          # runs the preview itself",
        "pulumi preview --json --show-sames > preview.json",
        "pulumi-paygentic diff preview.json --format markdown --output comment.md",
        "pulumi-paygentic diff preview.json --post github --annotate github --fail-on 'price-increase>10%'",
        "pulumi-paygentic diff --stack prod --expect 3f9a0c5e7d21b864 && pulumi up --yes --skip-preview",
    ),
)
@preview_options
@account_options
@usage_options
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="The output.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file to write instead of standard output."
)
@gate_options
@posting_options
@annotate_option
@click.pass_context
def diff(
    ctx: click.Context,
    *,
    source: PreviewSource,
    account: AccountOptions,
    usage: UsageOptions,
    form: str,
    output: Path | None,
    gating: Gating,
    posting: Posting,
    annotate: str | None,
) -> None:
    """Show what a preview of Pulumi's changes in the catalog: prices, plans, versions and what stays.

    PREVIEW is the output of `pulumi preview --json --show-sames`, or - for standard input. Without it, the command runs
    the preview itself, in the folder of --cwd and for the stack of --stack. Nothing is written but what an option asks
    for.

    Exit codes: 0 nothing changes (with --expect: the change is the expected one), 2 something does, 3 a gate says no or
    the change is not the expected one, 1 the preview or this command failed.
    """
    from pulumi_paygentic.cli.files import write_whole

    with posting.failures(account):
        changeset = usage.add_to(source.read(account), account)
    results = gating.results(changeset)
    unexpected = gating.unexpected(changeset, posting.where)  # before the comment that it may be in is edited
    text = rendered(changeset, form, results)
    if form == "json" and results:
        note(verdicts(results))
    if output is not None:
        write_whole(output, text)
    else:
        click.echo(_safe(text) if form != "json" else text, nl=False)
    if posting.wanted or annotate:
        markdown = rendered(changeset, "markdown", results)
        write_annotations(annotate, changeset, markdown, account.cwd)
        posting.post(posting.notice(changeset, markdown))
    if changeset.errors:
        ctx.exit(FAILED)
    if unexpected:
        note(unexpected)
        ctx.exit(REFUSED)
    if any(result.says_no for result in results):
        ctx.exit(REFUSED)
    ctx.exit(NOTHING if changeset.is_empty or gating.expect else DIFFERENCES)


def _safe(text: str) -> str:
    if not in_actions():
        return text
    from pulumi_paygentic.changes.annotations import defused

    return defused(text)
