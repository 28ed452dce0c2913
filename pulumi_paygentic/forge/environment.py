"""The place to post to, from the variables of GitHub Actions and GitLab CI, and from what the caller gives.

What is given comes first. The token is read from a variable only: an argument of a command stands in the list of
processes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx

from pulumi_paygentic.forge.board import Board
from pulumi_paygentic.forge.errors import NoPullRequest, SettingsError
from pulumi_paygentic.forge.github import GitHubComments, GitHubIssues, graphql_base, pull_request_of
from pulumi_paygentic.forge.gitlab import GitLabIssues, GitLabNotes
from pulumi_paygentic.forge.http import Session, check_token, check_url

Forge = Literal["github", "gitlab"]

_GITHUB_MAY = (
    "Give the job `permissions: {pull-requests: write, issues: write}`; the token of a fork's run has neither."
)
_GITLAB_MAY = (
    "GITLAB_TOKEN must be a project or group access token with the scope `api` and at least the role of a reporter."
)


@dataclass(frozen=True)
class Head:
    """The head of a pull request, in a run that was started by another run and knows no number."""

    owner: str
    branch: str
    sha: str


@dataclass(frozen=True)
class Place:
    """A repository or project at a forge, and the pull request that the run is for.

    Args:
        forge: `github` or `gitlab`.
        api_url: The address of the REST API.
        project: `owner/name` at GitHub; at GitLab the number of the project, or its path.
        number: The number of the pull request or merge request, None if there is none.
        head: The head of the pull request, where only that is known.
        token: The token; in no representation.

    """

    forge: Forge
    api_url: str
    project: str
    number: int | None = None
    head: Head | None = None
    token: str = field(default="", repr=False)

    def comments(self, sleep: Callable[[float], None] = time.sleep) -> Board:
        """Open the comments of the pull request. Raises `NoPullRequest` if there is none."""
        number = self.number
        if number is None and self.head:
            number = pull_request_of(self._session(sleep), self.project, **self.head.__dict__)
        if number is None:
            raise NoPullRequest(
                "This run belongs to no pull request",
                hint="Run it on `pull_request` (GitLab: in a merge request pipeline), or give --pull-request.",
            )
        if self.forge == "github":
            return GitHubComments(self._session(sleep), self.project, number)
        return GitLabNotes(self._session(sleep), self.project, number)

    def issues(self, sleep: Callable[[float], None] = time.sleep) -> Board:
        """Open the issues of the repository or project."""
        board = GitHubIssues if self.forge == "github" else GitLabIssues
        return board(self._session(sleep), self.project)

    def _session(self, sleep: Callable[[float], None]) -> Session:
        if self.forge == "github":
            headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
            url = graphql_base(self.api_url)
            return Session(url, forge="GitHub", token=self.token, headers=headers, permission=_GITHUB_MAY, sleep=sleep)
        headers = {"PRIVATE-TOKEN": self.token}
        return Session(
            self.api_url, forge="GitLab", token=self.token, headers=headers, permission=_GITLAB_MAY, sleep=sleep
        )


def detect(
    forge: Forge,
    env: Mapping[str, str],
    *,
    api_url: str | None = None,
    project: str | None = None,
    number: int | None = None,
) -> Place:
    """Return the place to post to. Raises `SettingsError` that names what is missing."""
    return _github(env, api_url, project, number) if forge == "github" else _gitlab(env, api_url, project, number)


def _github(env: Mapping[str, str], api_url: str | None, project: str | None, number: int | None) -> Place:
    name, url = ("The address of the API", api_url) if api_url else ("GITHUB_API_URL", env.get("GITHUB_API_URL"))
    url = check_url(url or _api_of(env.get("GITHUB_SERVER_URL") or "https://github.com"), name)
    project = project or env.get("GITHUB_REPOSITORY") or ""
    if len([part for part in project.split("/") if part]) != 2 or project.count("/") != 1:
        raise SettingsError("The repository is not known: set GITHUB_REPOSITORY, or give --repository OWNER/NAME")
    token = check_token(env.get("GITHUB_TOKEN") or env.get("GH_TOKEN") or _missing("GITHUB_TOKEN"), "GITHUB_TOKEN")
    head = None
    if number is None:
        number, head = _of_event(env.get("GITHUB_EVENT_PATH"))
    return Place("github", url, project, number, head, token)


def _gitlab(env: Mapping[str, str], api_url: str | None, project: str | None, number: int | None) -> Place:
    server = (env.get("CI_SERVER_URL") or "https://gitlab.com").rstrip("/")
    name, url = ("The address of the API", api_url) if api_url else ("CI_API_V4_URL", env.get("CI_API_V4_URL"))
    url = check_url(url or f"{server}/api/v4", name)
    # A merge request from a fork runs in the fork, and belongs to the project that it goes into.
    project = project or env.get("CI_MERGE_REQUEST_PROJECT_ID") or env.get("CI_PROJECT_ID") or ""
    if not project:
        raise SettingsError("The project is not known: set CI_PROJECT_ID, or give --repository with its number or path")
    token = check_token(env.get("GITLAB_TOKEN") or _missing("GITLAB_TOKEN"), "GITLAB_TOKEN")
    if number is None:
        number = _number(env.get("CI_MERGE_REQUEST_IID"))
    return Place("gitlab", url, project, number, None, token)


def _missing(variable: str) -> str:
    hint = _GITHUB_MAY if variable == "GITHUB_TOKEN" else _GITLAB_MAY
    raise SettingsError(f"{variable} is not set: without a token nothing can be posted", hint=hint)


def _api_of(server: str) -> str:
    """Return the REST API's address of a GitHub server: github.com, a company's at ghe.com, or Enterprise Server."""
    url = httpx.URL(server.rstrip("/"))
    if url.host == "github.com" or url.host.endswith(".ghe.com"):
        return f"{url.scheme}://api.{url.host}"
    return f"{url}/api/v3"


def _of_event(path: str | None) -> tuple[int | None, Head | None]:
    """Return the pull request of the event that started the run, by its number or by its head."""
    try:
        event = json.loads(Path(path).read_text("utf-8")) if path else {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"GITHUB_EVENT_PATH can't be read: {type(error).__name__}") from None
    event = event if isinstance(event, dict) else {}
    request = _in(event, "pull_request") or (_in(event, "issue") if _in(event, "issue").get("pull_request") else {})
    number = _number(request.get("number"))
    if number is not None:
        return number, None
    run = _in(event, "workflow_run")
    owner = _in(_in(run, "head_repository"), "owner").get("login")
    branch, sha = run.get("head_branch"), run.get("head_sha")
    if run.get("event") == "pull_request" and owner and branch and sha:
        return None, Head(str(owner), str(branch), str(sha))
    return None, None


def _in(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _number(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
