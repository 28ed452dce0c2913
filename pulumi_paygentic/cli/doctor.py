"""`pulumi-paygentic doctor`: what is installed, configured, reachable and permitted, with the action for each fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from pulumi_paygentic.cli.account import AccountOptions, account_options
from pulumi_paygentic.cli.terminal import examples, print_json, step

if TYPE_CHECKING:
    from pulumi_paygentic.cli.checkup.finding import Finding

_MARKS = {
    "ok": ("ok", "green"),
    "note": ("note", "cyan"),
    "warning": ("warning", "yellow"),
    "problem": ("problem", "red"),
}


@click.command(
    short_help="Check the installation, the settings, the account and the stack.",
    epilog=examples(
        "pulumi-paygentic doctor",
        "pulumi-paygentic doctor --stack production --cwd catalog",
        "pulumi-paygentic doctor --json",
    ),
)
@account_options
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(account: AccountOptions, *, as_json: bool) -> None:
    """Check everything that `pulumi up` needs, and say what to do about each fault.

    Nothing is changed, and no key is shown. The exit code is 1 if something stops `pulumi up`, else 0.
    """
    with step("Checking"):
        findings = list(_findings(account))
    stops = any(finding.level == "problem" for finding in findings)
    if as_json:
        print_json({"ok": not stops, "findings": [finding._asdict() for finding in findings]})
    else:
        _print(findings)
    if stops:
        raise click.exceptions.Exit(1)


def _findings(account: AccountOptions) -> Iterator[Finding]:
    from pulumi_paygentic.api import ConfigurationError, Settings
    from pulumi_paygentic.cli.checkup.configured import configured
    from pulumi_paygentic.cli.checkup.finding import Finding
    from pulumi_paygentic.cli.checkup.installation import installation
    from pulumi_paygentic.cli.checkup.reachable import reachable
    from pulumi_paygentic.cli.checkup.stack_state import stack_state

    yield from installation()
    try:
        configuration = account.configuration()
    except click.ClickException as error:
        yield Finding("settings", "problem", error.message, "Check the stack's name, --cwd and the login")
        configuration = {}
    yield from configured(configuration, account.stack)
    try:
        settings = Settings.resolve(configuration)
    except ConfigurationError:
        settings = None
        yield Finding("account", "note", "The account was not checked, because a setting is missing or wrong")
    if settings is not None:
        yield from reachable(settings)
    yield from stack_state(account.stack, account.cwd, configuration, settings)


def _print(findings: list[Finding]) -> None:
    area = ""
    for finding in findings:
        if finding.area != area:
            area = finding.area
            click.secho(area.capitalize(), bold=True)
        word, colour = _MARKS[finding.level]
        click.echo(f"  {click.style(f'{word:<8}', fg=colour)} {finding.text}")
        if finding.advice:
            click.echo(f"  {'':<8} {finding.advice}")
