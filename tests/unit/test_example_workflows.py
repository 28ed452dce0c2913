"""The workflows of the gitops example: pinned, least rights, one run a stack, and the same in both forges."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "gitops"
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in EXAMPLE.glob(".github/workflows/*.yml")}
JOBS = [pytest.param(job, id=f"{name}-{job_id}") for name, w in WORKFLOWS.items() for job_id, job in w["jobs"].items()]
GITLAB = yaml.safe_load((EXAMPLE / ".gitlab-ci.yml").read_text("utf-8"))
OWN = {path.name for path in (ROOT / ".github" / "workflows").glob("*.yml")}
Json = dict[str, Any]


def commands(texts: list[str]) -> list[str]:
    """Every command, without comments and without the way in which a line is wrapped or a variable set."""
    joined = "\n".join(texts).replace("\\\n", " ")
    lines = [re.sub(r"\s+# .*|^PAYGENTIC_\w+=\S+ ", "", line.strip()) for line in joined.splitlines()]
    written = [" ".join(line.removesuffix("|| refused=yes").split()) for line in lines if line.strip()]
    return [line for line in written if line != 'test -z "$refused"']  # GitLab's way to go on, and to fail in the end


@pytest.mark.parametrize("job", JOBS)
def test_every_action_is_pinned_to_a_commit(job: Json) -> None:
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert [name for name in used if not re.search(r"@[0-9a-f]{40}$", name)] == []


def test_the_pins_are_those_of_the_projects_own_workflows() -> None:
    own = "".join((ROOT / ".github" / "workflows" / name).read_text("utf-8") for name in OWN)
    used = {step["uses"] for job in JOBS for step in job.values[0]["steps"] if "uses" in step}  # type: ignore[index]
    assert {name for name in used if name.startswith("actions/") and name not in own} == set()


def test_nothing_is_granted_at_the_top() -> None:
    assert [name for name, workflow in WORKFLOWS.items() if workflow["permissions"] != {}] == []


@pytest.mark.parametrize("job", JOBS)
def test_a_job_that_writes_to_the_account_may_not_write_to_the_forge(job: Json) -> None:
    text = yaml.safe_dump(job["steps"])
    writes = [name for name, right in job["permissions"].items() if right == "write"]
    assert not (" up --yes" in text and writes)


@pytest.mark.parametrize("job", JOBS)
def test_a_job_that_writes_to_a_stack_runs_alone_on_it(job: Json) -> None:
    if " up --yes" in yaml.safe_dump(job["steps"]):
        assert job["concurrency"] == job["environment"]


def test_a_fork_gets_no_secret_and_no_right_to_write() -> None:
    job = WORKFLOWS["preview"]["jobs"]["fork"]
    assert "secrets." not in yaml.safe_dump(job)
    assert job["permissions"] == {"contents": "read"}


def test_the_run_that_may_write_for_a_fork_never_runs_the_forks_code() -> None:
    [job] = WORKFLOWS["comment"]["jobs"].values()
    checkouts = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
    assert [step["with"] for step in checkouts] == [{"persist-credentials": False}]
    assert "secrets." not in yaml.safe_dump(job)


@pytest.mark.parametrize("stack", ["staging", "production"])
def test_both_forges_deploy_by_the_same_commands(stack: str) -> None:
    steps = WORKFLOWS["deploy"]["jobs"][stack]["steps"]
    github = commands([step["run"] for step in steps if "run" in step])
    gitlab = commands([*GITLAB["default"]["before_script"], *GITLAB[stack]["script"]])
    assert github == gitlab


def test_both_forges_preview_by_the_same_commands() -> None:
    steps = WORKFLOWS["preview"]["jobs"]["preview"]["steps"]
    github = commands([step["run"].replace("github", "gitlab") for step in steps if "run" in step])
    assert github == commands([*GITLAB["default"]["before_script"], *GITLAB["preview"]["script"]])


def test_both_forges_look_for_drift_by_the_same_command() -> None:
    steps = WORKFLOWS["drift"]["jobs"]["drift"]["steps"]
    github = commands([step["run"].replace("github", "gitlab") for step in steps if "run" in step])
    assert github == commands([*GITLAB["default"]["before_script"], *GITLAB["drift"]["script"]])
