"""The runner of GitLab's jobs: which jobs a pipeline has, in what order they run, and what each of them sees."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from scripts.gitops.gitlab.forge import FORK, TOKEN
from scripts.gitops.gitlab.jobs import UnsupportedKeyword, pipeline
from scripts.gitops.gitlab.rules import UnsupportedRule
from scripts.gitops.gitlab.runner import MergeRequest, Pipeline, Runner, Trigger, Variable
from scripts.gitops.repository import repository

EXAMPLE = Path(__file__).parents[2] / "examples" / "gitops"
VARIABLES = (
    Variable("TOKEN", TOKEN),
    Variable("KEY", "of everything"),
    Variable("KEY", "reads", "preview-*"),
    Variable("KEY", "writes", "production", protected=True),
    Variable("KEY", "stages", "staging", protected=True),
)
REQUEST = {"source": "merge_request_event", "branch": None, "merge_request": MergeRequest(7)}


def made(folder: Path, text: str, **trigger: object) -> tuple[Runner, Pipeline]:
    """A pipeline of a repository that has nothing but these jobs."""
    source = folder / "source"
    source.mkdir()
    (source / ".gitlab-ci.yml").write_text(text, encoding="utf-8")
    project = repository(folder, source)
    runner = Runner(project.origin, folder, "http://127.0.0.1:1", VARIABLES, {"PATH": "/usr/bin:/bin"})
    return runner, runner.start(Trigger(**{"source": "push", "sha": project.main, **trigger}))  # type: ignore[arg-type]


SECRETS = """
stages: [test]
default: {before_script: [before=1]}
job:
  stage: test
  parallel: {matrix: [{STACK: [preview-staging, production, none]}]}
  environment: $STACK
  script:
    - echo "$before $STACK $CI_ENVIRONMENT_NAME $KEY"
"""


def test_a_job_sees_the_variables_of_its_own_environment_and_the_protected_ones_on_main(tmp_path: Path) -> None:
    _, ran = made(tmp_path, SECRETS)
    assert [run.shown for run in ran.runs.values()] == [
        "1 preview-staging preview-staging reads\n",
        "1 production production writes\n",
        "1 none none of everything\n",
    ]


def test_the_pipeline_of_a_merge_request_sees_no_protected_variable(tmp_path: Path) -> None:
    _, ran = made(tmp_path, SECRETS, **REQUEST)
    assert [run.shown.split()[-1] for run in ran.runs.values()] == ["reads", "everything", "everything"]


def test_the_pipeline_of_a_forks_project_sees_no_variable(tmp_path: Path) -> None:
    trigger = {**REQUEST, "merge_request": MergeRequest(7, FORK), "project": FORK}
    _, ran = made(tmp_path, SECRETS, **trigger)
    assert [{"KEY", "TOKEN"} & run.seen.keys() for run in ran.runs.values()] == [set()] * 3


ORDER = """
stages: [first, second]
last: {stage: second, script: "true"}
manual: {stage: second, needs: [good], rules: [{when: manual}], script: echo played}
after: {stage: second, needs: [manual], script: echo after}
good: {stage: first, resource_group: one, script: [busy=../../busy, 'mkdir $busy; rmdir $busy']}
bad: {stage: first, resource_group: one, script: ['mkdir ../../busy; rmdir ../../busy', 'false | true', echo on]}
never: {stage: first, rules: [{if: $CI == "true", when: never}, {when: always}], script: echo never}
"""


def test_jobs_run_by_stage_unless_they_name_their_needs_and_a_person_starts_the_manual_ones(tmp_path: Path) -> None:
    runner, ran = made(tmp_path, ORDER)
    statuses = {"good": "success", "bad": "failed", "last": "skipped", "manual": "manual", "after": "created"}
    assert ran.statuses == statuses
    assert "on\n" not in ran.runs["bad"].shown
    with pytest.raises(ValueError, match="last is skipped"):
        runner.play(ran, "last")
    assert runner.play(ran, "manual").shown == "played\n"
    assert ran.statuses == {**statuses, "manual": "success", "after": "success"}


@pytest.mark.parametrize(("when", "kept"), [("always", {"codequality": [1]}), ("on_success", {})])
def test_a_failed_job_has_its_reports_if_it_asks_for_them(tmp_path: Path, when: str, kept: object) -> None:
    text = f"""
stages: [test]
job:
  stage: test
  artifacts: {{when: {when}, reports: {{codequality: found.json, junit: missing.xml}}}}
  script: ['echo "[1]" > found.json', 'false']
