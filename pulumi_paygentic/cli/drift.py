"""`pulumi-paygentic drift`: the state of one or more stacks against the account, without running a program."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from pulumi_paygentic.cli.account import AccountOptions, account_options
from pulumi_paygentic.cli.issuing import Issuing, issue_options
from pulumi_paygentic.cli.reporting import Report, report_options
from pulumi_paygentic.cli.terminal import counting, examples
from pulumi_paygentic.cli.usage_options import UsageOptions, optional_usage

if TYPE_CHECKING:
    from pulumi_paygentic.changes.sides.drift import DriftReport

_CLEAN, _FAILED, _DRIFTED = 0, 1, 2
_STACK = "stack:"


@click.command(
    short_help="Show what has drifted from the state of a stack.",
    epilog=examples(
        "pulumi-paygentic drift --stack prod",
        "pulumi-paygentic drift stack:platform stack:plans --format markdown",
        "pulumi stack export > state.json && pulumi-paygentic drift state.json --format json",
        "pulumi-paygentic drift --stack prod --issue github",
    ),
)
@click.argument("states", nargs=-1)
@account_options
@click.option("--managed-only", is_flag=True, help="Leave out objects that no stack manages.")
@optional_usage("the state's")
@report_options
@issue_options
@click.pass_context
def drift(
    ctx: click.Context,
    states: tuple[str, ...],
    *,
    account: AccountOptions,
    managed_only: bool,
    usage: UsageOptions,
    report: Report,
    issuing: Issuing,
) -> None:
    """Compare the state of stacks with the account, field by field, without running their program.

    Each of STATES is `stack:NAME`, on whatever backend, or a file: the output of `pulumi stack export`, or a backend's
    state file. Without any, it is the stack of --stack. An object counts as unmanaged if none of them manages it. The
    settings are those of now: of --stack, else of the first stack named, then of the environment. Nothing is written.

    Exit codes: 0 nothing has drifted, 2 something has, 1 the check failed or could not read everything.
    """
    from pulumi_paygentic.changes.sides.blocks import markdown
    from pulumi_paygentic.changes.sides.drift import blocks, document

    if not states and account.stack is None:
        raise click.UsageError("Name a stack with --stack, or states: stack:NAME, or files of `pulumi stack export`.")
    found, owners = _found(states or (f"{_STACK}{account.stack}",), account, usage, managed_only=managed_only)
    report.write(blocks(found), lambda: json.dumps(document(found), indent=2, ensure_ascii=False) + "\n")
    if found.drift.is_complete or not found.is_clean:
        stacks, projects = (", ".join(sorted(names)) for names in owners)
        issuing.report_drift(
            project=projects, stack=stacks, markdown=markdown(blocks(found)), drifted=not found.is_clean
        )
    if not found.is_clean:
        ctx.exit(_DRIFTED)
    ctx.exit(_CLEAN if found.drift.is_complete else _FAILED)


def _found(
    states: tuple[str, ...], account: AccountOptions, usage: UsageOptions, *, managed_only: bool
) -> tuple[DriftReport, tuple[set[str], set[str]]]:
    """Return the report, and the names of the stacks and of the projects whose states were read."""
    from pulumi_paygentic.changes.changeset import Changeset
    from pulumi_paygentic.changes.sides.drift import report_of, with_subscribers
    from pulumi_paygentic.cli.snapshot_source import ReadOnlyAccount, of_resources, state_of
    from pulumi_paygentic.snapshot.drift import detect_drift

    stacks = [state.removeprefix(_STACK) for state in states if state.startswith(_STACK)]
    owner = AccountOptions(account.stack or next(iter(stacks), None), account.cwd)
    resources = [resource for state in states for resource in state_of(state, account)]
    state = of_resources(resources, ", ".join(states))
    live = ReadOnlyAccount(owner.settings())
    with live.client() as client, counting("Reading the account") as progress:
        found = detect_drift(client, state, progress=progress)
        report = with_subscribers(report_of(found, stacks, unmanaged_counts=not managed_only), client)
    rated = usage.rate(Changeset(project="", stack="", plans=report.plans), live)
    report = replace(report, plans=rated.plans, impact=rated.impact)
    parts = [str(resource.get("urn", "")).removeprefix("urn:pulumi:").split("::") for resource in resources]
    return report, ({part[0] for part in parts if part[0]}, {part[1] for part in parts if len(part) > 1})
