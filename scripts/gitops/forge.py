"""A forge on this machine: a bare repository, and an HTTP server with GitHub's comments, issues and pull requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.gitops.runner import REPOSITORY, Event
from scripts.gitops.shell import git
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
            {"number": number, "merge_commit_sha": commit, "merged_at": "2026-11-25T12:00:00Z"}
            for number, commit in self.merged.items()
            if commit == sha
        ]


def _shown(entry: Entry) -> dict[str, Any]:
    return {"user": {"login": entry.author}, "body": entry.body}


@dataclass
class Forge:
    """A bare repository, a person's clone of it, and the served API."""

    origin: Path
    clone: Path
    service: Service
    url: str

    @property
    def main(self) -> str:
        """The commit that main is at."""
        return git(self.origin, "rev-parse", "main").strip()

    def commit(self, branch: str, message: str, edits: dict[str, tuple[str, str]]) -> str:
        """Commit edits of files (a passage and its replacement) on the branch, push it, and return the commit."""
        existing = git(self.clone, "branch", "--list", branch).strip()
        git(self.clone, "checkout", "-q", *([branch] if existing else ["-b", branch, "origin/main"]))
        for name, (before, after) in edits.items():
            file = self.clone / name
            text = file.read_text("utf-8")
            if text.count(before) != 1:
                raise ValueError(f"{name} has {before!r} {text.count(before)} times")
            file.write_text(text.replace(before, after), encoding="utf-8")
        git(self.clone, "commit", "-q", "-a", "-m", message)
        return self._push(branch)

    def revert(self, branch: str) -> str:
        """Revert the last merge on a branch of its own, push it, and return the commit."""
        git(self.clone, "checkout", "-q", "-b", branch, "origin/main")
        git(self.clone, "revert", "--no-edit", "-m", "1", "HEAD")
        return self._push(branch)

    def _push(self, branch: str) -> str:
        git(self.clone, "push", "-q", "origin", branch)
        return git(self.clone, "rev-parse", "HEAD").strip()

    def open(self, number: int, branch: str, owner: str = "acme") -> None:
        """Open a pull request for the branch."""
        sha = git(self.origin, "rev-parse", branch).strip()
        self.service.pulls[number] = PullRequest(f"PR_{number}", number, sha=sha, branch=branch, owner=owner)

    def pull_request(self, number: int) -> Event:
        """Return the event of a push to the pull request."""
        pull = self.service.pulls[number]
        pull.sha = git(self.origin, "rev-parse", pull.branch).strip()
        head = {"sha": pull.sha, "ref": pull.branch, "repo": {"full_name": f"{pull.owner}/catalog"}}
        payload = {"number": number, "pull_request": {"number": number, "head": head}}
        return Event("pull_request", pull.sha, payload, from_fork=pull.owner != "acme")

    def merge(self, number: int) -> Event:
        """Merge the pull request, and return the event of the push to main."""
        branch = self.service.pulls[number].branch
        git(self.clone, "fetch", "-q", "origin")
        git(self.clone, "checkout", "-q", "-B", "main", "origin/main")
        git(self.clone, "merge", "-q", "--no-ff", "-m", f"Merge pull request #{number} from {branch}", branch)
        git(self.clone, "push", "-q", "origin", "main")
        git(self.clone, "fetch", "-q", "origin")
        self.service.merged[number] = self.main
        return Event("push", self.main)

    def comments(self, number: int) -> list[Entry]:
        """Return the comments on the pull request."""
        return self.service.pulls[number].comments


@contextmanager
def forge(folder: Path, source: Path) -> Iterator[Forge]:
    """Serve a forge whose repository has the files of `source` on main."""
    origin, clone = folder / "origin.git", folder / "clone"
    git(folder, "init", "-q", "--bare", "--initial-branch=main", str(origin))
    git(folder, "init", "-q", "--initial-branch=main", str(clone))
    git(clone, "remote", "add", "origin", str(origin))
    for file in sorted(source.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            target = clone / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
            target.chmod(file.stat().st_mode)
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "Declare the catalog")
    git(clone, "push", "-q", "origin", "main")
    git(clone, "fetch", "-q", "origin")
    service = Service()
    with serving(service) as server:
        yield Forge(origin, clone, service, server.url)
