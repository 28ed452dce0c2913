"""An import as a value: every file to write, the entries to import, and all that there is to report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final, Literal

from pulumi_paygentic.snapshot.objects import Dangling, Ref, map_references
from pulumi_paygentic.snapshot.program.adoption import import_file
from pulumi_paygentic.snapshot.program.blocks import Blocks
from pulumi_paygentic.snapshot.program.declaration import Declaration
from pulumi_paygentic.snapshot.program.existing import read_sources
from pulumi_paygentic.snapshot.program.layout import MAIN, Program, append, declarations_of, lay_out
from pulumi_paygentic.snapshot.program.naming import Names
from pulumi_paygentic.snapshot.program.record import Change, Record, Recorded, changes_since, recorded
from pulumi_paygentic.snapshot.program.selection import Selection, select
from pulumi_paygentic.snapshot.snapshot import Snapshot

Adoption = Literal["import", "id"]
PROJECT_FILE: Final = "Pulumi.yaml"


@dataclass(frozen=True)
class Request:
    """The decisions of a person about an import."""

    project: str
    stack: str
    adoption: Adoption = "import"
    products: tuple[str, ...] = ()
    split: bool | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    """The stack's configuration, without a key."""


@dataclass
class Bundle:
    """An import before anything is written."""

    snapshot: Snapshot
    selection: Selection
    program: Program
    record: Record
    files: dict[str, str]
    """The source and configuration files by path, whole."""
    entries: str | None
    """The import file of the new objects; None where the program adopts by `adopt_id`, or nothing is new."""
    proof_entries: str | None
    """The import file of every object that the proof does not leave to the program: the recorded ones, and the new."""
    changes: list[Change]


def make_bundle(
    snapshot: Snapshot, request: Request, record: Record | None = None, sources: Mapping[str, str] | None = None
) -> Bundle:
    """The import of a snapshot. With the record of an earlier import, only new objects are added to the `sources`.

    Raises LookupError for a product that is not there, and ValueError for a source that can't be read.
    """
    known = set(record.objects) if record else set()
    selection = select(snapshot, products=request.products, known=known)
    changes = list(changes_since(record, snapshot, selection)) if record else []
    new = [ref for ref in selection.arguments if snapshot[ref].id not in known]
    if request.adoption == "id":
        for ref in new:
            selection.arguments[ref]["adopt_id"] = str(snapshot[ref].id)
    if record is None:
        names = Names()
        declarations = declarations_of(snapshot, selection, names, new)
        about = f"The billing catalog of {snapshot.merchant_id} on Paygentic."
        program = lay_out(snapshot, declarations, names, split=request.split, about=about)
        files = {**program.files, **_configuration(snapshot, request)}
    else:
        program = _additions(snapshot, selection, new, record, sources or {})
        files = dict(program.files)
    updated = _updated(snapshot, selection, program, record)
    imported = program.declarations if request.adoption == "import" else []
    recorded_ones = _recorded_ones(snapshot, selection, record)
    entries = import_file(snapshot, imported) if imported else None
    proof = import_file(snapshot, [*recorded_ones, *imported]) if recorded_ones else entries
    return Bundle(snapshot, selection, program, updated, files, entries, proof, changes)


def _additions(
    snapshot: Snapshot, selection: Selection, new: list[Ref], record: Record, sources: Mapping[str, str]
) -> Program:
    """The sources with the new objects at the end of the file that their product stands in."""
    existing = read_sources(sources)
    taken = _joined(record.names(), existing.names)
    names = Names(taken, {name for bound in existing.variables.values() for name in bound})
    files = {one.file for one in record.objects.values() if one.file in sources} or {MAIN}
    by_file: dict[str, list[Ref]] = {}
    for ref in new:
        by_file.setdefault(_file_of(snapshot, ref, record, files), []).append(ref)
    program = Program()
    for file, refs in by_file.items():
        expressions = existing.references(record, snapshot, file)
        _use_ids(snapshot, selection, refs, {*expressions, *refs})
        declarations = declarations_of(snapshot, selection, names, refs)
        blocks = Blocks(names, expressions)
        program.files[file] = append(snapshot, sources.get(file, ""), declarations, blocks)
        program.declarations += declarations
        program.places |= dict.fromkeys(refs, file)
        program.references |= {ref: blocks.references[ref] for ref in refs}
    return program


def _file_of(snapshot: Snapshot, ref: Ref, record: Record, files: set[str]) -> str:
    """The file of the object's product, else that of most objects: the first of a program with one file."""
    product = snapshot.product_of(snapshot[ref])
    home = record.objects.get(str(product.id)) if product else None
    if home is not None and home.file in files:
        return home.file
    return min(files, key=lambda file: (PurePosixPath(file).name != MAIN, file))


def _use_ids(snapshot: Snapshot, selection: Selection, refs: Iterable[Ref], within_reach: set[Ref]) -> None:
    """Put ids in the place of references to declarations that the file can't name."""

    def reference(target: Ref | Dangling) -> Any:
        found = snapshot.find(target)
        return target if target in within_reach or found is None else found.id

    for ref in refs:
        arguments = selection.arguments[ref]
        selection.arguments[ref] = {name: map_references(value, reference) for name, value in arguments.items()}


def _updated(snapshot: Snapshot, selection: Selection, program: Program, record: Record | None) -> Record:
    """The record after this import: the values of now for every declared object."""
    objects = dict(record.objects) if record else {}
    for object_id, one in objects.items():
        live = snapshot.by_id(object_id)
        if live is not None and live.ref in selection.arguments:
            arguments = recorded(snapshot, selection.arguments[live.ref])
            objects[object_id] = Recorded(one.kind, one.name, one.file, one.reference, arguments)
    for declaration in program.declarations:
        ref = declaration.one.ref
        objects[str(declaration.one.id)] = Recorded(
            declaration.one.kind,
            declaration.name,
            program.places[ref],
            program.references[ref],
            recorded(snapshot, declaration.arguments),
        )
    return Record(str(snapshot.merchant_id), str(snapshot.environment), objects)


def _recorded_ones(snapshot: Snapshot, selection: Selection, record: Record | None) -> list[Declaration]:
    """The declarations of an earlier import, with the values of now."""
    found = []
    for object_id, one in (record.objects if record else {}).items():
        live = snapshot.by_id(object_id)
        if live is not None and live.ref in selection.arguments:
            found.append(Declaration(live, one.name, "", selection.arguments[live.ref]))
    return found


def _configuration(snapshot: Snapshot, request: Request) -> dict[str, str]:
    project = {
        "name": request.project,
        "runtime": "python",
        "description": f"The billing catalog of {snapshot.merchant_id} on Paygentic",
    }
    lines = [f"  paygentic:{name}: {json.dumps(value)}" for name, value in request.settings.items()]
    return {
        PROJECT_FILE: "".join(f"{name}: {value}\n" for name, value in project.items()),
        f"Pulumi.{request.stack}.yaml": "\n".join(["config:", *lines]) + "\n",
    }


def _joined(one: Mapping[str, set[str]], other: Mapping[str, set[str]]) -> dict[str, set[str]]:
    return {kind: one.get(kind, set()) | other.get(kind, set()) for kind in {*one, *other}}
