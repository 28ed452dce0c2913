"""The example of a platform: three merchants from one program, and one that fails stops no other."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import yaml

from tests.engine.support.server import SECOND, Server
from tests.engine.support.stack import ROOT
from tests.environment import of_program

EXAMPLE = ROOT / "examples" / "platform"


def test_one_merchant_that_fails_stops_no_other_and_the_table_has_its_reason(
    server: Server, tmp_path: Path, pulumi_cli: Path
) -> None:
    merchants = [
        {"name": "aurora", "merchant": server.account.merchant_id, "key": "AURORA", "config": {"callPrice": "0.002"}},
        {"name": "boreal", "merchant": server.account.merchant_id, "key": "WRONG", "config": {"callPrice": "0.002"}},
        {"name": "cirrus", "merchant": SECOND.merchant_id, "key": "CIRRUS", "config": {"callPrice": "0.0015"}},
        {"name": "dorado", "merchant": "org_dorado", "key": "DORADO"},
    ]
    listed = tmp_path / "merchants.yaml"
    listed.write_text(yaml.safe_dump(merchants), encoding="utf-8")
    (tmp_path / "state").mkdir()
    done = subprocess.run(
        [sys.executable, str(EXAMPLE / "rollout.py"), "up", "--merchants", str(listed), "--requests-per-second", "100"],
        env={
            **of_program(tmp_path, Path(sys.executable).parent, pulumi_cli),
            "PAYGENTIC_BASE_URL": server.running.url,
            "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "for a test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "AURORA": server.account.api_key,
            "CIRRUS": SECOND.api_key,
            "WRONG": "sk_test_wrong",
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1, done.stderr
    _, aurora, boreal, cirrus, dorado, total = done.stdout.splitlines()
    assert (aurora.split()[:2], cirrus.split()[:2]) == (["aurora", "done"], ["cirrus", "done"])
    assert (boreal.split()[:2], dorado.split()[:2]) == (["boreal", "failed"], ["dorado", "failed"])
    assert "401 Unauthorized" in boreal
    assert "DORADO is not set" in dorado
    assert total == "2 of 4 succeeded"
    assert server.account.lines(server.account.one("Plan")["id"]) == {"calls": "0.002"}
    assert server.second.lines(server.second.one("Plan")["id"]) == {"calls": "0.0015"}


def test_the_reason_is_the_error_of_a_resource_wherever_the_engine_shows_it() -> None:
    first_error = runpy.run_path(str(EXAMPLE / "rollout.py"))["first_error"]
    cause = "    error: 401 Unauthorized"
    others = ["    error: Resource monitor has terminated, shutting down", "    error: update failed"]
    for place in range(3):
        lines = [*others[:place], cause, *others[place:]]
        assert first_error("\n".join(lines)) == "401 Unauthorized"
    assert first_error("\n".join(others)) == "Resource monitor has terminated, shutting down"
    assert first_error("stdout:\nno error\nthe last line\n") == "the last line"
