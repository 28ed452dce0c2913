"""The tables of all resources and of all settings."""

from __future__ import annotations

import re

from pulumi_paygentic.api import SETTINGS
from pulumi_paygentic.catalog import CatalogObject, all_kinds


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    cells = [[re.sub(r"\s+", " ", cell).replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *cells]) + "\n"


def file_of(kind: type[CatalogObject]) -> str:
    """Return the name of the resource's page."""
    return f"{re.sub(r'(?<!^)(?=[A-Z])', '-', kind.__name__).lower()}.md"


def resources(folder: str) -> str:
    """Return the table of all resources, with links to their pages in `folder`."""
    rows = [
        [f"[`{kind.__name__}`]({folder}{file_of(kind)})", identity(kind), replaced_by(kind), on_delete(kind)]
        for kind in all_kinds()
    ]
    return table(["Resource", "Identity", "A change of these creates a new one", "On delete"], rows)


def identities(folder: str) -> str:
    """Return the table of the identities alone."""
    rows = [[f"[`{kind.__name__}`]({folder}{file_of(kind)})", identity(kind)] for kind in all_kinds()]
    return table(["Resource", "Identity"], rows)


def identity(kind: type[CatalogObject]) -> str:
    """Return the fields by which an existing object is recognised."""
    if kind.natural_key:
        mark = " and its ownership mark" if kind.marked else ""
        return ", ".join(f"`{name}`" for name in kind.natural_key) + mark
    return "its content" if kind.listed_by else "none: the API has no list"


def replaced_by(kind: type[CatalogObject]) -> str:
    """Return the arguments whose change creates a new object."""
    names = [f"`{name}`" for name, field in kind.inputs().items() if field.behaviour.replaces]
    return ", ".join([*names, "the charge, as `on_change` says"] if "on_change" in kind.inputs() else names)


def on_delete(kind: type[CatalogObject]) -> str:
    """Return the consequence of a delete."""
    return "deleted" if kind.deletable else "retained"


def settings() -> str:
    """Return the table of the settings."""
    rows = [
        [
            f"`paygentic:{setting.name}`",
            f"`{setting.argument}`",
            ", then ".join(f"`{variable}`" for variable in setting.variables),
            setting.default or "required",
            setting.doc,
        ]
        for setting in SETTINGS
    ]
    return table(["Setting", "`Provider` argument", "Environment", "Default", "Meaning"], rows)
