"""GitHub: the comments of a pull request and the issues of a repository, by the GraphQL API alone.

Only GraphQL says whether the token's own user wrote a comment (`viewerDidAuthor`, true also for the token of a
workflow, which may not ask for its own name), and only it can hide one. Source: GitHub's published schema; the names
and types used here are those of GitHub.com and of Enterprise Server 3.x.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from functools import partial
from types import TracebackType
from typing import Any

from typing_extensions import Self

from pulumi_paygentic.forge.board import Item
from pulumi_paygentic.forge.errors import Gone, NoPullRequest, NotFound, NotPermitted, Refused, Unavailable
from pulumi_paygentic.forge.http import Session

#: The most characters of a comment or an issue.
LIMIT = 65_536
_TITLE = 256
_FORBIDDEN = frozenset({"FORBIDDEN", "INSUFFICIENT_SCOPES", "SAML_FAILURE"})
_FAILED = frozenset({"INTERNAL", "SERVICE_UNAVAILABLE", "TIMEOUT"})

_COMMENTS = """
query Comments($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      id
      comments(first: 100, after: $after) {
        nodes { id url body isMinimized viewerDidAuthor }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}"""
_ISSUES = """
query Issues($owner: String!, $name: String!, $filter: IssueFilters, $after: String) {
  repository(owner: $owner, name: $name) {
    id
    issues(first: 100, after: $after, filterBy: $filter, orderBy: {field: CREATED_AT, direction: ASC}) {
      nodes { id url body state viewerDidAuthor }
      pageInfo { hasNextPage endCursor }
    }
  }
}"""
_PULL_REQUESTS = """
query PullRequests($owner: String!, $name: String!, $branch: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(first: 100, after: $after, headRefName: $branch, states: [OPEN]) {
      nodes { number headRefOid headRepositoryOwner { login } }
      pageInfo { hasNextPage endCursor }
    }
  }
}"""
_ADD = """
mutation Add($subject: ID!, $body: String!) {
  addComment(input: {subjectId: $subject, body: $body}) { commentEdge { node { id url } } }
}"""
_UPDATE = """
mutation Update($id: ID!, $body: String!) {
  updateIssueComment(input: {id: $id, body: $body}) { clientMutationId }
}"""
_DELETE = "mutation Delete($id: ID!) { deleteIssueComment(input: {id: $id}) { clientMutationId } }"
_HIDE = """
mutation Hide($id: ID!) {
  minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) { clientMutationId }
}"""
_SHOW = "mutation Show($id: ID!) { unminimizeComment(input: {subjectId: $id}) { clientMutationId } }"
_OPEN = """
mutation Open($repository: ID!, $title: String!, $body: String!) {
  createIssue(input: {repositoryId: $repository, title: $title, body: $body}) { issue { id url } }
}"""
_EDIT = """
mutation Edit($id: ID!, $title: String, $body: String, $state: IssueState) {
  updateIssue(input: {id: $id, title: $title, body: $body, state: $state}) { clientMutationId }
}"""


def graphql_base(api_url: str) -> str:
    """Return the address under which GraphQL is: on Enterprise Server `/api`, while REST is under `/api/v3`."""
    return api_url.removesuffix("/v3")


class _Repository:
    """A repository, and the one way to send a query about it."""

    limit = LIMIT

    def __init__(self, session: Session, repository: str) -> None:
        self._session = session
        owner, _, name = repository.partition("/")
        self._repository = {"owner": owner, "name": name}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._session.close()

    def send(self, query: str, **variables: Any) -> Any:
        """Return the data of one query or mutation, sent once."""
        response = self._session.send("POST", "graphql", json={"query": query, "variables": variables})
        body = self._session.json(response)
        errors = body.get("errors") if isinstance(body, dict) else None
        if not errors and isinstance(body, dict) and isinstance(body.get("data"), dict):
            return body["data"]
        first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
        kind, message = str(first.get("type") or ""), str(first.get("message") or "a response without data")
        what = self._session.say(f"GitHub says {kind or 'error'}: {message}")
        if kind == "RATE_LIMITED" or "rate limit" in message.lower():
            raise self._session.limited(response, message)
        if kind in _FORBIDDEN or kind == "NOT_FOUND":
            raise (NotPermitted if kind in _FORBIDDEN else NotFound)(what, hint=self._session.permission)
        if kind in _FAILED or not kind:  # a query that timed out has no type
            raise Unavailable(what)
        raise Refused(what)

    def pages(self, query: str, *path: str, **variables: Any) -> Iterator[tuple[Any, Any]]:
        """Yield each node of the connection at `path` of the response, with the object that the connection is in."""
        asked = {**self._repository, **variables, "after": None}
        while True:
            data = self._session.again(partial(self.send, query, **asked))
            for name in path[:-1]:
                data = data.get(name) or {}
            connection = data.get(path[-1])
            if connection is None:
                number = f" #{variables['number']}" if "number" in variables else ""
                where = "/".join(self._repository.values())
                raise NotFound(f"GitHub shows no {path[-2]}{number} in {where}", hint=self._session.permission)
            yield from ((data, node) for node in connection["nodes"] if node)
            if not connection["pageInfo"]["hasNextPage"]:
                yield data, None
                return
            asked["after"] = connection["pageInfo"]["endCursor"]


class GitHubComments(_Repository):
    """The comments of one pull request. The token needs `pull-requests: write`."""

    withdraws = True
    reuses = True

    def __init__(self, session: Session, repository: str, number: int) -> None:
        super().__init__(session, repository)
        self._number = number
        self._subject = ""

    def items(self, since: datetime) -> Iterator[Item]:  # noqa: ARG002  (the comments of a pull request are few)
        """Yield the comments of the token's own user, oldest first."""
        for parent, node in self.pages(_COMMENTS, "repository", "pullRequest", "comments", number=self._number):
            self._subject = parent["id"]
            if node and node["viewerDidAuthor"]:
                yield Item(node["id"], node["body"], node["url"], withdrawn=node["isMinimized"])

    def create(self, title: str, body: str) -> Item:  # noqa: ARG002  (a comment has no title)
        """Add a comment."""
        node = self.send(_ADD, subject=self._subject, body=body)["addComment"]["commentEdge"]["node"]
        return Item(node["id"], body, node["url"])

    def edit(self, item: Item, title: str, body: str, *, withdrawn: bool | None) -> None:  # noqa: ARG002
        """Replace the text of a comment, then hide it or show it."""
        try:
            if body != item.body:
                self.send(_UPDATE, id=item.id, body=body)
        except NotFound as error:
            raise Gone(error.message) from error
        if withdrawn is None:
            return
        try:
            self.send(_HIDE if withdrawn else _SHOW, id=item.id)
        except (NotPermitted, Refused):
            self.withdraws = False  # its text says that it is outdated

    def remove(self, item: Item) -> None:
        """Delete a comment; one that another run has deleted meanwhile is deleted."""
        try:
            self.send(_DELETE, id=item.id)
        except NotFound:
            return


