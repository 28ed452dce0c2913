"""The part of GitLab that the package uses: users, notes of merge requests, issues, with pages and permissions."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.forge.support.server import Request, Response

LIMIT = 1_000_000
_NOT_FOUND = Response(404, {"message": "404 Not found"})


@dataclass
class Entry:
    """A note or an issue."""

    id: int
    author: str
    body: str
    title: str = ""
    closed: bool = False
    system: bool = False
    updated: datetime = datetime(2026, 1, 1, tzinfo=timezone.utc)
    edits: int = 0
    hidden: bool = False


@dataclass
class User:
    id: int
    login: str
    writes: bool = True


@dataclass
class GitLab:
    """One project, 42 or `acme/catalog`, with merge request 7."""

    users: dict[str, User] = field(
        default_factory=lambda: {
            "glpat-bot": User(5, "project_42_bot"),
            "glpat-reader": User(6, "reader", writes=False),
        }
    )
    notes: list[Entry] = field(default_factory=list)
    issues: list[Entry] = field(default_factory=list)
    now: datetime = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    def comment(self, author: str, body: str, *, system: bool = False) -> Entry:
        entry = Entry(next(self._ids), author, body, system=system, updated=self.now)
        self.notes.append(entry)
        return entry

    def issue(self, author: str, body: str, title: str = "") -> Entry:
        entry = Entry(next(self._ids), author, body, title, updated=self.now)
        self.issues.append(entry)
        return entry

    def handle(self, request: Request) -> Response:  # noqa: PLR0911
        user = self.users.get(request.headers.get("private-token", ""))
        if user is None:
            return Response(401, {"message": "401 Unauthorized"})
        self.now += timedelta(seconds=1)
        if (request.method, request.path) == ("GET", "/api/v4/user"):
            return Response(200, {"id": user.id, "username": user.login})
        match = re.fullmatch(r"/api/v4/projects/(?:42|acme%2Fcatalog)/(.*)", request.path)
        if not match:
            return Response(404, {"message": "404 Project Not Found"})
        if request.method != "GET" and not user.writes:
            return Response(403, {"message": "403 Forbidden"})
        kind, _, wanted = match[1].removeprefix("merge_requests/7/").partition("/")
        entries = {"notes": self.notes, "issues": self.issues}.get(kind)
        if entries is None:
            return _NOT_FOUND
        if request.method == "GET":
            return self._page(self._chosen(entries, request), request)
        text: Any = request.body.get("body", request.body.get("description")) if request.body else None
        if text is not None and len(text) > LIMIT:
            return Response(400, {"message": {"note": [f"is too long (maximum is {LIMIT} characters)"]}})
        if request.method == "POST":
            made = self.comment(user.login, text) if kind == "notes" else self.issue(user.login, text)
            made.title = request.body.get("title", "")
            return Response(201, self._shown(made))
        found = [entry for entry in entries if str(entry.id) == wanted]
        if not found:
            return _NOT_FOUND
        return self._change(entries, found[0], request, text)

    def _change(self, entries: list[Entry], entry: Entry, request: Request, text: str | None) -> Response:
        if request.method == "DELETE":
            entries.remove(entry)
            return Response(204)
        entry.body = text if text is not None else entry.body
        entry.title = request.body.get("title", entry.title)
        entry.closed = entry.closed or request.body.get("state_event") == "close"
        entry.updated = self.now
        entry.edits += 1
        return Response(200, self._shown(entry))

    def _chosen(self, entries: list[Entry], request: Request) -> list[Entry]:
        query = request.query
        if entries is self.notes:
            return entries
        after = query.get("updated_after")
        moment = datetime.fromisoformat(after.replace("Z", "+00:00")) if after else None
        return [
            entry
            for entry in entries
            if entry.closed == (query["state"] == "closed")
            and str(self._author(entry)["id"]) == query["author_id"]
            and (not moment or entry.updated >= moment)
        ]

    def _page(self, entries: list[Entry], request: Request) -> Response:
        size, number = min(100, int(request.query.get("per_page", 20))), int(request.query.get("page", 1))
        more = size * number < len(entries)
        rows = [self._shown(entry) for entry in entries[size * (number - 1) : size * number]]
        return Response(200, rows, {"X-Next-Page": str(number + 1) if more else "", "X-Page": str(number)})

    def _author(self, entry: Entry) -> dict[str, Any]:
        known = {user.login: user.id for user in self.users.values()}
        return {"id": known.get(entry.author, 99), "username": entry.author}

    def _shown(self, entry: Entry) -> dict[str, Any]:
        return {
            "id": entry.id,
            "iid": entry.id,
            "body": entry.body,
            "description": entry.body,
            "state": "closed" if entry.closed else "opened",
            "system": entry.system,
            "author": self._author(entry),
            "web_url": f"https://gitlab.example/acme/catalog/-/issues/{entry.id}",
        }
