"""GitLab on this machine: a bare repository, and an HTTP server with a project's notes, issues and merge requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scripts.gitops.gitlab.runner import FORK, PROJECT, MergeRequest, Trigger
from scripts.gitops.repository import Repository, repository
from tests.forge.support.gitlab import Entry, GitLab
from tests.forge.support.server import Request, Response, serving

TOKEN = "glpat-bot"  # noqa: S105  the bot of the tests
_COMMIT = re.compile(rf"/api/v4/projects/{PROJECT}/repository/commits/(\w+)/merge_requests")
_NOTES = re.compile(rf"(/api/v4/projects/{PROJECT}/merge_requests/)(\d+)(/notes.*)")


@dataclass
class Opened:
    """A merge request, with the fields that GitLab's API shows of it."""

    iid: int
    branch: str
    source: str = PROJECT
    target_branch: str = "main"
    sha: str = ""
    state: str = "opened"
    merge_commit_sha: str | None = None
    squash_commit_sha: str | None = None
    notes: list[Entry] = field(default_factory=list)

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of a merge request in a list."""
        names = ("iid", "state", "target_branch", "sha", "merge_commit_sha", "squash_commit_sha")
        return {name: getattr(self, name) for name in names}


class Service(GitLab):
    """GitLab's API of the tests, with any number of merge requests."""

    def __init__(self) -> None:
        super().__init__()
        self.merge_requests: dict[int, Opened] = {}

    def handle(self, request: Request) -> Response:
        if (found := _COMMIT.fullmatch(request.path)) and request.headers.get("private-token", "") in self.users:
            # GitLab lists the merge requests that a commit is part of as well as those that it was merged by.
            shown = [
                opened.fields
                for opened in self.merge_requests.values()
                if found[1] in {opened.sha, opened.merge_commit_sha, opened.squash_commit_sha}
            ]
            return Response(200, shown if request.query.get("page", "1") == "1" else [])
        if found := _NOTES.fullmatch(request.path):
            self.notes = self.merge_requests[int(found[2])].notes
            request = replace(request, path=f"{found[1]}7{found[3]}")
        return super().handle(request)


@dataclass
class Forge(Repository):
    """A bare repository, a person's clone of it, and the served API."""

    service: Service
    url: str

    def open(self, iid: int, branch: str, source: str = PROJECT) -> None:
        """Open a merge request for the branch."""
        self.service.merge_requests[iid] = Opened(iid, branch, source)

    def pushed(self, iid: int, project: str | None = None) -> Trigger:
        """Return the reason for the pipeline of the merge request, in the project of its branch or in another."""
        opened = self.service.merge_requests[iid]
        opened.sha = self.tip(opened.branch)
        request = MergeRequest(iid, opened.source)
        return Trigger("merge_request_event", opened.sha, None, request, project or opened.source)

    def merge(self, iid: int) -> Trigger:
        """Merge the merge request, and return the reason for the pipeline of main."""
        opened = self.service.merge_requests[iid]
        opened.merge_commit_sha = self.merge_commit(opened.branch, f"Merge branch {opened.branch!r} into 'main'")
        opened.state = "merged"
        return Trigger("push", self.main)

    def scheduled(self) -> Trigger:
        """Return the reason for the pipeline of a schedule."""
        return Trigger("schedule", self.main)

    def by_hand(self, stack: str, task: str) -> Trigger:
        """Return the reason for a pipeline that a person starts with two variables."""
        return Trigger("web", self.main, variables={"STACK": stack, "TASK": task})

    def notes(self, iid: int) -> list[Entry]:
        """Return the notes of the merge request."""
        return self.service.merge_requests[iid].notes


@contextmanager
def forge(folder: Path, source: Path) -> Iterator[Forge]:
    """Serve a project whose repository has the files of `source` on main."""
    made = repository(folder, source)
    service = Service()
    with serving(service) as server:
        yield Forge(made.origin, made.clone, service, server.url)


__all__ = ["FORK", "TOKEN", "Forge", "Opened", "Service", "forge"]
