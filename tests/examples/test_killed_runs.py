"""Runs of the gitops example that are killed at one moment after another, and repeated."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from scripts.gitops.runner import Event
from scripts.gitops.story import LOADS, Story, descendants, price, staged

UP, PROOF = "Up", "Prove that nothing is left to do"
VERSIONS = "/v0/plans/{id}/versions"
MOMENTS = [
    (UP, {"when": "before", "method": "POST", "path": "/v0/prices"}),
    (UP, {"when": "after", "method": "POST", "path": "/v0/prices"}),
    (UP, {"when": "before", "method": "POST", "path": VERSIONS}),
    (PROOF, {"when": "before", "method": "GET"}),
]


def killing(story: Story, step: str, call: dict[str, str]) -> Callable[[str, subprocess.Popen[str]], None]:
    """Kill the step with all that it started, once the emulator holds the call."""

    def kill(title: str, process: subprocess.Popen[str]) -> None:
        if title != step:
            return
        fault: Any = story.staging.call("POST", "/_emulator/faults", {"kind": "hold", "nth": 1, **call})
        story.staging.call("GET", f"/_emulator/faults/{fault['id']}/held")
        for pid in [process.pid, *descendants(process.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        story.staging.call("DELETE", "/_emulator/faults")

    return kill


def test_a_run_that_is_killed_again_and_again_ends_with_the_reviewed_catalog(
    tmp_path: Path, pulumi_cli: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kill a deployment before a write, after one, before a version, and in the proof; each repetition goes on."""
    monkeypatch.setenv("PATH", os.pathsep.join([str(pulumi_cli), os.environ["PATH"]]))
    with staged(tmp_path) as story:
        adopt = {"stack": "staging", "task": "adopt"}
        story.succeed("by-hand.yml", Event("workflow_dispatch", story.forge.main, inputs=adopt))
        before = story.staging.counts
        story.forge.commit("cheaper", "Lower the price", {LOADS: (price("0.002"), price("0.0015"))})
        story.forge.open(2, "cheaper")
        story.run("preview.yml", story.forge.pull_request(2))
        push = story.forge.merge(2)
        for step, call in MOMENTS:
            story.runner.on_process = killing(story, step, call)
            jobs = story.run("deploy.yml", push)
            assert jobs["staging"].steps[-1].name == step, jobs["staging"].shown
            assert jobs["staging"].status == "failure"
            assert jobs["production"].status is None
        story.runner.on_process = lambda *_: None
        jobs = story.run("deploy.yml", push)
        assert jobs["staging"].status == "success", jobs["staging"].shown
        assert story.staging.line("loads") == "0.0015"
        assert story.staging.versions == {1: False, 2: True}
        assert story.staging.counts == {**before, "prices": before["prices"] + 1}
