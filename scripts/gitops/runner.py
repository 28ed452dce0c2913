"""A runner of GitHub's workflows on this machine: each job in a fresh clone, each `run:` text by bash, in order.

An action is replaced by what it does here: a checkout is a clone, an artifact is a folder, and what others install is
there already. The token of a job may write only if its `permissions` say so, and a job sees the secrets of its own
environment only.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from scripts.gitops.expressions import Status, insert, runs
from scripts.gitops.shell import bash, clone, git

REPOSITORY = "acme/catalog"
READER, WRITER = "ghs_fork", "ghs_bot"


@dataclass(frozen=True)
class Event:
    """The event that starts a workflow: its name, the commit it runs on, and its payload."""

    name: str
    sha: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    from_fork: bool = False


@dataclass(frozen=True)
class StepResult:
    """A step that ran: its exit code and its output."""

    name: str
    code: int
    shown: str


@dataclass(frozen=True)
class JobResult:
    """A job that ran or was skipped."""

    name: str
    status: Status | None
    steps: tuple[StepResult, ...]

    @property
    def shown(self) -> str:
        return "".join(step.shown for step in self.steps)


@dataclass
class Runner:
    """The settings of a repository: where it is, what its environments hold, and who hears of each step.

    Args:
        origin: The bare repository.
        folder: The folder for clones and artifacts.
        forge_url: The address of the forge's API.
        environments: The secrets and variables of each environment.
        machine: The variables that every step gets.
        on_step: Called with each step's job, name and text before it runs.
        on_process: Called with each step's name and its process while it runs.
        before_job: Called before the job of that name, as while a person has still to approve it.

    """

    origin: Path
    folder: Path
    forge_url: str
    environments: Mapping[str, Mapping[str, Mapping[str, str]]]
    machine: Mapping[str, str]
    on_step: Callable[[str, str, str], None] = lambda *_: None
    on_process: Callable[[str, subprocess.Popen[str]], None] = lambda *_: None
    before_job: dict[str, Callable[[], None]] = field(default_factory=dict)
    runs: int = 0

    def run(
        self, workflow: str, event: Event, earlier: Mapping[str, JobResult] = MappingProxyType({})
    ) -> dict[str, JobResult]:
        """Run every job of the workflow that the event's commit has, and return how each ended.

        Jobs that succeeded in an `earlier` run are not run again, as in "Re-run failed jobs".
        """
        self.runs += 1
        text = git(self.origin, "show", f"{event.sha}:.github/workflows/{workflow}")
        document = yaml.safe_load(text)
        results: dict[str, JobResult] = {}
        for job_id, job in document["jobs"].items():
            needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            status: Status = "success"
            if any(result.status != "success" for name, result in results.items() if name.split(" ")[0] in needs):
                status = "failure"
            matrix = {" ".join([job_id, *list(values.values())[:1]]): values for values in _matrix(job)}
            done = {name: earlier[name] for name in matrix if name in earlier and earlier[name].status == "success"}
            with ThreadPoolExecutor() as pool:
                begun = {
                    name: pool.submit(self._job, name, job, values, event, status)
                    for name, values in matrix.items()
                    if name not in done
                }
            results |= done | {name: future.result() for name, future in begun.items()}
        return results

    def _job(
        self, name: str, job: Mapping[str, Any], values: Mapping[str, str], event: Event, status: Status
    ) -> JobResult:
        contexts: dict[str, Any] = {
            "github": {
                "event_name": event.name,
                "event": event.payload,
                "sha": event.sha,
                "repository": REPOSITORY,
                "workspace": str(self.folder / f"run-{self.runs}" / name.replace(" ", "-") / "work"),
                "token": self._token(job, event),
            },
            "inputs": event.inputs,
            "matrix": values,
        }
        if not runs(job.get("if"), contexts, status):
            return JobResult(name, None, ())
        self.before_job.get(name, lambda: None)()
        environment = insert(job.get("environment", ""), contexts)
        held = {} if event.from_fork else self.environments.get(environment, {})
        contexts |= {"secrets": held.get("secrets", {}), "vars": held.get("vars", {})}
        folder = self.folder / f"run-{self.runs}" / name.replace(" ", "-")
        folder.mkdir(parents=True)
        work = folder / "work"
        work.mkdir()
        payload = folder / "event.json"
        payload.write_text(json.dumps(event.payload), encoding="utf-8")
        base = {
            **self.machine,
            **{key: insert(str(value), contexts) for key, value in job.get("env", {}).items()},
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.forge_url,
            "GITHUB_EVENT_NAME": event.name,
            "GITHUB_EVENT_PATH": str(payload),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_REF_NAME": "main",  # no step of a pull request reads it
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": str(self.runs),
            "GITHUB_SHA": event.sha,
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "GITHUB_WORKSPACE": str(work),
            "PULUMI_HOME": str(folder / "home"),
        }
        done: list[StepResult] = []
        status = "success"
        for step in job["steps"]:
            title = step.get("name") or step.get("uses", "").partition("@")[0] or step["run"].strip()
            if not runs(step.get("if"), contexts, status):
                continue
            if "uses" in step:
                self._use(step, work, contexts, event)
                continue
            own = {key: insert(str(value), contexts) for key, value in step.get("env", {}).items()}
            text = insert(step["run"], contexts)
            self.on_step(name, title, text)
            code, shown = bash(text, work, {**base, **own}, partial(self.on_process, title))
            done.append(StepResult(title, code, shown))
            if code:
                status = "failure"
        return JobResult(name, status, tuple(done))

    def _token(self, job: Mapping[str, Any], event: Event) -> str:
        permissions = job.get("permissions", {})
        writes = "write" in {permissions.get("pull-requests"), permissions.get("issues")}
        return WRITER if writes and not event.from_fork else READER

    def _use(self, step: Mapping[str, Any], work: Path, contexts: Mapping[str, Any], event: Event) -> None:
        action = step["uses"].partition("@")[0]
        options = {key: insert(str(value), contexts) for key, value in step.get("with", {}).items()}
        artifact = self.folder / "artifacts" / options.get("run-id", str(self.runs)) / options.get("name", "artifact")
        if action == "actions/checkout":
            clone(self.origin, options.get("ref") or event.sha, work)
        elif action == "actions/upload-artifact":
            artifact.mkdir(parents=True)
            for name in options["path"].split():
                shutil.copy(work / name, artifact)
        elif action == "actions/download-artifact":
            pattern = options.get("pattern", artifact.name)  # with `merge-multiple`, all of them into one folder
            for folder in sorted(artifact.parent.glob(pattern)):
                shutil.copytree(folder, work / options.get("path", "."), dirs_exist_ok=True)
        elif action not in {"actions/setup-python", "pulumi/actions"}:
            raise ValueError(f"the runner does not know {action}")


def _matrix(job: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the values of each job of a matrix with one dimension, or of its `include`."""
    matrix = job.get("strategy", {}).get("matrix", {})
    if not matrix:
        yield {}
    for key, values in matrix.items():
        for value in values:
            yield dict(value) if key == "include" else {key: value}
