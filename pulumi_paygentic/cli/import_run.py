"""The steps of an import: read the account, make the files, prove them, and only then write them."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from pulumi_paygentic.api import Client, Settings
from pulumi_paygentic.cli.files import PRIVATE, whole_folder, write_whole
from pulumi_paygentic.cli.proof import Proof, prove
from pulumi_paygentic.cli.terminal import step
from pulumi_paygentic.snapshot import Snapshot, read_account
from pulumi_paygentic.snapshot.program import record as records
from pulumi_paygentic.snapshot.program import report
from pulumi_paygentic.snapshot.program.bundle import Bundle, Request, make_bundle
from pulumi_paygentic.snapshot.program.record import Record

_ENTRIES: Final = "import.json"
_MOST_NAMED: Final = 10


class Outcome(NamedTuple):
    """The result of the command for machines and for a person."""

    json: dict[str, Any]
    text: str


def run(settings: Settings, request: Request, out: Path, *, dry_run: bool) -> Outcome:
    """Import the account of the settings into the folder. Raises `click.ClickException` for what stops it."""
    record = _record(out, settings)
    with Client(settings) as client, step("Reading the account"):
        snapshot = read_account(client, lines=True)
    bundle = _bundle(snapshot, request, record, out)
    if record is None:
        _refuse_to_overwrite(out, [*bundle.files, report.FILE])
    if dry_run:
        return _outcome(bundle, None, [], "Nothing was written, because this is a dry run.")
    proof = None
    if bundle.program.declarations:
        with step("Proving the program against the account"):
            adopting = [] if bundle.entries else _resources(bundle)
            proof = prove(out, bundle.files, bundle.proof_entries, adopting, settings, stack=request.stack)
        _require_empty(proof, bundle)
    entries = _free_name(out) if bundle.entries else None
    steps = _steps(out, request, entries, new_project=record is None)
    sentence = _sentence(proof)
    _write(out, bundle, entries, report.as_markdown(bundle, proof=sentence, steps=steps))
    return _outcome(bundle, proof, steps, sentence, entries)


def _bundle(snapshot: Snapshot, request: Request, record: Record | None, out: Path) -> Bundle:
    try:
        return make_bundle(snapshot, request, record, _sources(out) if record else None)
    except (LookupError, ValueError) as error:
        raise click.ClickException(str(error.args[0])) from error


def _record(out: Path, settings: Settings) -> Record | None:
    """Return the record of the last import into the folder, None if there was none."""
    file = out / records.FILE
    if not file.exists():
        return None
    try:
        record = Record.parse(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.ClickException(f"{file} {error}: restore it, or import into an empty folder") from error
    if record.merchant_id != settings.merchant_id:
        raise click.ClickException(
            f"{out} was imported from {record.merchant_id}, and the configured merchant is {settings.merchant_id}:"
            " import into another folder"
        )
    return record


def _sources(out: Path) -> dict[str, str]:
    files = sorted([*out.glob("*.py"), *out.glob("*/*.py")])
    return {file.relative_to(out).as_posix(): file.read_text(encoding="utf-8") for file in files}


def _refuse_to_overwrite(out: Path, names: list[str]) -> None:
    present = [name for name in sorted(names) if (out / name).exists()]
    if present:
        raise click.ClickException(
            f"{out} has {', '.join(present)} already, and nothing is overwritten: import into an empty folder"
        )


def _require_empty(proof: Proof, bundle: Bundle) -> None:
    """Refuse a difference of a new resource; one that was declared before may differ by a person's edit."""
    new = set(_resources(bundle))
    failed = [str(one) for one in proof.differences if (one.kind, one.name) in new]
    if failed:
        more = f" and {len(failed) - _MOST_NAMED} more" if len(failed) > _MOST_NAMED else ""
        raise click.ClickException(
            f"Nothing was written, because the preview of the program is not empty: {'; '.join(failed[:_MOST_NAMED])}"
            f"{more}. Leave these out with --product, and report them"
        )


def _resources(bundle: Bundle) -> list[tuple[str, str]]:
    return [(one.kind.__name__, one.name) for one in bundle.program.declarations]


def _free_name(out: Path) -> str:
    """Return the name of the import file: that of an earlier import may not have been used yet."""
    names = [_ENTRIES, *(f"import-{number}.json" for number in range(2, 10_000))]
    return next(name for name in names if not (out / name).exists())


def _write(out: Path, bundle: Bundle, entries: str | None, markdown: str) -> None:
    """Write the files: a new folder as a whole, into one that is there with the record last."""
    with whole_folder(out) as folder:
        for name, text in bundle.files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            write_whole(folder / name, text)
        if entries is not None and bundle.entries is not None:
            write_whole(folder / entries, bundle.entries, mode=PRIVATE)
        write_whole(folder / report.FILE, markdown)
        write_whole(folder / records.FILE, bundle.record.text())


def _steps(out: Path, request: Request, entries: str | None, *, new_project: bool) -> list[str]:
    steps = [f"cd {shlex.quote(str(out))}"]
    if new_project:
        steps.append(f"pulumi stack init {request.stack}")
    if entries is not None:
        steps.append(f"pulumi import --file {entries} --generate-code=false --protect=false --yes")
    elif request.adoption == "id":
        steps.append("pulumi up")
    return [*steps, "pulumi preview --refresh"]


def _sentence(proof: Proof | None) -> str:
    if proof is None:
        return "Nothing had to be proved."
    differing = f", {len(proof.differences)} declared before that differ" if proof.differences else ""
    return f"Proved with the account read-only: {proof.unchanged} unchanged in the preview{differing}."


def _outcome(
    bundle: Bundle, proof: Proof | None, steps: list[str], sentence: str, entries: str | None = None
) -> Outcome:
    left_out = [one for one in bundle.selection.omissions if not one.expected]
    proved = None if proof is None else {"unchanged": proof.unchanged, "differing": [str(d) for d in proof.differences]}
    lines = [f"Declared: {report.summary(bundle)}. {sentence}"]
    if left_out:
        lines.append(f"Left out: {len(left_out)}, with the reasons in {report.FILE}.")
        lines += [f"  {one.kind} {one.key!r} ({one.id}) {one.reason}" for one in left_out[:_MOST_NAMED]]
    if bundle.changes:
        lines += ["Changed in the account since the last import:", *(f"  {change}" for change in bundle.changes)]
    if steps:
        lines += ["Next:", *(f"  {one}" for one in steps)]
    document = {**report.as_json(bundle), "proof": proved, "import_file": entries, "next": steps}
    return Outcome(document, "\n".join(lines))
