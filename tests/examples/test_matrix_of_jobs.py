"""The platform's workflow: one job a merchant, executed as it stands; one that fails stops no other."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import yaml

from scripts.gitops.forge import forge
from scripts.gitops.runner import Event, Runner
from tests.engine.support.server import SECOND, Server
from tests.engine.support.stack import ROOT
from tests.environment import of_program

EXAMPLE = ROOT / "examples" / "platform"


def test_each_merchants_job_sees_its_own_key_and_the_table_gathers_all_results(
    server: Server, tmp_path: Path, pulumi_cli: Path
) -> None:
    (tmp_path / "state").mkdir()
    shared = {"vars": {"PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}"}}
    keys = {"aurora": server.account.api_key, "boreal": "sk_test_wrong", "cirrus": SECOND.api_key}
    environments = {
        name: {**shared, "secrets": {"PAYGENTIC_API_KEY": key, "PULUMI_CONFIG_PASSPHRASE": "for a test"}}
        for name, key in keys.items()
    }
    machine = {
        **of_program(tmp_path, Path(sys.executable).parent, pulumi_cli),
        **{name: os.environ[name] for name in ("XDG_CACHE_HOME",) if name in os.environ},
        "PAYGENTIC_BASE_URL": server.running.url,
        "PIP_NO_INDEX": "1",  # the requirements are there already
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    source = shutil.copytree(EXAMPLE, tmp_path / "source")
    merchants = (source / "merchants.yaml").read_text("utf-8").replace("org_cirrus", SECOND.merchant_id)
    merchants = re.sub("org_(aurora|boreal)", server.account.merchant_id, merchants)
    (source / "merchants.yaml").write_text(merchants, encoding="utf-8")
    with forge(tmp_path, source) as hub:
        jobs = Runner(hub.origin, tmp_path, hub.url, environments, machine).run("roll-out.yml", Event("push", hub.main))
    assert {name: job.status for name, job in jobs.items()} == {
        "merchant aurora": "success",
        "merchant boreal": "failure",
        "merchant cirrus": "success",
        "table": "failure",
    }, "".join(job.shown for job in jobs.values())
    _, aurora, boreal, cirrus, total = jobs["table"].steps[-1].shown.splitlines()
    assert [line.split()[:2] for line in (aurora, boreal, cirrus)] == [
        ["aurora", "done"],
        ["boreal", "failed"],
        ["cirrus", "done"],
    ]
    assert "401 Unauthorized" in boreal
    assert total == "2 of 3 succeeded"
    assert server.account.lines(server.account.one("Plan")["id"]) == {"calls": "0.002"}
    assert server.second.lines(server.second.one("Plan")["id"]) == {"calls": "0.0015"}


def test_the_workflow_has_a_job_for_each_merchant_of_the_list() -> None:
    workflow = yaml.safe_load((EXAMPLE / ".github" / "workflows" / "roll-out.yml").read_text("utf-8"))
    listed = yaml.safe_load((EXAMPLE / "merchants.yaml").read_text("utf-8"))
    matrix = workflow["jobs"]["merchant"]["strategy"]["matrix"]["merchant"]
    assert matrix == [merchant["name"] for merchant in listed]
