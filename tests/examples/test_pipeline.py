"""The gitops example's own workflows, played from a pull request to production, drift, rollback, a fork and a kill."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.engine.support.stack import ROOT
from tests.environment import of_program

SHOWN = [
    "the same comments, edited in place",
    "the promotion is refused: staging drifted",
    "a map load costs 0.0018 in production",
    "the issue is closed",
    "the plan's first version bills again",
    "the second workflow, of main, posts its comments",
    "nothing was made twice",
]


def test_the_story_of_a_price_change_from_a_pull_request_to_production(tmp_path: Path, pulumi_cli: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.gitops"],
        cwd=ROOT,
        env={
            **of_program(tmp_path, Path(sys.executable).parent, pulumi_cli),
            "TMPDIR": str(tmp_path),
            **{name: os.environ[name] for name in ("XDG_CACHE_HOME",) if name in os.environ},
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    assert [statement for statement in SHOWN if f"✔ {statement}" not in done.stdout] == []
