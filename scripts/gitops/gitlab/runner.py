"""A runner of GitLab's pipelines on this machine: each job in a fresh, shallow clone, its commands in one bash.

A job gets the variables of the project whose scope is the job's environment, the protected ones only on the default
branch, and a pipeline of a fork's project none at all.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any, Literal

import yaml

from scripts.gitops.gitlab.jobs import Job, pipeline
from scripts.gitops.shell import bash, clone, git

PROJECT, FORK = "42", "43"
PATH, DEFAULT_BRANCH = "acme/catalog", "main"
DEPTH = 20  # GitLab's default
Status = Literal["created", "manual", "success", "failed", "skipped"]


@dataclass(frozen=True)
class Variable:
    """A variable in the settings of the project."""

    key: str
    value: str
    scope: str = "*"
    protected: bool = False


@dataclass(frozen=True)
class MergeRequest:
    """The merge request that a pipeline is for, and the project that its branch is in."""

    iid: int
    source: str = PROJECT


@dataclass(frozen=True)
class Trigger:
    """The reason for a pipeline.

    Args:
        source: `merge_request_event`, `push`, `schedule` or `web`.
        sha: The commit.
        branch: The branch; None in a pipeline for a merge request.
        merge_request: The merge request.
        project: The project that the pipeline runs in.
        variables: The variables that a person gave it.

    """

    source: str
    sha: str
    branch: str | None = DEFAULT_BRANCH
    merge_request: MergeRequest | None = None
    project: str = PROJECT
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Run:
    """A job of a pipeline that was made, and how it ended."""

    job: Job
    status: Status = "created"
    shown: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)
    reports: dict[str, Any] = field(default_factory=dict)


@dataclass
class Pipeline:
    """The jobs of a pipeline by name; no jobs if GitLab would make no pipeline."""

    id: int
    trigger: Trigger
    runs: dict[str, Run]

    @property
    def statuses(self) -> dict[str, Status]:
        """How far each job is."""
        return {name: run.status for name, run in self.runs.items()}

    @property
    def shown(self) -> str:
        """The output of all jobs."""
        return "".join(f"[{name}: {run.status}]\n{run.shown}" for name, run in self.runs.items())

    def _waits_for(self, run: Run) -> list[Run]:
        if run.job.needs is not None:
            return [other for other in self.runs.values() if other.job.name.partition(": [")[0] in run.job.needs]
        order = [other.job.stage for other in self.runs.values()]
        return [other for other in self.runs.values() if order.index(other.job.stage) < order.index(run.job.stage)]

    def next(self) -> list[Run]:
        """Skip what can't run any more, and return the jobs whose turn it is."""
        for run in self.runs.values():
            if run.status == "created" and {other.status for other in self._waits_for(run)} & {"failed", "skipped"}:
                run.status = "skipped"
        waiting = [run for run in self.runs.values() if run.status == "created"]
        return [run for run in waiting if all(other.status == "success" for other in self._waits_for(run))]


