"""The program that is there already, read as source: its variables, and the resources that it declares by name."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi_paygentic.snapshot.objects import Ref
from pulumi_paygentic.snapshot.program.record import Record, Recorded
from pulumi_paygentic.snapshot.snapshot import Snapshot


@dataclass
class Existing:
    """The variables and the resources of source files; built by `read_sources`."""

    variables: dict[str, set[str]] = field(default_factory=dict)
    """The names bound at the top level, by file."""
    declared: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """The file and the variable of each resource, by kind and name."""
    names: dict[str, set[str]] = field(default_factory=dict)
    """The names of resources that stand in the source as text, by kind."""

    def expression(self, recorded: Recorded, file: str) -> str | None:
        """The expression for a recorded object within a file; None if the file has none any more."""
        place = self.declared.get((recorded.kind, recorded.name))
        if place is not None and place[0] == file:
            return place[1]
        variable = recorded.reference.partition("[")[0]
        is_row = variable != recorded.reference
        return recorded.reference if is_row and variable in self.variables.get(file, ()) else None

    def references(self, record: Record, snapshot: Snapshot, file: str) -> dict[Ref, str]:
        """The expression of each recorded object that the file can refer to."""
        found = {}
        for object_id, one in record.objects.items():
            live, expression = snapshot.by_id(object_id), self.expression(one, file)
            if live is not None and expression is not None:
                found[live.ref] = expression
        return found


def read_sources(files: Mapping[str, str]) -> Existing:
    """Read the source files. Raises ValueError, naming the file, for one that is no Python."""
    existing = Existing()
    for path, text in files.items():
        try:
            module = ast.parse(text)
        except SyntaxError as error:
            raise ValueError(f"{path} can't be read as Python (line {error.lineno}): correct it first") from error
        bound = existing.variables.setdefault(path, set())
        bound |= {
            node.id for node in ast.walk(module) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        for statement in ast.walk(module):
            if isinstance(statement, ast.Call):
                _note_call(existing, statement)
            elif isinstance(statement, ast.Assign | ast.AnnAssign):
                _note_assignment(existing, path, statement)
    return existing


def _note_call(existing: Existing, call: ast.Call) -> None:
    kind, name = _resource(call)
    if name:
        existing.names.setdefault(kind, set()).add(name)


def _note_assignment(existing: Existing, path: str, statement: ast.Assign | ast.AnnAssign) -> None:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    if isinstance(statement.value, ast.Call) and len(targets) == 1 and isinstance(targets[0], ast.Name):
        kind, name = _resource(statement.value)
        if name:
            existing.declared[kind, name] = path, targets[0].id


def _resource(call: ast.Call) -> tuple[str, str]:
    """The kind and the name of `paygentic.Price("basic", ...)`; empty texts for any other call."""
    function = call.func
    kind = (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
    first = call.args[0] if call.args else None
    return kind, first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
