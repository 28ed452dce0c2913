"""What the tests with the real CLI get: an emulator and stacks of their own.

The default run takes a seeded sample of what is long; `THOROUGH=1 scripts/check engine` runs all of it (hours).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.support.server import Server, served
from tests.engine.support.stack import Stack

HERE = Path(__file__).parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.relative_to(HERE).parts[0] in {"engine", "examples"}:
            item.add_marker(pytest.mark.engine)


@pytest.fixture
def server() -> Iterator[Server]:
    with served() as server:
        yield server


@pytest.fixture
def stack(server: Server, tmp_path: Path, pulumi_cli: Path) -> Stack:
    """An empty stack that is pointed at the server by its environment."""
    return Stack(tmp_path / "stack", pulumi_cli, server.environment)