@dataclass
class Runner:
    """The settings of the project, and the machine that its jobs run on.

    Args:
        origin: The bare repository.
        folder: The folder for clones.
        forge_url: The address of GitLab.
        variables: The variables in the project's settings.
        machine: The variables that the image has.
        on_process: Called with each job's name and its process while it runs.

    """

    origin: Path
    folder: Path
    forge_url: str
    variables: tuple[Variable, ...]
    machine: Mapping[str, str]
    on_process: Callable[[str, subprocess.Popen[str]], None] = lambda *_: None
    pipelines: int = 0
    jobs: int = 0
    _groups: dict[str, threading.Lock] = field(default_factory=dict)

    def start(self, trigger: Trigger) -> Pipeline:
        """Make the pipeline that the commit's own file says, and run all that needs no person."""
        self.pipelines += 1
        document = yaml.safe_load(git(self.origin, "show", f"{trigger.sha}:.gitlab-ci.yml"))
        known = {**self._predefined(trigger), **self._of_project(trigger, None), **trigger.variables}
        made = Pipeline(self.pipelines, trigger, {job.name: Run(job) for job in pipeline(document, known)})
        self._proceed(made)
        return made

    def play(self, made: Pipeline, name: str) -> Run:
        """Start a job that waits for a person, or one that has ended once more; and what comes after it."""
        run = made.runs[name]
        if run.status in {"created", "skipped"}:
            raise ValueError(f"{name} is {run.status}: it can't be started")
        self._execute(made, run)
        for other in made.runs.values():
            if other.status == "skipped":
                other.status = "created"
        self._proceed(made)
        return run

    def _proceed(self, made: Pipeline) -> None:
        while ready := made.next():
            for run in ready:
                run.status = "manual" if run.job.manual else run.status
            with ThreadPoolExecutor() as pool:
                list(pool.map(partial(self._execute, made), [run for run in ready if run.status == "created"]))

    def _execute(self, made: Pipeline, run: Run) -> None:
        group = run.job.resource_group
        with self._groups.setdefault(group, threading.Lock()) if group else nullcontext():
            self.jobs += 1
            folder = self.folder / f"job-{self.jobs}"
            work = folder / "work"
            clone(self.origin, made.trigger.sha, work, depth=DEPTH)
            run.seen = self._environment(made.trigger, run.job, folder)
            watcher = partial(self.on_process, run.job.name)
            code, run.shown = bash("\n".join(run.job.script), work, {**self.machine, **run.seen}, watcher)
        run.status = "failed" if code else "success"
        run.reports = {}
        for kind, name in run.job.reports.items():
            if (not code or run.job.reports_always) and (work / name).exists():
                run.reports[kind] = json.loads((work / name).read_text("utf-8"))

    def _predefined(self, trigger: Trigger) -> dict[str, str]:
        request = trigger.merge_request
        return {
            "CI": "true",
            "CI_API_V4_URL": f"{self.forge_url}/api/v4",
            "CI_COMMIT_SHA": trigger.sha,
            "CI_DEFAULT_BRANCH": DEFAULT_BRANCH,
            "CI_PIPELINE_ID": str(self.pipelines),
            "CI_PIPELINE_SOURCE": trigger.source,
            "CI_PROJECT_ID": trigger.project,
            "CI_PROJECT_PATH": PATH if trigger.project == PROJECT else "mallory/catalog",
            "CI_SERVER_URL": self.forge_url,
            "GITLAB_CI": "true",
            **({"CI_COMMIT_BRANCH": trigger.branch} if trigger.branch and not request else {}),
            **(
                {
                    "CI_MERGE_REQUEST_IID": str(request.iid),
                    "CI_MERGE_REQUEST_PROJECT_ID": PROJECT,
                    "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": request.source,
                    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": DEFAULT_BRANCH,
                }
                if request
                else {}
            ),
        }

    def _of_project(self, trigger: Trigger, environment: str | None) -> dict[str, str]:
        if trigger.project != PROJECT:
            return {}
        protected = trigger.branch == DEFAULT_BRANCH and not trigger.merge_request
        return {
            variable.key: variable.value
            for variable in sorted(self.variables, key=lambda variable: variable.scope != "*")
            if (variable.scope == "*" or fnmatchcase(environment or "", variable.scope))
            and (protected or not variable.protected)
        }

    def _environment(self, trigger: Trigger, job: Job, folder: Path) -> dict[str, str]:
        return {
            **self._predefined(trigger),
            "CI_JOB_ID": folder.name.rpartition("-")[2],
            "CI_JOB_NAME": job.name,
            "CI_JOB_STAGE": job.stage,
            "CI_PROJECT_DIR": str(folder / "work"),
            "PULUMI_HOME": str(folder / "home"),
            **({"CI_ENVIRONMENT_NAME": job.environment} if job.environment else {}),
            **job.variables,
            **self._of_project(trigger, job.environment),
            **trigger.variables,
        }
