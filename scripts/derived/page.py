"""The reference page of one resource.

It comes from the class that users write (signature and docstrings) and the catalog's model of the object (behaviours,
natural key, delete policy).
"""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import griffe

import pulumi_paygentic
from pulumi_paygentic.catalog import CatalogObject
from scripts.derived.annotations import Type
from scripts.derived.tables import identity, on_delete, table


class Signature(NamedTuple):
    """The types of a resource's arguments, and the names of those that have no default."""

    of: Mapping[str, Type]
    required: set[str]


HEADER = "<!-- Written by scripts/reference from the declarations: edit those. -->\n\n"
ARGUMENTS = "## Arguments\n\nThe first argument is the name of the resource in the stack; all others are keywords.\n"
OUTPUTS = "## Outputs\n\nEvery argument is also an output, and `id` is the id of the object. The API adds:\n"


def page(kind: type[CatalogObject]) -> str:
    """Return the reference page of one resource."""
    declared = declaration(kind.__name__)
    text, meanings = docstring(declared)
    types = signature_of(declared)
    shapes = nested([shape for name in meanings if name in types.of for shape in types.of[name].shapes()])
    return "\n".join(
        [
            f"{HEADER}# {kind.__name__}\n\n{text}\n",
            table(["Property", "Value"], facts(kind)),
            ARGUMENTS,
            table(["Argument", "Type", "Behaviour", "Meaning"], list(argument_rows(kind, types, meanings))),
            OUTPUTS,
            table(["Output", "Meaning"], list(output_rows(kind, declared))),
            *map(shape_section, shapes),
        ]
    )


def facts(kind: type[CatalogObject]) -> list[list[str]]:
    """Return the rows that say how Pulumi and the API know the resource."""
    return [
        ["Type in Pulumi", f"`pulumi-python:dynamic/paygentic:{kind.__name__}`"],
        ["Ids begin with", f"`{kind.id_prefix}_`" if kind.id_prefix else "nothing in particular"],
        ["Identity", identity(kind)],
        ["On delete", on_delete(kind)],
    ]


def argument_rows(kind: type[CatalogObject], types: Signature, meanings: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield a row for each argument, in the order of the docstring."""
    for name, meaning in meanings.items():
        if field := kind.inputs().get(name):
            required = ", required" if name in types.required else ""
            yield [f"`{name}`{required}", types.of[name].markdown(), field.behaviour.access.value, meaning]


def output_rows(kind: type[CatalogObject], declared: griffe.Class) -> Iterator[list[str]]:
    """Yield a row for each output that is no argument."""
    for name, field in kind.fields().items():
        if not field.behaviour.is_input:
            yield [f"`{name}`", meaning_of(declared, name)]


def shape_section(name: str) -> str:
    """Return the section of a mapping that an argument takes."""
    declared = declaration(name)
    rows = []
    for key, member in declared.attributes.items():
        required = "" if "NotRequired" in str(member.annotation) else ", required"
        rows.append([f"`{key}`{required}", type_of(member, declared).markdown(), meaning_of(declared, key)])
    text, _ = docstring(declared)
    return f"## {name}\n\n{text}\n" + (f"\n{table(['Key', 'Type', 'Meaning'], rows)}" if rows else "")


def nested(names: list[str]) -> list[str]:
    """Return these mappings and those that their keys refer to, each once."""
    found = list(dict.fromkeys(names))
    for name in found:  # grows while it is gone through
        declared = declaration(name)
        for member in declared.attributes.values():
            found += [other for other in type_of(member, declared).shapes() if other not in found]
    return found


def declaration(name: str) -> griffe.Class:
    """Return the source of a public class."""
    found = _source(getattr(pulumi_paygentic, name).__module__)[name]
    if not isinstance(found, griffe.Class):
        raise TypeError(f"{name} is no class")
    return found


@functools.cache
def _source(module: str) -> griffe.Object | griffe.Alias:
    path = importlib.import_module(module).__file__ or ""
    return griffe.visit(module, Path(path), Path(path).read_text(encoding="utf-8"))


def signature_of(declared: griffe.Class) -> Signature:
    """Return the types of a resource's arguments, and those that have no default."""
    found = declared.members["__init__"]
    if not isinstance(found, griffe.Function):
        raise TypeError(f"{declared.name} has no signature of its own")
    return Signature(
        {parameter.name: type_of(parameter, declared) for parameter in found.parameters},
        {parameter.name for parameter in found.parameters if parameter.default is None},
    )


def type_of(member: Any, declared: griffe.Class) -> Type:
    """Return the type that a parameter or an attribute is annotated with."""
    return Type(str(member.annotation), importlib.import_module(declared.module.path))


def docstring(declared: griffe.Class) -> tuple[str, Mapping[str, str]]:
    """Return the text of a class's docstring, and the meaning of each argument."""
    if declared.docstring is None:
        raise ValueError(f"{declared.name} has no docstring")
    text, meanings = "", {}
    for section in declared.docstring.parse("google"):
        if section.kind is griffe.DocstringSectionKind.text:
            text = re.sub(r"\.  (?=\S)", ". ", section.value)
        elif section.kind is griffe.DocstringSectionKind.parameters:
            meanings = {parameter.name: parameter.description for parameter in section.value}
    return text, meanings


def meaning_of(declared: griffe.Class, name: str) -> str:
    """Return the docstring of an attribute."""
    found = declared.members[name].docstring
    if found is None:
        raise ValueError(f"{declared.name}.{name} has no docstring")
    return found.value
