"""The README's tables say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from pulumi_paygentic.api import SETTINGS
from pulumi_paygentic.catalog import all_kinds

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def rows(after: str) -> list[list[str]]:
    """The cells of the first table after a heading."""
    lines = README.partition(f"\n### {after}\n")[2].splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("| ---"))
    table = lines[start + 1 :]
    end = next(index for index, line in enumerate(table) if not line.startswith("|"))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[:end]]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_test_that_the_readme_names_is_there() -> None:
    named = re.findall(r"`(tests/[^`]+?\.py)(?:::(\w+))?`", README)
    assert len(named) >= 18
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / file).exists() or (name and f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8"))
    ]
    assert missing == []


def test_the_settings_are_those_of_the_table() -> None:
    assert rows("Configuration") == [
        [
            f"`paygentic:{setting.name}`",
            f"`{setting.argument}`",
            ", then ".join(f"`{variable}`" for variable in setting.variables),
            setting.default or "required",
            setting.doc,
        ]
        for setting in SETTINGS
    ]


def test_every_resource_is_listed_with_what_replaces_it_and_what_delete_does() -> None:
    listed = {quoted(name)[0]: (quoted(changes), end) for name, _, changes, end in rows("Resources")}
    held = {}
    for kind in all_kinds():
        replaces = [name for name, field in kind.inputs().items() if field.behaviour.replaces]
        extra = ["on_change"] if "on_change" in kind.inputs() else []
        held[kind.__name__] = ([*replaces, *extra], "deleted" if kind.deletable else "kept")
    assert listed == held


def test_every_natural_key_is_listed() -> None:
    listed = {quoted(name)[0]: quoted(key) for name, key, *_ in rows("Resources")}
    assert listed == {kind.__name__: list(kind.natural_key) for kind in all_kinds()}
