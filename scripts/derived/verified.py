"""The table of what is known of the live service: the tests' marks, and the answers that sandbox accounts gave.

A mark is read from the source, so that no test has to be imported:

    @pytest.mark.behaviour("A stale mint is refused.")                 # a source states it
    @pytest.mark.behaviour("A stub is prorated.", inferred=True)       # a source only implies it
    pytestmark = pytest.mark.behaviour("...")                          # of the whole module
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from scripts.derived.tables import table

ANSWERS: Final = Path("tests/live/answers.json")
"""The answers of the last run on a sandbox account, which the live suite writes."""


class Behaviour(NamedTuple):
    """A behaviour of the API that the project relies on, and the test that shows it."""

    test: str
    """The test's id, or the path of the module that is marked as a whole."""
    statement: str
    inferred: bool


def behaviours(root: Path) -> list[Behaviour]:
    """Return all marked behaviours, those of the live suite first."""
    files = sorted((root / "tests").rglob("test_*.py"), key=lambda path: (path.parent.name != "live", path))
    return [found for path in files for found in _marked(path, path.relative_to(root).as_posix())]


def answers(root: Path) -> Mapping[str, Any]:
    """Return the recorded answers by test id; none without a recorded run."""
    path = root / ANSWERS
    recorded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return recorded


def verified(root: Path) -> str:
    """Return the table."""
    recorded = answers(root)
    rows = [
        [one.statement, status(one, recorded.get(one.test)), _answer(recorded.get(one.test)), f"`{one.test}`"]
        for one in behaviours(root)
    ]
    return table(["Behaviour", "Verified", "Answer of the live service", "Test"], rows)


def status(behaviour: Behaviour, recorded: Mapping[str, Any] | None) -> str:
    """Return where the behaviour was verified."""
    if recorded is not None:
        return f"live, {recorded['on']}" if recorded["passed"] else f"**differs live**, {recorded['on']}"
    return "inferred" if behaviour.inferred else "emulator only"


def _answer(recorded: Mapping[str, Any] | None) -> str:
    return "" if recorded is None else str(recorded["answer"])


def _marked(path: Path, name: str) -> Iterator[Behaviour]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["pytestmark"]:
            marks, test = [node.value], name
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            marks, test = node.decorator_list, f"{name}::{node.name}"
        else:
            continue
        for mark in marks:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.behaviour":
                more = {keyword.arg: ast.literal_eval(keyword.value) for keyword in mark.keywords}
                yield Behaviour(test, ast.literal_eval(mark.args[0]), bool(more.get("inferred")))
