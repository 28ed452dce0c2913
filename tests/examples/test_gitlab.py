"""The gitops example's jobs for GitLab, executed: notes, promotion, drift, and what is refused or was cancelled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from pulumi_paygentic import emulator
from scripts.gitops.account import Merchant
from scripts.gitops.gitlab.forge import FORK, TOKEN, Forge, forge
from scripts.gitops.gitlab.runner import PROJECT, Pipeline, Runner, Trigger, Variable
from scripts.gitops.story import EXAMPLE, LIVE, LOADS, descendants, price
from tests.environment import of_program

SECRETS = {"PAYGENTIC_API_KEY", "STAGING_API_KEY", "PULUMI_CONFIG_PASSPHRASE", "GITLAB_TOKEN"}


@dataclass
class Stage:
    forge: Forge
    runner: Runner
    staging: Merchant
    production: Merchant

    def run(self, trigger: Trigger, **expected: str) -> Pipeline:
        """Run a pipeline whose jobs end as expected; `preview_staging` stands for the job `preview: [staging]`."""
        made = self.runner.start(trigger)
        assert made.statuses == {_job(name): status for name, status in expected.items()}, made.shown
        return made

    def play(self, made: Pipeline, name: str, expected: str) -> str:
        run = self.runner.play(made, name)
        assert run.status == expected, made.shown
        return run.shown

    def adopt(self) -> None:
        triggers = [self.forge.by_hand(stack, "adopt") for stack in ("staging", "production")]
        with ThreadPoolExecutor() as pool:
            for made in pool.map(self.runner.start, triggers):
                assert made.statuses == {"by hand": "success"}, made.shown

    def propose(self, iid: int, branch: str, before: str, after: str) -> Trigger:
        self.forge.commit(branch, f"Charge {after} for a map load", {LOADS: (price(before), price(after))})
        if iid not in self.forge.service.merge_requests:
            self.forge.open(iid, branch)
        return self.forge.pushed(iid)

    @contextmanager
    def killed_when_a_price_was_made(self) -> Iterator[None]:
        """Kill the job that makes a price in staging, after the account has it, with all that the job started."""
        fault = {"kind": "hold", "when": "after", "method": "POST", "path": "/v0/prices", "nth": 1}
        held = self.staging.call("POST", "/_emulator/faults", fault)["id"]

        def kill(_: str, process: subprocess.Popen[str]) -> None:
            self.staging.call("GET", f"/_emulator/faults/{held}/held")
            for pid in [process.pid, *descendants(process.pid)]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.staging.call("DELETE", "/_emulator/faults")

        self.runner.on_process = kill
        yield
        self.runner.on_process = lambda *_: None


def _job(name: str) -> str:
    first, _, stack = name.partition("_")
    return "by hand" if name == "by_hand" else f"{first}: [{stack}]" if stack else first


@pytest.fixture
def stage(tmp_path: Path, pulumi_cli: Path) -> Iterator[Stage]:
    (tmp_path / "state").mkdir()
    with emulator.running(merchant_id="org_sandbox", accounts=[LIVE]) as served, forge(tmp_path, EXAMPLE) as hub:
        environment = of_program(tmp_path, Path(sys.executable).parent, pulumi_cli)
        del environment["PYTHONDONTWRITEBYTECODE"]  # each job has a clone of its own
        machine = {
            **environment,
            "NO_PROXY": "127.0.0.1",
            "PAYGENTIC_BASE_URL": served.url,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INDEX": "1",  # the requirements are there already
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        keys = {"staging": served.api_key, "production": LIVE.api_key}
        variables = [
            Variable("GITLAB_TOKEN", TOKEN),
            Variable("PULUMI_BACKEND_URL", f"file://{tmp_path / 'state'}"),
            Variable("STAGING_API_KEY", served.api_key, "production", protected=True),
        ]
        for stack, key in keys.items():
            for scope, protected in ((stack, True), (f"preview-{stack}", False)):
                variables.append(Variable("PAYGENTIC_API_KEY", key, scope, protected))
                variables.append(Variable("PULUMI_CONFIG_PASSPHRASE", "for the story", scope, protected))
        yield Stage(
            hub,
            Runner(hub.origin, tmp_path, hub.url, tuple(variables), machine),
            Merchant(served.url, served.api_key, "org_sandbox"),
            Merchant(served.url, LIVE.api_key, LIVE.merchant_id),
        )


def test_a_price_change_from_a_merge_request_to_production_past_a_drift(stage: Stage) -> None:
    stage.adopt()
    stage.production.sell()

    made = stage.run(
        stage.propose(1, "loads", "0.002", "0.0015"), preview_staging="success", preview_production="success"
    )
    [note] = [note for note in stage.forge.notes(1) if '"stack": "production"' in note.body]
    assert "from 0.002 USD per load to 0.0015 USD per load" in note.body
    assert "-26.45 USD" in note.body  # 52,900 maps were loaded
    job = made.runs["preview: [production]"]
    assert {name for name in SECRETS if name in job.seen} == SECRETS - {"STAGING_API_KEY"}
    [finding] = job.reports["codequality"]
    assert finding["location"]["path"] == LOADS
    written = [note.id for note in stage.forge.notes(1)]
    stage.run(stage.propose(1, "loads", "0.0015", "0.0018"), preview_staging="success", preview_production="success")
    assert [note.id for note in stage.forge.notes(1)] == written
    assert "0.0018" in note.body

    merged = stage.run(stage.forge.merge(1), staging="success", production="manual")
    assert stage.staging.line("loads") == "0.0018"
    stage.staging.rename_plan("Team of somebody")
    stage.play(merged, "production", "failed")
    assert stage.production.line("loads") == "0.002"

    stage.run(stage.forge.scheduled(), drift_staging="failed", drift_production="success")
    [issue] = stage.forge.service.issues
    assert not issue.closed
    stage.run(stage.forge.by_hand("staging", "mend"), by_hand="success")
    stage.play(merged, "production", "success")
    assert stage.production.line("loads") == "0.0018"
    stage.run(stage.forge.scheduled(), drift_staging="success", drift_production="success")
    assert [issue.closed for issue in stage.forge.service.issues] == [True]


def test_what_nobody_reviewed_is_refused_and_what_was_cancelled_is_finished(stage: Stage) -> None:
    stage.adopt()

    stage.forge.commit("fork", "Ask for more", {LOADS: (price("49"), price("59"))})
    stage.forge.open(1, "fork", FORK)
    stage.run(stage.forge.pushed(1, FORK))
    stage.run(stage.forge.pushed(1, PROJECT))
    assert stage.forge.notes(1) == []

    stage.forge.commit("main", "Charge less without a review", {LOADS: (price("0.002"), price("0.0015"))})
    unreviewed = stage.run(Trigger("push", stage.forge.main), staging="failed", production="skipped")
    assert "No reviewed change of staging: nothing may change" in unreviewed.shown
    assert stage.staging.line("loads") == "0.002"

    stage.run(stage.propose(2, "less", "0.0015", "0.0018"), preview_staging="success", preview_production="success")
    with stage.killed_when_a_price_was_made():
        first = stage.run(stage.forge.merge(2), staging="failed", production="skipped")
    counts = stage.staging.counts
    assert "The lock was left by a dead process of this machine" in stage.play(first, "staging", "success")
    assert stage.staging.counts == counts
    assert first.statuses["production"] == "manual"

    stage.run(stage.propose(3, "more", "0.0018", "0.0019"), preview_staging="success", preview_production="success")
    stage.run(stage.forge.merge(3), staging="success", production="manual")
    stage.play(first, "production", "failed")
    stage.play(first, "staging", "failed")
    assert stage.staging.line("loads") == "0.0019"
    assert stage.production.line("loads") == "0.002"
