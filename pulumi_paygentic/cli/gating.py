"""`--fail-on`, `--waivers`, `--base` and `--expect`: the decision on a change, as a command's exit code."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from pulumi_paygentic.cli.posting import FORGES, Where

if TYPE_CHECKING:
    from pulumi_paygentic.changes.changeset import Changeset
    from pulumi_paygentic.changes.gates import Gate, GateResult, Waiver

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def gate_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of gates; the command gets them as one argument, `gating`, a `Gating`."""

    @click.option(
        "--fail-on",
        metavar="GATE",
        multiple=True,
        help="Exit with 3 if the change is one of these: price-increase>10%, increase-for-existing-subscribers,"
        " revenue-drop>5%, more-than 50 customers, replace, delete, unknown. May be repeated; `and` joins conditions.",
    )
    @click.option("--waivers", type=_FILE, help="A YAML file of exceptions, each with reason, person and last day.")
    @click.option(
        "--base",
        type=_FILE,
        help="The preview of the base branch: a gate does not block for what that would change as well.",
    )
    @click.option(
        "--expect",
        metavar="DIGEST|github|gitlab",
        help="Exit with 3 unless the change has this digest, or the one in the comment of the pull request.",
    )
    @functools.wraps(command)
    def with_gates(
        *, fail_on: tuple[str, ...], waivers: Path | None, base: Path | None, expect: str | None, **options: Any
    ) -> Any:
        return command(gating=Gating.read(fail_on, waivers, base, expect), **options)

    return with_gates


class Gating(NamedTuple):
    """The gates and waivers that a command was given, read and checked."""

    gates: tuple[Gate, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    base: Path | None = None
    expect: str | None = None

    @classmethod
    def read(cls, fail_on: tuple[str, ...], waivers: Path | None, base: Path | None, expect: str | None) -> Gating:
        """Return the gates. Raises `click.UsageError` with every reason, before anything else is done."""
        if expect is not None and not re.fullmatch(r"[0-9a-fA-F]{16}|github|gitlab", expect.strip(), re.ASCII):
            raise click.UsageError("--expect takes a digest of 16 hexadecimal digits, github or gitlab.")
        if not fail_on and waivers is None and base is None:
            return cls(expect=expect)
        if not fail_on:
            raise click.UsageError("--waivers and --base are for gates: give --fail-on as well.")
        from pulumi_paygentic.changes.gates import GateError, parse_gate

        try:
            gates = tuple(parse_gate(part) for text in fail_on for part in text.split(","))
        except GateError as error:
            raise click.UsageError(str(error)) from error
        return cls(gates, _waivers(waivers) if waivers else (), base, expect)

    def results(self, changeset: Changeset) -> tuple[GateResult, ...]:
        """Return the verdicts on a change."""
        if not self.gates:
            return ()
        from pulumi_paygentic.changes.gates import evaluate

        today = datetime.now(timezone.utc).date()
        return evaluate(self.gates, changeset, today=today, waivers=self.waivers, base=self._base())

    def unexpected(self, changeset: Changeset, where: Where) -> str:
        """Return a sentence about a digest that is not the expected one; empty if it is, or none is.

        The comment that holds the digest is on the pull request that `where` says. Raises `click.ClickException` if it
        can't be read.
        """
        if self.expect is None:
            return ""
        from pulumi_paygentic.changes.digest import digest

        expected = self.expect.strip().lower()
        expected = _reviewed(changeset, where, expected) if expected in FORGES else expected
        found = digest(changeset)
        if expected == found:
            return ""
        return (
            f"This is not the change that was reviewed: its digest is {found}, expected was {expected}."
            " The differences of now stand above; have them reviewed, or revert what changed since."
        )

    def _base(self) -> Changeset | None:
        if self.base is None:
            return None
        from pulumi_paygentic.changes.preview import read_preview

        with self.base.open("rb") as file:
            return read_preview(file, name=str(self.base))


def _reviewed(changeset: Changeset, where: Where, forge: str) -> str:
    """Return the digest in the comment of the pull request; a comment that a fork's run made has none."""
    from pulumi_paygentic.forge import ForgeError, posted

    try:
        with where.place(forge).comments() as board:
            mark = posted(board, "diff", changeset.project, changeset.stack)
    except ForgeError as error:
        raise click.ClickException(str(error)) from error
    if mark is None or not mark.digest:
        name = f"{changeset.stack} ({changeset.project})"
        raise click.ClickException(
            f"The pull request has no comment with a digest for {name}: post one with --post {forge}, and review it."
        )
    return mark.digest


def _waivers(path: Path) -> tuple[Waiver, ...]:
    import yaml

    from pulumi_paygentic.changes.gates import WaiverError, read_waivers

    try:
        return read_waivers(yaml.safe_load(path.read_text(encoding="utf-8")))
    except WaiverError as error:
        raise click.UsageError(f"{path}: {error}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise click.UsageError(f"{path} is not YAML: {' '.join(str(error).split())[:200]}") from error