class GitHubIssues(_Repository):
    """The issues of one repository. The token needs `issues: write`."""

    withdraws = True
    reuses = False

    def __init__(self, session: Session, repository: str) -> None:
        super().__init__(session, repository)
        self._id = ""

    def items(self, since: datetime) -> Iterator[Item]:
        """Yield the open issues of the token's own user, then the closed ones that changed after `since`."""
        changed = since.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        for chosen in ({"states": ["OPEN"]}, {"states": ["CLOSED"], "since": changed}):
            for parent, node in self.pages(_ISSUES, "repository", "issues", filter=chosen):
                self._id = parent["id"]
                if node and node["viewerDidAuthor"]:
                    yield Item(node["id"], node["body"], node["url"], withdrawn=node["state"] == "CLOSED")

    def create(self, title: str, body: str) -> Item:
        """Open an issue."""
        issue = self.send(_OPEN, repository=self._id, title=title[:_TITLE], body=body)["createIssue"]["issue"]
        return Item(issue["id"], body, issue["url"])

    def edit(self, item: Item, title: str, body: str, *, withdrawn: bool | None) -> None:
        """Replace title and text of an issue, and close it, in one request."""
        state = "CLOSED" if withdrawn else "OPEN"
        self.send(_EDIT, id=item.id, title=title[:_TITLE] or None, body=body, state=state)

    def remove(self, item: Item) -> None:
        """Close an issue that another one makes superfluous."""
        self.send(_EDIT, id=item.id, state="CLOSED")


def pull_request_of(session: Session, repository: str, *, owner: str, branch: str, sha: str) -> int:
    """Return the number of the open pull request whose head is the commit `sha` of `branch` in the fork of `owner`."""
    with _Repository(session, repository) as asked:
        for _, node in asked.pages(_PULL_REQUESTS, "repository", "pullRequests", branch=branch):
            if node and node["headRefOid"] == sha and (node["headRepositoryOwner"] or {}).get("login") == owner:
                return int(node["number"])
    raise NoPullRequest(
        f"No open pull request of {repository} has the commit {sha[:12]} of {owner}:{branch} as its head",
        hint="It was closed, or has a newer commit, whose own run posts. Nothing is left to do.",
    )
