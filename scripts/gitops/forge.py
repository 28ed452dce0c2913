"""A forge on this machine: a bare repository, and an HTTP server with GitHub's comments, issues and pull requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.gitops.repository import Repository, repository
from scripts.gitops.runner import REPOSITORY, Event
from tests.forge.support.github import Entry, GitHub, PullRequest
from tests.forge.support.server import Request, Response, serving

_COMMIT = re.compile(rf"/repos/{REPOSITORY}/commits/(\w+)/pulls")
_COMMENTS = re.compile(rf"/repos/{REPOSITORY}/issues/(\d+)/comments")


class Service(GitHub):
    """GitHub's GraphQL of the tests, and the two lists of its REST API that the example's scripts read."""

    def __init__(self) -> None:
        super().__init__()
        self.pulls: dict[int, PullRequest] = {}
        self.merged: dict[int, str] = {}
        self.bases: dict[int, str] = {}

    def handle(self, request: Request) -> Response:
        known = request.headers.get("authorization", "").removeprefix("Bearer ") in self.users
        if request.method == "GET" and known:
            page = int(request.query.get("page", "1"))
            if found := _COMMIT.fullmatch(request.path):
                return Response(200, self._merges(found[1]) if page == 1 else [])
            if found := _COMMENTS.fullmatch(request.path):
                comments = self.pulls[int(found[1])].comments
                return Response(200, [_shown(entry) for entry in comments[100 * (page - 1) : 100 * page]])
        return super().handle(request)

    def _merges(self, sha: str) -> list[dict[str, Any]]:
        return [
            {
                "number": number,
                "merge_commit_sha": commit,
                "merged_at": "2026-11-25T12:00:00Z",
                "base": {"ref": self.bases.get(number, "main")},
            }
            for number, commit in self.merged.items()
            if commit == sha
        ]


def _shown(entry: Entry) -> dict[str, Any]:
    return {"user": {"login": entry.author}, "body": entry.body}


@dataclass
class Forge(Repository):
    """A bare repository, a person's clone of it, and the served API."""

    service: Service
    url: str

    def open(self, number: int, branch: str, owner: str = "acme") -> None:
        """Open a pull request for the branch."""
        sha = self.tip(branch)
        self.service.pulls[number] = PullRequest(f"PR_{number}", number, sha=sha, branch=branch, owner=owner)

    def pull_request(self, number: int) -> Event:
        """Return the event of a push to the pull request."""
        pull = self.service.pulls[number]
        pull.sha = self.tip(pull.branch)
        head = {"sha": pull.sha, "ref": pull.branch, "repo": {"full_name": f"{pull.owner}/catalog"}}
        payload = {"number": number, "pull_request": {"number": number, "head": head}}
        return Event("pull_request", pull.sha, payload, from_fork=pull.owner != "acme")

    def merge(self, number: int) -> Event:
        """Merge the pull request, and return the event of the push to main."""
        branch = self.service.pulls[number].branch
        self.merge_commit(branch, f"Merge pull request #{number} from {branch}")
        self.service.merged[number] = self.main
        return Event("push", self.main)

    def comments(self, number: int) -> list[Entry]:
        """Return the comments on the pull request."""
        return self.service.pulls[number].comments


@contextmanager
def forge(folder: Path, source: Path) -> Iterator[Forge]:
    """Serve a forge whose repository has the files of `source` on main."""
    made = repository(folder, source)
    service = Service()
    with serving(service) as server:
        yield Forge(made.origin, made.clone, service, server.url)
