"""`pulumi-paygentic sandbox reset`: empties a sandbox account after its merchant id was given."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pulumi_paygentic.cli.account import AccountOptions, account_options
from pulumi_paygentic.cli.terminal import examples, note, print_json, step

if TYPE_CHECKING:
    from pulumi_paygentic.api import Settings
    from pulumi_paygentic.snapshot.inventory import Inventory

RESET = "/v0/merchants/{id}/reset"
STAYS = (
    "The API cannot remove the merchant itself, its keys, its webhook endpoints and what was sent to customers: links"
    " that are open fail when they are used."
)


@click.group(short_help="Empty a sandbox account.")
def sandbox() -> None:
    """Commands for a sandbox account; none of them works on production."""


@sandbox.command(
    short_help="Remove everything from a sandbox account.",
    epilog=examples(
        "pulumi-paygentic sandbox reset                                    # asks for the merchant id",
        "pulumi-paygentic sandbox reset --keep-catalog --merchant org_1    # in a pipeline",
    ),
)
@account_options
@click.option("--merchant", metavar="ID", help="The id of the merchant to empty, instead of the question for it.")
@click.option("--keep-catalog", is_flag=True, help="Keep the catalog, and remove customers with all that is theirs.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def reset(account: AccountOptions, *, merchant: str | None, keep_catalog: bool, as_json: bool) -> None:
    """Remove everything from a sandbox account, and say what was removed.

    The merchant id must be typed, or given with --merchant. Production is refused, and so is a live key. A stack whose
    objects were removed still lists them: its next `pulumi up --refresh` makes them again.
    """
    from pulumi_paygentic.api import Client
    from pulumi_paygentic.snapshot.inventory import take_inventory

    settings = account.settings()
    _refuse_production(settings)
    _confirm(settings.merchant_id, merchant)
    with Client(settings) as client:
        with step("Counting"):
            before = take_inventory(client)
        with step("Removing"):
            body = {"scope": "merchant", "keepCatalog": keep_catalog}
            client.act(RESET, body, id=settings.merchant_id)
        with step("Counting"):
            after = take_inventory(client)
    if as_json:
        print_json(
            {
                "merchant_id": settings.merchant_id,
                "kept_catalog": keep_catalog,
                "removed": before.minus(after),
                "remaining": {title: count for title, count in after.counts.items() if count},
                "unreadable": list(after.unreadable),
            }
        )
        return
    _report(settings.merchant_id, before, after)


def _refuse_production(settings: Settings) -> None:
    if settings.environment != "sandbox" or settings.api_key.startswith("sk_live_"):
        raise click.ClickException(
            "Nothing was removed: this is a production account. Set paygentic:environment to sandbox, and use its key"
        )


def _confirm(configured: str, given: str | None) -> None:
    if given is None:
        if not sys.stdin.isatty():
            raise click.ClickException(f"Nothing was removed: give --merchant {configured} to confirm")
        given = click.prompt(f"Type the merchant id to remove everything from {configured}", err=True)
    if given != configured:
        raise click.ClickException(f"Nothing was removed: the configured merchant is {configured}, not {given}")


def _report(merchant_id: str, before: Inventory, after: Inventory) -> None:
    removed = before.minus(after)
    for title, count in removed.items():
        click.echo(f"removed {count:>6}  {title}{'' if count == 1 else 's'}")
    if not removed:
        click.echo(f"{merchant_id} had nothing to remove")
    for title, count in after.counts.items():
        if count:
            click.echo(f"remains {count:>6}  {title}{'' if count == 1 else 's'}")
    for title in after.unreadable:
        note(f"The key may not list {title}s: they were not counted")
    note(STAYS)
