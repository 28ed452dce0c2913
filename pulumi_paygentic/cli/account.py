"""The account that a command works on: the provider's own settings, from the same sources in the same order."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulumi_paygentic.cli.pulumi_program import run_pulumi

if TYPE_CHECKING:
    from pulumi_paygentic.api import Client, Settings

SPACE = "paygentic:"


def account_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--stack` and `--cwd`; the command gets them as one argument, `account`, an `AccountOptions`."""

    @click.option("--stack", metavar="NAME", help="Read the settings of this Pulumi stack before the environment's.")
    @click.option(
        "--cwd",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        default=Path(),
        help="The folder of the Pulumi program.  [default: the current one]",
    )
    @functools.wraps(command)
    def with_account(*, stack: str | None, cwd: Path, **options: Any) -> Any:
        return command(account=AccountOptions(stack, cwd), **options)

    return with_account


class AccountOptions:
    """The stack and the folder that a command was given; reads the settings when asked."""

    def __init__(self, stack: str | None, cwd: Path) -> None:
        self.stack = stack
        self.cwd = cwd

    def settings(self) -> Settings:
        """Return the settings: the stack's configuration, if a stack was given, then the environment.

        Raises `ConfigurationError` with every reason, and `click.ClickException` if the stack can't be read.
        """
        from pulumi_paygentic.api import Settings

        return Settings.resolve(self.configuration())

    def client(self) -> Client:
        """Return a client for the account; the caller closes it."""
        from pulumi_paygentic.api import Client

        return Client(self.settings())

    def configuration(self) -> Mapping[str, str]:
        """Return the `paygentic:` settings of the stack by name; none without a stack.

        Only a secret is decrypted: without one, a stack whose passphrase is not at hand can be read as well.
        """
        if self.stack is None:
            return {}
        entries = json.loads(run_pulumi("config", "--json", "--stack", self.stack, cwd=self.cwd))
        ours = {key: entry for key, entry in entries.items() if key.startswith(SPACE)}
        return {
            key.removeprefix(SPACE): (
                run_pulumi("config", "get", key, "--stack", self.stack, cwd=self.cwd).rstrip("\n")
                if entry.get("secret")
                else str(entry.get("value", ""))
            )
            for key, entry in ours.items()
        }
