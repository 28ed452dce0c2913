"""`pulumi-paygentic import`: writes the account as a program with its state, and proves that the two agree."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from pulumi_paygentic.cli.account import AccountOptions, account_options
from pulumi_paygentic.cli.terminal import examples, print_json

if TYPE_CHECKING:
    from pulumi_paygentic.api import Settings


@click.command(
    "import",
    short_help="Write the account as a program, with its state.",
    epilog=examples(
        "pulumi-paygentic import --out catalog",
        "pulumi-paygentic import --out catalog --product 'Speech API' --adopt id",
        "pulumi-paygentic import --out catalog --dry-run --json",
    ),
)
@account_options
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the program. A second import into it adds what is new, and keeps every edit.",
)
@click.option(
    "--adopt",
    type=click.Choice(["import", "id"]),
    default="import",
    show_default=True,
    help="How the stack comes to hold the objects: by a file for `pulumi import`, or by adopt_id in the program.",
)
@click.option("--product", "products", multiple=True, metavar="NAME", help="Only this product, by name or id.")
@click.option("--project", metavar="NAME", help="The name of the Pulumi project.  [default: that of the folder]")
@click.option("--new-stack", metavar="NAME", help="The name of the stack to configure.  [default: the environment]")
@click.option("--split/--one-file", default=None, help="A file a product, or one for all.  [default: by their number]")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write and prove nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_(
    account: AccountOptions,
    *,
    out: Path,
    adopt: Literal["import", "id"],
    products: tuple[str, ...],
    project: str | None,
    new_stack: str | None,
    split: bool | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write the account's catalog as a Pulumi program, with the file that adopts it.

    The import proves itself before anything is written to the folder: it adopts the account in a scratch state, with
    every call but reads refused, and the preview of the program must be empty. Otherwise it fails and names the field.
    Nothing is ever written to the account. What can't be declared is left out with a reason, in IMPORT.md.
    """
    from pulumi_paygentic.cli.import_run import run
    from pulumi_paygentic.snapshot.program.bundle import Request

    settings = account.settings()
    request = Request(
        project=project or _project_of(out),
        stack=new_stack or settings.environment,
        adoption=adopt,
        products=products,
        split=split,
        settings=_configuration(settings),
    )
    outcome = run(settings, request, out, dry_run=dry_run)
    if as_json:
        print_json(outcome.json)
    else:
        click.echo(outcome.text)


def _project_of(folder: Path) -> str:
    """Return the folder's name as far as Pulumi allows it for a project."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", folder.resolve().name).strip("-.") or "catalog"


def _configuration(settings: Settings) -> dict[str, str]:
    """Return the settings that pin the account, without the key and without defaults."""
    from pulumi_paygentic.api import DEFAULT_BASE_URL

    pinned = {"merchantId": settings.merchant_id}
    if settings.environment != "sandbox":
        pinned["environment"] = settings.environment
    if settings.base_url != DEFAULT_BASE_URL[settings.environment]:
        pinned["baseUrl"] = settings.base_url
    return pinned
