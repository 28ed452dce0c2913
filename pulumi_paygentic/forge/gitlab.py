"""GitLab: the notes of a merge request and the issues of a project, by the REST API, version 4.

Source: GitLab's published pages on notes, issues, pagination and rate limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from functools import partial
from types import TracebackType
from typing import Any
from urllib.parse import quote

from typing_extensions import Self

from pulumi_paygentic.forge.board import Item
from pulumi_paygentic.forge.errors import Gone, NotFound, UnexpectedResponse
from pulumi_paygentic.forge.http import Session

#: The most characters of a note or of an issue's description.
LIMIT = 1_000_000
_TITLE = 255


class _Project:
    """A project, the token's own user in it, and its lists."""

    limit = LIMIT

    def __init__(self, session: Session, project: str) -> None:
        self._session = session
        self._project = f"projects/{quote(project, safe='')}"
        self._own: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._session.close()

    def send(self, method: str, path: str, **json: Any) -> Any:
        """Return the object in the response to one request, sent once; None for one without a body."""
        response = self._session.send(method, f"{self._project}/{path}", json=json or None)
        return self._session.json(response) if response.status_code != 204 else None

    def own(self) -> int:
        """Return the id of the user that the token is of: for a project's token, its bot."""
        if self._own is None:
            user = self._session.again(lambda: self._session.json(self._session.send("GET", "user")))
            if not isinstance(user, dict) or not isinstance(user.get("id"), int):
                raise UnexpectedResponse("GitLab sent no user for the token")
            self._own = user["id"]
        return self._own

    def pages(self, path: str, **params: str) -> Iterator[dict[str, Any]]:
        """Yield every object of a list, to its last page."""
        page = "1"
        while page:
            query = {**params, "per_page": "100", "page": page}
            response = self._session.again(partial(self._session.send, "GET", f"{self._project}/{path}", params=query))
            rows = self._session.json(response)
            if not isinstance(rows, list):
                raise UnexpectedResponse("GitLab sent something else than a list")
            yield from rows
            page = response.headers.get("x-next-page", "").strip()


class GitLabNotes(_Project):
    """The notes of one merge request. The token needs the scope `api` and the role of a reporter."""

    withdraws = False  # GitLab can't hide a note
    reuses = True

    def __init__(self, session: Session, project: str, number: int) -> None:
        super().__init__(session, project)
        self._notes = f"merge_requests/{number}/notes"
        self._number = number

    def items(self, since: datetime) -> Iterator[Item]:  # noqa: ARG002  (the notes of a merge request are few)
        """Yield the notes of the token's own user, oldest first."""
        own = self.own()
        for note in self.pages(self._notes, sort="asc", order_by="created_at"):
            if not note.get("system") and (note.get("author") or {}).get("id") == own:
                yield Item(str(note["id"]), str(note.get("body") or ""), self._url(note))

    def create(self, title: str, body: str) -> Item:  # noqa: ARG002  (a note has no title)
        """Add a note."""
        note = self.send("POST", self._notes, body=body)
        return Item(str(note["id"]), body, self._url(note))

    def edit(self, item: Item, title: str, body: str, *, withdrawn: bool | None) -> None:  # noqa: ARG002
        """Replace the text of a note."""
        try:
            self.send("PUT", f"{self._notes}/{item.id}", body=body)
        except NotFound as error:
            raise Gone(error.message) from error

    def remove(self, item: Item) -> None:
        """Delete a note; one that another run has deleted meanwhile is deleted."""
        try:
            self.send("DELETE", f"{self._notes}/{item.id}")
        except NotFound:
            return

    def _url(self, note: dict[str, Any]) -> str:
        return f"merge request !{self._number}, note {note['id']}"


class GitLabIssues(_Project):
    """The issues of one project. The token needs the scope `api` and the role of a reporter."""

    withdraws = True
    reuses = False

    def items(self, since: datetime) -> Iterator[Item]:
        """Yield the open issues of the token's own user, then the closed ones that changed after `since`."""
        own = {"author_id": str(self.own()), "scope": "all", "order_by": "created_at", "sort": "asc"}
        changed = since.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        for chosen in ({"state": "opened"}, {"state": "closed", "updated_after": changed}):
            for issue in self.pages("issues", **own, **chosen):
                body, url = str(issue.get("description") or ""), str(issue.get("web_url") or "")
                yield Item(str(issue["iid"]), body, url, withdrawn=issue.get("state") == "closed")

    def create(self, title: str, body: str) -> Item:
        """Open an issue."""
        issue = self.send("POST", "issues", title=title[:_TITLE], description=body)
        return Item(str(issue["iid"]), body, str(issue.get("web_url") or ""))

    def edit(self, item: Item, title: str, body: str, *, withdrawn: bool | None) -> None:
        """Replace title and text of an issue, and close it, in one request."""
        changes = {"description": body, **({"title": title[:_TITLE]} if title else {})}
        self.send("PUT", f"issues/{item.id}", **changes, **({"state_event": "close"} if withdrawn else {}))

    def remove(self, item: Item) -> None:
        """Close an issue that another one makes superfluous."""
        self.send("PUT", f"issues/{item.id}", state_event="close")
