"""Runs the source of a program without Pulumi: its resources, as the model engine takes them."""

from __future__ import annotations

import builtins
import types
from collections.abc import Mapping
from typing import Any

from pulumi_paygentic.catalog import kind_named
from tests.support.model_engine import Program, Ref, Resource


class _Declared:
    """What a program gets for a resource: its id is a reference to it."""

    def __init__(self, name: str) -> None:
        self.id = Ref(name)


class _Recorder:
    """The package as a program sees it."""

    def __init__(self) -> None:
        self.program: dict[str, Resource] = {}

    def __getattr__(self, kind: str) -> Any:
        def declare(name: str, /, **arguments: Any) -> _Declared:
            label = f"{kind} {name}"
            assert label not in self.program, f"{label} is declared twice"
            self.program[label] = Resource(kind_named(kind), arguments)
            return _Declared(label)

        return declare


def run_program(files: Mapping[str, str], path: str = "__main__.py") -> Program:
    """The resources that the program declares, in its order."""
    recorder = _Recorder()
    _execute(files, path, recorder)
    return recorder.program


def _execute(files: Mapping[str, str], path: str, recorder: _Recorder) -> dict[str, Any]:
    def fake(name: str, _globals: Any = None, _locals: Any = None, names: Any = (), _level: int = 0) -> Any:
        if name == "pulumi_paygentic":
            return recorder
        assert name == "catalog", f"the program imports {name}"
        modules = {one: _execute(files, f"catalog/{one}.py", recorder) for one in names}
        return types.SimpleNamespace(**modules)

    scope: dict[str, Any] = {"__builtins__": {**vars(builtins), "__import__": fake}}
    exec(compile(files[path], path, "exec"), scope)  # noqa: S102  the very point
    return scope
