"""The files of a program: one for all, or one a product where there are many objects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_paygentic.catalog import Product
from pulumi_paygentic.snapshot.objects import Ref
from pulumi_paygentic.snapshot.program.blocks import Blocks
from pulumi_paygentic.snapshot.program.declaration import Declaration
from pulumi_paygentic.snapshot.program.naming import Names
from pulumi_paygentic.snapshot.program.selection import Selection
from pulumi_paygentic.snapshot.program.words import Allocator, identifier, is_taken, slug
from pulumi_paygentic.snapshot.snapshot import Snapshot, kind_order

MAIN: Final = "__main__.py"
FOLDER: Final = "catalog"
MOST_IN_ONE_FILE: Final = 100
_MOST_PREFIX: Final = 20
_IMPORT: Final = "import pulumi_paygentic as paygentic"


@dataclass
class Program:
    """The source files by path, and the declarations in them."""

    files: dict[str, str] = field(default_factory=dict)
    declarations: list[Declaration] = field(default_factory=list)
    places: dict[Ref, str] = field(default_factory=dict)
    """The file that each declaration stands in."""
    references: dict[Ref, str] = field(default_factory=dict)
    """The expression for each declaration within its file."""


def declarations_of(snapshot: Snapshot, selection: Selection, names: Names, new: Iterable[Ref]) -> list[Declaration]:
    """The declarations of these objects, named and with comments on references that are no resources."""
    wanted = list(new)
    resources = names.resources(snapshot, wanted)
    notes: dict[str, list[str]] = {}
    for remark in selection.remarks:
        if remark.is_note:
            notes.setdefault(remark.id, []).append(remark.text)
    found = []
    for ref in wanted:
        one, name = snapshot[ref], resources[ref]
        arguments: Mapping[str, Any] = selection.arguments[ref]
        found.append(Declaration(one, name, names.variable(one, name), arguments, tuple(notes.get(str(one.id), ()))))
    return found


def lay_out(
    snapshot: Snapshot, declarations: list[Declaration], names: Names, *, split: bool | None = None, about: str
) -> Program:
    """The program of the declarations; `split` asks for a file a product, None leaves it to the number of objects.

    `about` is the first sentence of the program.
    """
    sections = _sections(snapshot, declarations)
    if split is None:
        split = len(sections) > 1 and len(declarations) > MOST_IN_ONE_FILE
    program = Program(declarations=declarations)
    blocks = Blocks(names)
    modules = Allocator({"__init__"})
    bodies: list[tuple[str, str]] = []
    for title, members in sections:
        module = modules.give(_module(title), joint="_")
        path = f"{FOLDER}/{module}.py" if split else MAIN
        bodies.append((module, section(title, members, blocks, single=len(sections) == 1)))
        program.places |= {one.one.ref: path for one in members}
    program.references = {one.one.ref: blocks.references[one.one.ref] for one in declarations}
    if not split:
        program.files[MAIN] = _file(about, [_IMPORT], [body for _, body in bodies])
        return program
    for (module, body), (title, _) in zip(bodies, sections, strict=True):
        program.files[f"{FOLDER}/{module}.py"] = _file(f"The catalog of {_plain(title)}.", [_IMPORT], [body])
    program.files[f"{FOLDER}/__init__.py"] = _file("The billing catalog, one module a product.", [], [])
    program.files[MAIN] = _file(about, [_import_of([module for module, _ in bodies])], [])
    return program


def append(snapshot: Snapshot, source: str, declarations: list[Declaration], blocks: Blocks) -> str:
    """The source of a file with declarations added at its end; what stands there stays as it is."""
    bodies = [section(f"{title}, added", members, blocks) for title, members in _sections(snapshot, declarations)]
    head = [source.rstrip("\n")] if source.strip() else []
    needed = [] if _IMPORT in source else [_IMPORT]
    return "\n\n".join([*head, *needed, *bodies]) + "\n"


def section(title: str, members: list[Declaration], blocks: Blocks, *, single: bool = False) -> str:
    """The source of one product's declarations, each kind after those that it refers to."""
    prefix = "" if single else f"{identifier(slug(title) or 'product')[:_MOST_PREFIX].rstrip('_')}_"
    parts = [f"# {_plain(title)}"]
    for kind in kind_order():
        of_kind = [one for one in members if one.kind is kind]
        parts += blocks.written(of_kind, prefix)
    return "\n\n".join(parts)


def _import_of(modules: list[str]) -> str:
    """The import of the modules, in the order that linters want."""
    ordered = sorted(modules, key=lambda module: [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", module)])
    if len(ordered) == 1:
        return f"from {FOLDER} import {ordered[0]}  # noqa: F401"
    return "\n".join([f"from {FOLDER} import (  # noqa: F401", *(f"    {module}," for module in ordered), ")"])


def _module(title: str) -> str:
    name = identifier(slug(title) or "product")
    return f"{name}_product" if is_taken(name) else name


def _sections(snapshot: Snapshot, declarations: list[Declaration]) -> list[tuple[str, list[Declaration]]]:
    """The declarations by product, under its name."""
    grouped: dict[Any, list[Declaration]] = {}
    for one in declarations:
        product = snapshot.product_of(one.one)
        grouped.setdefault(product.ref if product else None, []).append(one)
    order = [product.ref for product in snapshot.of(Product)]
    return [(snapshot[ref].name, grouped[ref]) for ref in order if ref in grouped]


def _file(about: str, imports: list[str], bodies: list[str]) -> str:
    parts = [f'"""{_docstring(about)}"""', "\n".join(imports), *bodies]
    return "\n\n".join(part for part in parts if part) + "\n"


def _plain(text: str) -> str:
    """The text as part of one line of a comment or docstring."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _docstring(text: str) -> str:
    return _plain(text).replace("\\", "\\\\").replace('"', '\\"')
