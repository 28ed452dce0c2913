"""The proof of an import: in a scratch state, with the account read-only, a preview of the program must be empty."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from pulumi_paygentic.cli.account import SPACE
from pulumi_paygentic.cli.pulumi_program import PulumiFailed, run_pulumi
from pulumi_paygentic.cli.read_only_proxy import read_only
from pulumi_paygentic.snapshot.program.adoption import TYPE

if TYPE_CHECKING:
    from pulumi_paygentic.api import Settings

STACK: Final = "proof"
_IMPORT_FILE: Final = "import-of-the-proof.json"
_IGNORED: Final = shutil.ignore_patterns(".git", ".venv", "venv", "node_modules", "__pycache__", "Pulumi.*.yaml")
_UNCHANGED: Final = frozenset({"same", "read", "refresh"})


class Difference(NamedTuple):
    """A step of the preview that should not be there: the resource, such as `Price basic`, and the fields."""

    kind: str
    name: str
    operation: str
    fields: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r}: {self.operation}{' of ' + ', '.join(self.fields) if self.fields else ''}"


Resource = tuple[str, str]
"""The kind and the name of a resource."""


class Proof(NamedTuple):
    """The outcome: the number of unchanged resources, and each difference."""

    unchanged: int
    differences: tuple[Difference, ...]


def prove(
    folder: Path,
    files: Mapping[str, str],
    entries: str | None,
    adopting: Iterable[Resource],
    settings: Settings,
    *,
    stack: str,
) -> Proof:
    """Adopt the account with the program of `folder` and these files in a scratch state, and preview it.

    `entries` is the import file; the resources in `adopting` adopt their objects by themselves. The program gets the
    plain values of the stack's configuration, and none that is about the account. Raises
    `click.ClickException` if the program tries to write to the account, or fails.
    """
    with tempfile.TemporaryDirectory(prefix="paygentic-proof-") as scratch, read_only(settings) as account:
        program = Path(scratch) / "program"
        if folder.exists():
            shutil.copytree(folder, program, ignore=_IGNORED)
        for name, text in files.items():
            (program / name).parent.mkdir(parents=True, exist_ok=True)
            (program / name).write_text(text, encoding="utf-8")
        (program / f"Pulumi.{STACK}.yaml").write_text(_configuration(folder / f"Pulumi.{stack}.yaml"), encoding="utf-8")
        environment = {**account.environment, **_environment(Path(scratch))}
        with _explained(account.refused):
            run_pulumi("stack", "init", STACK, cwd=program, environment=environment)
            if entries is not None:
                (program / _IMPORT_FILE).write_text(entries, encoding="utf-8")
                adopt = ("import", "--file", _IMPORT_FILE, "--generate-code=false", "--protect=false", "--yes")
                run_pulumi(*adopt, "--skip-preview", cwd=program, environment=environment)
            targets = [f"--target=**::{TYPE}{kind}::{name}" for kind, name in adopting]
            if targets:
                chosen = targets if entries is not None else ()  # else the whole program is new
                run_pulumi("up", "--yes", "--skip-preview", *chosen, cwd=program, environment=environment)
            preview = run_pulumi("preview", "--refresh", "--json", cwd=program, environment=environment)
        return _read(json.loads(preview))


@contextmanager
def _explained(refused: list[str]) -> Iterator[None]:
    """Say of a failed command that it tried to write, if it did."""
    try:
        yield
    except PulumiFailed as error:
        writes = f" It tried to write, which was refused: {', '.join(refused)}." if refused else ""
        raise click.ClickException(f"The import could not be proved: {error.message}.{writes}") from error
    if refused:
        raise click.ClickException(f"The import could not be proved: it tried to write {', '.join(refused)}")


def _environment(scratch: Path) -> dict[str, str]:
    """Return the variables of a Pulumi that knows nothing of the person's own, with this very Python."""
    (scratch / "state").mkdir()
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "PULUMI_BACKEND_URL": f"file://{scratch}/state",
        "PULUMI_CONFIG_PASSPHRASE": secrets.token_hex(16),
        "PULUMI_CONFIG_PASSPHRASE_FILE": "",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_EXPERIMENTAL": "true",
        "PULUMI_HOME": f"{scratch}/home",
        "PULUMI_SKIP_CHECKPOINTS": "true",  # the state of a proof need not survive a kill, and is faster so
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _configuration(file: Path) -> str:
    """Return the configuration for the proof: the plain values of a stack's, without those that name an account."""
    import yaml

    content = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else None
    config = (content or {}).get("config") or {}
    plain = {
        name: value
        for name, value in config.items()
        if not name.startswith(SPACE) and not (isinstance(value, dict) and "secure" in value)
    }
    return yaml.safe_dump({"config": plain})


def _read(preview: Mapping[str, Any]) -> Proof:
    steps = [step for step in preview.get("steps", ()) if step["op"] not in _UNCHANGED]
    differences = [_difference(step) for step in steps if "pulumi:pulumi:Stack" not in step["urn"]]
    ours = preview.get("changeSummary", {}).get("same", 0) - 1  # the stack itself
    return Proof(max(ours, 0), tuple(differences))


def _difference(step: Mapping[str, Any]) -> Difference:
    kind, _, name = step["urn"].rpartition("::")
    fields = step.get("detailedDiff") or dict.fromkeys(step.get("diffReasons") or ())
    return Difference(kind.rpartition(":")[2], name, step["op"], tuple(sorted(fields)))
