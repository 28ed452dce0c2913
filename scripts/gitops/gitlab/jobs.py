"""The jobs of a pipeline: what GitLab makes of a `.gitlab-ci.yml` and the variables that a pipeline starts with.

A keyword that this module does not know is an error, so that nothing in the file is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from scripts.gitops.gitlab.rules import UnsupportedRule, expand, holds

_OF_WORKFLOW = {"rules"}
_OF_DEFAULT = {"before_script", "image", "interruptible", "timeout"}
_OF_JOB = {
    *("artifacts", "environment", "image", "interruptible", "needs", "parallel", "resource_group", "rules", "script"),
    *("stage", "timeout"),
}
_ACTIONS = {"start", "prepare", "verify", "access"}


class UnsupportedKeyword(Exception):
    """A keyword of the file that this module does not know."""


@dataclass(frozen=True)
class Job:
    """A job of a pipeline, with everything that the file says about it in this pipeline.

    Args:
        name: Its name, with the values of its matrix.
        stage: Its stage.
        script: Its commands, those that go before included.
        variables: The values of its matrix.
        environment: The name of its environment, None if it has none.
        deploys: True if it makes a deployment of the environment.
        resource_group: The group that runs one job at a time.
        needs: The jobs that it waits for, None for all of the earlier stages.
        manual: True if a person starts it.
        reports: The file of each report.
        reports_always: True if a job that failed has its reports as well.

    """

    name: str
    stage: str
    script: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    environment: str | None = None
    deploys: bool = False
    resource_group: str | None = None
    needs: tuple[str, ...] | None = None
    manual: bool = False
    reports: Mapping[str, str] = field(default_factory=dict)
    reports_always: bool = False


def pipeline(document: Mapping[str, Any], variables: Mapping[str, str]) -> list[Job]:
    """Return the jobs of the pipeline in the order of their stages; none if there is no pipeline.

    Args:
        document: The content of the `.gitlab-ci.yml`.
        variables: The variables that the pipeline starts with.

    """
    workflow, default = document.get("workflow", {}), document.get("default", {})
    _known(workflow, _OF_WORKFLOW, "workflow")
    _known(default, _OF_DEFAULT, "default")
    if "rules" in workflow and _rule(workflow["rules"], variables) is None:
        return []
    stages: Sequence[str] = document["stages"]
    jobs: list[Job] = []
    for name, job in document.items():
        if name in {"workflow", "default", "stages"}:
            continue
        if not isinstance(job, dict) or "script" not in job:
            raise UnsupportedKeyword(name)
        _known(job, _OF_JOB, name)
        jobs += _jobs(name, job, default, variables)
    for job in jobs:
        if job.stage not in stages:
            raise UnsupportedKeyword(f"{job.name}: the stage {job.stage} is not declared")
    return sorted(jobs, key=lambda job: stages.index(job.stage))


def _jobs(name: str, job: Mapping[str, Any], default: Mapping[str, Any], variables: Mapping[str, str]) -> Iterator[Job]:
    rule = _rule(job["rules"], variables) if "rules" in job else {}
    if rule is None:
        return
    for values in _matrix(name, job):
        known = {**variables, **{key: value for key, value in values.items() if key not in variables}}
        environment, action = _environment(name, job, known)
        artifacts = job.get("artifacts", {})
        _known(artifacts, {"when", "reports"}, f"{name}: artifacts")
        group, needs = job.get("resource_group"), job.get("needs")
        if not all(isinstance(needed, str) for needed in needs or ()):
            raise UnsupportedKeyword(f"{name}: needs: {needs}")
        yield Job(
            name=f"{name}: [{', '.join(values.values())}]" if values else name,
            stage=job.get("stage", "test"),
            script=(*_lines(default.get("before_script", [])), *_lines(job["script"])),
            variables=values,
            environment=environment,
            deploys=environment is not None and action == "start",
            resource_group=expand(group, known) if group else None,
            needs=None if needs is None else tuple(needs),
            manual=rule.get("when") == "manual",
            reports=dict(artifacts.get("reports", {})),
            reports_always=artifacts.get("when") == "always",
        )


def _rule(rules: Sequence[Mapping[str, Any]], variables: Mapping[str, str]) -> Mapping[str, Any] | None:
    """Return the first rule that holds; None if none does, or if it says never."""
    for rule in rules:
        _known(rule, {"if", "when", "auto_cancel"}, "a rule")
        if "if" not in rule or holds(rule["if"], variables):
            if rule.get("when", "on_success") not in {"on_success", "always", "manual", "never"}:
                raise UnsupportedRule(rule["when"])
            return None if rule.get("when") == "never" else rule
    return None


def _matrix(name: str, job: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    parallel = job.get("parallel", {})
    if not isinstance(parallel, dict):
        raise UnsupportedKeyword(f"{name}: parallel: {parallel}")
    _known(parallel, {"matrix"}, f"{name}: parallel")
    if not parallel:
        yield {}
    for entry in parallel.get("matrix", []):
        lists = [value if isinstance(value, list) else [value] for value in entry.values()]
        for values in product(*lists):
            yield dict(zip(entry, map(str, values), strict=True))


def _environment(name: str, job: Mapping[str, Any], variables: Mapping[str, str]) -> tuple[str | None, str]:
    declared = job.get("environment")
    if declared is None:
        return None, ""
    environment = declared if isinstance(declared, dict) else {"name": declared}
    _known(environment, {"name", "action"}, f"{name}: environment")
    action = environment.get("action", "start")
    if action not in _ACTIONS:
        raise UnsupportedKeyword(f"{name}: environment: action: {action}")
    return expand(environment["name"], variables), action


def _lines(script: str | Sequence[str]) -> Sequence[str]:
    return [script] if isinstance(script, str) else script


def _known(mapping: Mapping[str, Any], keywords: set[str], place: str) -> None:
    if unknown := mapping.keys() - keywords:
        raise UnsupportedKeyword(f"{place}: {', '.join(sorted(unknown))}")
