"""The example's script that finds the reviewed change: by every way to merge, and by nobody else's comment."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from scripts.gitops.forge import Service as GitHubService
from scripts.gitops.gitlab.forge import TOKEN, Opened, Service
from scripts.gitops.runner import REPOSITORY, WRITER
from tests.forge.support.github import Entry as Comment
from tests.forge.support.github import PullRequest
from tests.forge.support.gitlab import Entry
from tests.forge.support.server import serving

SCRIPT = Path(__file__).parents[2] / "examples" / "gitops" / "ci" / "reviewed.py"
BOT = "project_42_bot"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reviewed", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    service = Service()
    with serving(service) as server:
        for name, value in {
            "CI_API_V4_URL": f"{server.url}/api/v4",
            "CI_COMMIT_SHA": "c1",
            "CI_DEFAULT_BRANCH": "main",
            "CI_PROJECT_ID": "42",
            "GITLAB_TOKEN": TOKEN,
        }.items():
            monkeypatch.setenv(name, value)
        yield service


def mark(stack: str, digest: str, present: str = "true", kind: str = "diff") -> str:
    fields = f'"kind": "{kind}", "stack": "{stack}", "digest": "{digest}", "present": {present}'
    return f"<!-- pulumi-paygentic {{{fields}}} -->\nThe change"


def merged(**fields: str) -> Opened:
    notes = [Entry(1, BOT, mark("staging", "d1")), Entry(2, "ada", mark("staging", "d2"))]
    return Opened(7, "loads", notes=notes, **{"state": "merged", "sha": "b1", **fields})


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"merge_commit_sha": "c1"}, id="a merge commit"),
        pytest.param({"merge_commit_sha": "c1", "squash_commit_sha": "s1"}, id="a squashed branch, by a merge commit"),
        pytest.param({"squash_commit_sha": "c1"}, id="a squashed branch, by a fast-forward"),
        pytest.param({"sha": "c1"}, id="a fast-forward"),
    ],
)
def test_the_note_is_found_however_the_merge_request_was_merged(
    script: ModuleType, service: Service, fields: dict[str, str]
) -> None:
    service.merge_requests[7] = merged(**fields)
    assert script.digest(script.gitlab(), "staging") == "d1"


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"sha": "c1", "merge_commit_sha": "c2"}, id="its last commit, which another commit merged"),
        pytest.param({"squash_commit_sha": "c1", "merge_commit_sha": "c2"}, id="its squashed commit"),
        pytest.param({"merge_commit_sha": "c1", "target_branch": "feature"}, id="merged into another branch"),
        pytest.param({"sha": "c1", "state": "closed"}, id="closed"),
    ],
)
def test_a_merge_request_that_did_not_bring_the_commit_to_main_reviews_nothing(
    script: ModuleType, service: Service, fields: dict[str, str]
) -> None:
    service.merge_requests[7] = merged(**fields)
    assert script.digest(script.gitlab(), "staging") == ""


@pytest.mark.parametrize(
    ("author", "merge", "found"),
    [
        pytest.param("github-actions[bot]", ("main", "c1"), "d1", id="merged into main"),
        pytest.param("github-actions[bot]", ("feature", "c1"), "", id="merged into another branch"),
        pytest.param("github-actions[bot]", ("main", "c2"), "", id="merged as another commit"),
        pytest.param("mallory", ("main", "c1"), "", id="somebody else's comment"),
    ],
)
def test_at_github_the_comment_on_the_pull_request_that_brought_the_commit_to_main_is_found(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, author: str, merge: tuple[str, str], found: str
) -> None:
    service = GitHubService()
    service.pulls[7] = PullRequest("PR_7", 7, comments=[Comment("C_1", author, mark("staging", "d1"))])
    service.bases[7], service.merged[7] = merge
    with serving(service) as server:
        for name, value in {
            "GITHUB_API_URL": server.url,
            "GITHUB_REF_NAME": "main",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SHA": "c1",
            "GITHUB_TOKEN": WRITER,
        }.items():
            monkeypatch.setenv(name, value)
        assert script.digest(script.github(), "staging") == found


@pytest.mark.parametrize(
    "body",
    [
        "No mark",
        mark("production", "d1"),
        mark("staging", "d1", present="false"),
        mark("staging", "d1", kind="drift"),
        "Quoted:\n" + mark("staging", "d1"),
    ],
)
def test_a_note_that_announces_no_change_of_the_stack_has_no_digest(script: ModuleType, body: str) -> None:
    assert script.digest(iter([body]), "staging") == ""
