"""The version numbers of a change, asked of the account where a command may ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pulumi_paygentic.cli.account import AccountOptions

if TYPE_CHECKING:
    from pulumi_paygentic.changes.changeset import Changeset


def numbered(changeset: Changeset, account: AccountOptions) -> Changeset:
    """Return the changeset with version numbers; without them if the account can't be asked."""
    if not any(plan.op == "update" for plan in changeset.plans):
        return changeset
    from pulumi_paygentic.api import PaygenticError
    from pulumi_paygentic.changes.versions import with_versions

    try:
        with account.client() as client:
            return with_versions(changeset, client)
    except (PaygenticError, click.ClickException):
        return changeset
