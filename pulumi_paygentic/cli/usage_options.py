"""The usage that a command rates a change with: from the account's invoices or meters, from a file, or none."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import click

from pulumi_paygentic.cli.account import AccountOptions
from pulumi_paygentic.cli.terminal import counting_up_to, note
from pulumi_paygentic.cli.version_numbers import numbered

if TYPE_CHECKING:
    from pulumi_paygentic.api import Client
    from pulumi_paygentic.changes.changeset import Changeset
    from pulumi_paygentic.changes.plan_change import PlanChange
    from pulumi_paygentic.changes.usage import Usage

INVOICES: Final = "invoices"
METERS: Final = "meters"
_RATED: Final = ("changed", "added", "removed", "unknown")


def usage_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--usage` and `--no-usage`; the command gets them as one argument, `usage`, a `UsageOptions`."""

    @click.option(
        "--usage",
        metavar="invoices|meters|FILE",
        help=(
            "The usage to rate the change with: the account's last invoices (exact, the default), its meters (fewer"
            " calls), or a file of JSON lines."
        ),
    )
    @click.option("--no-usage", is_flag=True, help="Leave out subscribers and revenue: ask the account nothing.")
    @functools.wraps(command)
    def with_usage(*, usage: str | None, no_usage: bool, **options: Any) -> Any:
        if usage is not None and no_usage:
            raise click.UsageError("--usage and --no-usage exclude each other: give one of them.")
        return command(usage=UsageOptions(usage, wanted=not no_usage), **options)

    return with_usage


def optional_usage(side: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add `--usage` alone: nothing is rated without it; `side` says which of two prices were the old ones."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        @click.option(
            "--usage",
            metavar="invoices|meters|FILE",
            help=(
                f"Rate the last period of the account at the prices of both sides, {side} first, with the usage of its"
                " invoices (exact), its meters (fewer calls), or a file of JSON lines."
            ),
        )
        @functools.wraps(command)
        def with_usage(*, usage: str | None, **options: Any) -> Any:
            return command(usage=UsageOptions(usage, wanted=usage is not None), **options)

        return with_usage

    return add


class OpensClient(Protocol):
    """An account that can be asked."""

    def client(self) -> AbstractContextManager[Client]:
        """Return a client for the length of a `with` block."""


class UsageOptions:
    """The source of usage that a command was given; reads it when asked."""

    def __init__(self, source: str | None, *, wanted: bool = True) -> None:
        self.source = source
        self.wanted = wanted

    def add_to(self, changeset: Changeset, account: AccountOptions) -> Changeset:
        """Return the changeset with subscribers, versions and impact.

        It comes back as it is if nobody wants them, or no plan changes.
        Without a choice of the user, a source that can't be read is a gap of the impact and a note on standard error.
        Raises `click.ClickException` and `PaygenticError` otherwise.
        """
        if self.wanted and changeset.plans and self._asks_the_account:
            changeset = numbered(changeset, account)
        return self.rate(changeset, account)

    def rate(self, changeset: Changeset, account: OpensClient) -> Changeset:
        """Return the changeset with subscribers and impact; see `add_to`."""
        if not self.wanted or not changeset.plans:
            return changeset
        from pulumi_paygentic.api import PaygenticError
        from pulumi_paygentic.changes.impact import Gap, Impact
        from pulumi_paygentic.changes.simulate import with_usage
        from pulumi_paygentic.changes.usage import BadUsageFile, Unreadable

        try:
            return with_usage(changeset, self._read(changeset.plans, account))
        except BadUsageFile as error:
            raise click.ClickException(str(error)) from error
        except (PaygenticError, Unreadable, click.ClickException) as error:
            reason = f"subscribers and revenue: {_said(error)}"
            if self.source is not None:
                raise click.ClickException(f"Can't read {reason}") from error
            note(f"Without {reason}")
            return replace(changeset, impact=Impact(source="invoices", gaps=(Gap(reason, 0),)))

    @property
    def _asks_the_account(self) -> bool:
        return self.source in {None, INVOICES, METERS}

    def _read(self, plans: tuple[PlanChange, ...], account: OpensClient) -> Usage:
        from pulumi_paygentic.changes.usage import read_usage_file

        if not self._asks_the_account:
            return read_usage_file(_file(str(self.source)), plans)
        with account.client() as client:
            ours = [plan for plan in plans if plan.merchant_id in {None, client.settings.merchant_id}]
            usage = _meters(client, ours) if self.source == METERS else _invoices(client, ours)
        return replace(usage, gaps=(*usage.gaps, *_foreign(plans, ours)))


def _invoices(client: Client, plans: list[PlanChange]) -> Usage:
    from pulumi_paygentic.changes.simulate import edited_in_place
    from pulumi_paygentic.changes.usage import InvoiceCache, cache_path, read_invoices

    settings = client.settings
    with counting_up_to() as progress:
        return read_invoices(
            client,
            [plan.plan_id for plan in plans if plan.plan_id is not None],
            InvoiceCache(cache_path(settings.base_url, settings.merchant_id)),
            rated=[plan.plan_id for plan in plans if plan.plan_id is not None and _is_rated(plan)],
            with_pinned=any(edited_in_place(line) for plan in plans for line in plan.lines),
            progress=progress,
        )


def _meters(client: Client, plans: list[PlanChange]) -> Usage:
    from datetime import datetime, timezone

    from pulumi_paygentic.changes.usage import metrics_of, read_meters

    known = {plan.plan_id: plan for plan in plans if plan.plan_id is not None}
    with counting_up_to() as progress:
        return read_meters(
            client,
            {plan_id: metrics_of(plan) for plan_id, plan in known.items()},
            {plan_id: plan.currency_before or plan.currency for plan_id, plan in known.items()},
            datetime.now(timezone.utc),
            progress=progress,
        )


def _is_rated(plan: PlanChange) -> bool:
    return any(line.op in _RATED for line in plan.lines)


def _foreign(plans: tuple[PlanChange, ...], ours: list[PlanChange]) -> Iterator[Any]:
    from pulumi_paygentic.changes.impact import Gap

    for plan in plans:
        if plan not in ours:
            yield Gap(f"{plan.name}: it is of merchant {plan.merchant_id}, and the settings are another merchant's", 0)


def _file(name: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise click.UsageError(f"--usage is invoices, meters or a file, and there is no file {name!r}.")
    return path


def _said(error: Exception) -> str:
    return error.format_message() if isinstance(error, click.ClickException) else str(error)
