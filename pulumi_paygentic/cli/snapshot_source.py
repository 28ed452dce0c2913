"""The sides that commands read: a live account, the state of a stack, or a file. One spelling for all commands.

account             the account of the settings: the stack of --stack, if given, then the environment
account@prod        the account that the configuration of the Pulumi stack `prod` names
account:STAGING_    the account of the variables that begin so: STAGING_PAYGENTIC_API_KEY and the others
stack:prod          the state of the Pulumi stack `prod`, on whatever backend
catalog.yaml        a file: an export of this tool, the output of `pulumi stack export`, or a backend's state file
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulumi_paygentic.cli.account import AccountOptions
from pulumi_paygentic.cli.pulumi_program import run_pulumi
from pulumi_paygentic.cli.terminal import counting, step

if TYPE_CHECKING:
    from pulumi_paygentic.api import Client, Settings
    from pulumi_paygentic.snapshot import Snapshot

_ACCOUNT, _STACK = "account", "stack:"


def read_side(text: str, account: AccountOptions, *, lines: bool = True) -> Snapshot:
    """Return the snapshot of a side, with the line keys of an account's plans if asked for.

    Raises `click.ClickException` with one line for a side that can't be read, and the client's errors.
    """
    if text == _ACCOUNT or text.startswith((f"{_ACCOUNT}@", f"{_ACCOUNT}:")):
        from pulumi_paygentic.snapshot import read_account

        with read_only_client(settings_of(text, account)) as client, counting("Reading the account") as progress:
            return read_account(client, lines=lines, progress=progress)
    if text.startswith(_STACK):
        return of_resources(state_of(text, account), text)
    return _file(text)


def label(text: str) -> str:
    """Return the name of a side in a report: as it was given, of a file without its folder."""
    return text if text.startswith((_ACCOUNT, _STACK)) else Path(text).name


def settings_of(text: str, account: AccountOptions) -> Settings:
    """Return the settings of an `account...` side. Raises `ConfigurationError`."""
    from pulumi_paygentic.api import ConfigurationError, Settings

    if text.startswith(f"{_ACCOUNT}@"):
        return AccountOptions(text.partition("@")[2], account.cwd).settings()
    prefix = text.partition(":")[2]
    if not prefix:
        return account.settings()
    named = {name.removeprefix(prefix): value for name, value in os.environ.items() if name.startswith(prefix)}
    try:
        return Settings.resolve(environ=named)
    except ConfigurationError as error:
        where = f"For {text}, each variable begins with {prefix}, as {prefix}PAYGENTIC_API_KEY"
        raise ConfigurationError([*error.reasons, where]) from error


@contextmanager
def read_only_client(settings: Settings) -> Iterator[Client]:
    """Open a client that refuses every method but GET."""
    from pulumi_paygentic.api import ReadOnlyClient

    with ReadOnlyClient(settings) as client:
        yield client


class ReadOnlyAccount:
    """The account of some settings, for reading only."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def client(self) -> AbstractContextManager[Client]:
        """Return a client that refuses every method but GET."""
        return read_only_client(self.settings)


def account_of(text: str, account: AccountOptions) -> ReadOnlyAccount:
    """Return the account of a side: of an `account...`, or of the settings of a `stack:NAME`.

    Raises `click.UsageError` for a file, which has none, and `ConfigurationError`.
    """
    if text.startswith(_STACK):
        return ReadOnlyAccount(AccountOptions(text.removeprefix(_STACK), account.cwd).settings())
    if text != _ACCOUNT and not text.startswith((f"{_ACCOUNT}@", f"{_ACCOUNT}:")):
        raise click.UsageError(f"--usage rates the last period of LEFT, and {text} is no account. Swap the sides.")
    return ReadOnlyAccount(settings_of(text, account))


def state_of(text: str, account: AccountOptions) -> list[Any]:
    """Return the resources in the state that a side names: a stack, or a file. Raises `click.ClickException`."""
    from pulumi_paygentic.snapshot.state import NotAState, resources_of

    if text.startswith(_STACK):
        name = text.removeprefix(_STACK)
        with step(f"Reading the state of {name}"):
            document = json.loads(run_pulumi("stack", "export", "--stack", name, cwd=account.cwd))
    else:
        document = _parsed(text)
    try:
        return list(resources_of(document))
    except NotAState as error:
        raise click.ClickException(f"{text} {error}") from error


def of_resources(resources: list[Any], source: str) -> Snapshot:
    """Return the snapshot of resources of a state."""
    from pulumi_paygentic.snapshot.state import of_resources as snapshot_of

    return snapshot_of(resources, source)


def _file(text: str) -> Snapshot:
    from pulumi_paygentic.snapshot.document import BadDocument, is_document, of_document
    from pulumi_paygentic.snapshot.state import NotAState, of_state

    document = _parsed(text)
    if isinstance(document, dict) and isinstance(document.get("steps"), list):
        from pulumi_paygentic.changes.preview.as_snapshot import snapshot_of_preview

        with Path(text).open("rb") as file:
            return snapshot_of_preview(file, text)
    try:
        return of_document(document, text) if is_document(document) else of_state(document, text)
    except BadDocument as error:
        raise click.ClickException(f"{text} {error}") from error
    except NotAState as error:
        message = f"{text} is neither an export of pulumi-paygentic nor a state or preview of a Pulumi stack"
        raise click.ClickException(message) from error


def _parsed(text: str) -> Any:
    from pulumi_paygentic.snapshot.text import Unreadable, parse

    path = Path(text)
    if not path.is_file():
        known = "account, account@STACK, account:PREFIX_, stack:NAME, or the name of a file"
        raise click.ClickException(f"{text} is no file. Give one of: {known}")
    try:
        return parse(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{text} is no text in UTF-8") from error
    except Unreadable as error:
        raise click.ClickException(f"{text} {error}") from error