"""
    _, ran = made(tmp_path, text)
    assert ran.runs["job"].reports == kept


@pytest.mark.parametrize(
    "change",
    [
        {"include": "other.yml"},
        {"workflow": {"name": "named"}},
        {"default": {"retry": 2}},
        {"job": {"stage": "test", "script": "true", "only": ["main"]}},
        {"job": {"stage": "nowhere", "script": "true"}},
        {"job": {"stage": "test", "script": "true", "parallel": 3}},
        {"job": {"stage": "test", "script": "true", "rules": [{"changes": ["*"]}]}},
        {"job": {"stage": "test", "script": "true", "rules": [{"when": "delayed"}]}},
        {"job": {"stage": "test", "script": "true", "needs": [{"job": "other"}]}},
        {"job": {"stage": "test", "script": "true", "environment": {"name": "a", "action": "stop"}}},
        {"job": {"stage": "test", "script": "true", "artifacts": {"paths": ["a"]}}},
    ],
)
def test_what_the_runner_does_not_know_is_an_error(change: dict[str, object]) -> None:
    with pytest.raises((UnsupportedKeyword, UnsupportedRule)):
        pipeline({"stages": ["test"], **change}, {"CI": "true"})


def jobs(**variables: str) -> list[str]:
    """The jobs of the example in a pipeline with these variables."""
    document = yaml.safe_load((EXAMPLE / ".gitlab-ci.yml").read_text("utf-8"))
    return [job.name for job in pipeline(document, {"CI_DEFAULT_BRANCH": "main", **variables})]


def test_the_example_has_the_jobs_of_each_kind_of_pipeline_and_no_others() -> None:
    main = {"CI_COMMIT_BRANCH": "main"}
    assert jobs(CI_PIPELINE_SOURCE="push", **main) == ["staging", "production"]
    assert jobs(CI_PIPELINE_SOURCE="push", CI_COMMIT_BRANCH="feature") == []
    assert jobs(CI_PIPELINE_SOURCE="schedule", **main) == ["drift: [staging]", "drift: [production]"]
    assert jobs(CI_PIPELINE_SOURCE="web", **main) == []
    assert jobs(CI_PIPELINE_SOURCE="web", STACK="staging", TASK="mend", **main) == ["by hand"]


@pytest.mark.parametrize(("source", "project", "runs"), [("42", "42", True), ("43", "43", False), ("43", "42", False)])
def test_the_example_runs_nothing_for_a_fork_in_either_project(source: str, project: str, runs: object) -> None:
    found = jobs(
        CI_PIPELINE_SOURCE="merge_request_event",
        CI_MERGE_REQUEST_PROJECT_ID="42",
        CI_MERGE_REQUEST_SOURCE_PROJECT_ID=source,
        CI_PROJECT_ID=project,
    )
    assert (found == ["preview: [staging]", "preview: [production]"]) is runs


REFUSES = 'case "$*" in *--policy-pack*) exit 5 ;; esac'


@pytest.mark.parametrize(
    ("pulumi", "diff", "status"),
    [
        pytest.param("", "exit 0", "success", id="nothing changes"),
        pytest.param("", "exit 2", "success", id="something changes"),
        pytest.param("", "exit 3", "failed", id="a gate says no"),
        pytest.param(REFUSES, "exit 2", "failed", id="a rule of the finance team says no"),
        pytest.param("exit 255", "exit 1", "failed", id="the program has an error"),
    ],
)
def test_the_examples_preview_writes_its_note_whatever_it_ends_with(
    tmp_path: Path, pulumi: str, diff: str, status: str
) -> None:
    commands = tmp_path / "bin"
    commands.mkdir()
    for name, text in {"pip": "", "pulumi": pulumi, "pulumi-paygentic": f"echo note of $4; {diff}"}.items():
        (commands / name).write_text(f"#!/bin/bash\n{text}\n", encoding="utf-8")
        (commands / name).chmod(0o755)
    project = repository(tmp_path, EXAMPLE)
    runner = Runner(project.origin, tmp_path, "http://127.0.0.1:1", (), {"PATH": f"{commands}:/usr/bin:/bin"})
    ran = runner.start(Trigger("merge_request_event", project.main, None, MergeRequest(7)))
    assert ran.statuses == {"preview: [staging]": status, "preview: [production]": status}
    assert [run.shown for run in ran.runs.values()] == ["note of staging\n", "note of production\n"]
