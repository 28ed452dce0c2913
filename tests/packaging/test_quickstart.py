"""The README's program runs with the built wheel alone, in an environment that has nothing else of the project."""

from __future__ import annotations

import re
from pathlib import Path

from tests.engine.support.server import served
from tests.engine.support.stack import ROOT, Stack


def test_the_readmes_program_makes_its_catalog_with_the_wheel(
    clean_bin: Path, pulumi_cli: Path, tmp_path: Path
) -> None:
    blocks: list[str] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    with served() as server:
        path = {"PATH": f"{clean_bin}:{pulumi_cli}:/usr/bin:/bin"}
        stack = Stack(tmp_path / "stack", pulumi_cli, {**server.environment, **path}).write(blocks[0])
        assert stack.preview().changes == {"create": 6}  # with the stack itself
        stack.up()
        assert server.account.counts() == {"Product": 1, "BillableMetric": 1, "Price": 1, "Plan": 1}
        assert stack.preview("--refresh").changes == {}
