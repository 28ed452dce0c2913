"""The part of GitHub that the package uses: GraphQL over comments, issues and pull requests, with its permissions."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from graphql import GraphQLError, build_schema, graphql_sync

from tests.forge.support.server import Request, Response

LIMIT = 65_536

#: Names and types as in GitHub's published schema; only what is asked for.
SCHEMA = build_schema(
    """
    scalar DateTime
    scalar URI
    scalar GitObjectID
    enum IssueState { OPEN CLOSED }
    enum PullRequestState { OPEN CLOSED MERGED }
    enum ReportedContentClassifiers { ABUSE DUPLICATE OFF_TOPIC OUTDATED RESOLVED SPAM }
    enum IssueOrderField { COMMENTS CREATED_AT UPDATED_AT }
    enum OrderDirection { ASC DESC }
    input IssueOrder { direction: OrderDirection! field: IssueOrderField! }
    input IssueFilters { createdBy: String since: DateTime states: [IssueState!] }
    type PageInfo { hasNextPage: Boolean! endCursor: String }
    type Owner { login: String! }
    type IssueComment { id: ID! url: URI! body: String! isMinimized: Boolean! viewerDidAuthor: Boolean! }
    type IssueCommentEdge { node: IssueComment }
    type IssueCommentConnection { nodes: [IssueComment] pageInfo: PageInfo! }
    type Issue { id: ID! url: URI! body: String! state: IssueState! viewerDidAuthor: Boolean! }
    type IssueConnection { nodes: [Issue] pageInfo: PageInfo! }
    type PullRequest {
      id: ID!
      number: Int!
      headRefOid: GitObjectID!
      headRepositoryOwner: Owner
      comments(first: Int, after: String): IssueCommentConnection!
    }
    type PullRequestConnection { nodes: [PullRequest] pageInfo: PageInfo! }
    type Repository {
      id: ID!
      pullRequest(number: Int!): PullRequest
      pullRequests(
        first: Int, after: String, headRefName: String, states: [PullRequestState!]
      ): PullRequestConnection!
      issues(
        first: Int, after: String, filterBy: IssueFilters, orderBy: IssueOrder, states: [IssueState!]
      ): IssueConnection!
    }
    type Query { repository(owner: String!, name: String!): Repository }
    input AddCommentInput { body: String! clientMutationId: String subjectId: ID! }
    type AddCommentPayload { clientMutationId: String commentEdge: IssueCommentEdge }
    input UpdateIssueCommentInput { body: String! clientMutationId: String id: ID! }
    type UpdateIssueCommentPayload { clientMutationId: String }
    input DeleteIssueCommentInput { clientMutationId: String id: ID! }
    type DeleteIssueCommentPayload { clientMutationId: String }
    input MinimizeCommentInput {
      classifier: ReportedContentClassifiers! clientMutationId: String subjectId: ID!
    }
    type MinimizeCommentPayload { clientMutationId: String }
    input UnminimizeCommentInput { clientMutationId: String subjectId: ID! }
    type UnminimizeCommentPayload { clientMutationId: String }
    input CreateIssueInput { body: String clientMutationId: String repositoryId: ID! title: String! }
    type CreateIssuePayload { clientMutationId: String issue: Issue }
    input UpdateIssueInput { body: String clientMutationId: String id: ID! state: IssueState title: String }
    type UpdateIssuePayload { clientMutationId: String }
    type Mutation {
      addComment(input: AddCommentInput!): AddCommentPayload
      updateIssueComment(input: UpdateIssueCommentInput!): UpdateIssueCommentPayload
      deleteIssueComment(input: DeleteIssueCommentInput!): DeleteIssueCommentPayload
      minimizeComment(input: MinimizeCommentInput!): MinimizeCommentPayload
      unminimizeComment(input: UnminimizeCommentInput!): UnminimizeCommentPayload
      createIssue(input: CreateIssueInput!): CreateIssuePayload
      updateIssue(input: UpdateIssueInput!): UpdateIssuePayload
    }
    """
)


class Typed(GraphQLError):
    """An error with GitHub's `type`."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass
class Entry:
    """A comment or an issue."""

    id: str
    author: str
    body: str
    title: str = ""
    hidden: bool = False
    closed: bool = False
    updated: datetime = datetime(2026, 1, 1, tzinfo=timezone.utc)
    edits: int = 0


@dataclass
class PullRequest:
    id: str
    number: int
    sha: str = "0" * 40
    branch: str = "prices"
    owner: str = "acme"
    comments: list[Entry] = field(default_factory=list)


@dataclass
class User:
    login: str
    writes: bool = True
    hides: bool = True


class GitHub:
    """One repository, `acme/catalog`, and the users that its tokens are of."""

    def __init__(self) -> None:
        self.users = {"ghs_bot": User("github-actions[bot]"), "ghs_fork": User("github-actions[bot]", writes=False)}
        self.pulls = {7: PullRequest("PR_7", 7)}
        self.issues: list[Entry] = []
        self.now = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
        self._ids = itertools.count(1)

    def comment(self, author: str, body: str, number: int = 7) -> Entry:
        entry = Entry(f"IC_{next(self._ids)}", author, body, updated=self.now)
        self.pulls[number].comments.append(entry)
        return entry

    def issue(self, author: str, body: str, title: str = "") -> Entry:
        entry = Entry(f"I_{next(self._ids)}", author, body, title, updated=self.now)
        self.issues.append(entry)
        return entry

    def handle(self, request: Request) -> Response:
        if request.method != "POST" or request.path not in {"/graphql", "/api/graphql"}:
            return Response(404, {"message": "Not Found", "status": "404"})
        user = self.users.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if user is None:
            return Response(401, {"message": "Bad credentials", "status": "401"})
        self.now += timedelta(seconds=1)
        result = graphql_sync(
            SCHEMA, request.body["query"], _Root(self, user), variable_values=request.body.get("variables")
        )
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body["errors"] = [
                {"type": getattr(error.original_error, "kind", None) or "", "message": error.message}
                for error in result.errors
            ]
        return Response(200, body, {"X-RateLimit-Remaining": "900", "X-RateLimit-Reset": "1800000000"})


class _Root:
    """The resolvers, for one user."""

    def __init__(self, service: GitHub, user: User) -> None:
        self._service = service
        self._user = user

    def repository(self, _info: Any, owner: str, name: str) -> Any:
        if (owner, name) != ("acme", "catalog"):
            raise Typed("NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'.")
        return {
            "id": "R_1",
            "pullRequest": self._pull,
            "pullRequests": lambda _info, **page: self._page(
                [
                    self._pull(_info, pull.number)
                    for pull in self._service.pulls.values()
                    if pull.branch == page["headRefName"]
                ],
                **page,
            ),
            "issues": self._issues,
        }

    def _pull(self, _info: Any, number: int) -> Any:
        if number not in self._service.pulls:
            raise Typed("NOT_FOUND", f"Could not resolve to a PullRequest with the number of {number}.")
        pull = self._service.pulls[number]
        nodes = [self._shown(entry) for entry in pull.comments]
        return {
            "id": pull.id,
            "number": number,
            "headRefOid": pull.sha,
            "headRepositoryOwner": {"login": pull.owner},
            "comments": lambda _info, **page: self._page(nodes, **page),
        }

    def _issues(self, _info: Any, **page: Any) -> Any:
        chosen = page["filterBy"]
        since = datetime.fromisoformat(chosen["since"].replace("Z", "+00:00")) if "since" in chosen else None
        nodes = [
            self._shown(entry)
            for entry in self._service.issues
            if ("CLOSED" if entry.closed else "OPEN") in chosen["states"] and (not since or entry.updated >= since)
        ]
        return self._page(nodes, **page)

    def _shown(self, entry: Entry) -> Any:
        return {
            "id": entry.id,
            "url": f"https://github.example/acme/catalog#{entry.id}",
            "body": entry.body,
            "isMinimized": entry.hidden,
            "state": "CLOSED" if entry.closed else "OPEN",
            "viewerDidAuthor": entry.author == self._user.login,
        }

    def _page(self, nodes: list[Any], first: int = 100, after: str | None = None, **_: Any) -> Any:
        if not 1 <= first <= 100:
            raise Typed("EXCESSIVE_PAGINATION", "Requesting more than 100 records on the connection.")
        begin = int(after or 0)
        more = begin + first < len(nodes)
        info = {"hasNextPage": more, "endCursor": str(begin + first) if more else None}
        return {"nodes": nodes[begin : begin + first], "pageInfo": info}

    def _write(self, body: str | None = None) -> None:
        if not self._user.writes:
            raise Typed("FORBIDDEN", "Resource not accessible by integration")
        if body is not None and len(body) > LIMIT:
            raise Typed("UNPROCESSABLE", f"Body is too long (maximum is {LIMIT} characters)")

    def _find(self, entries: list[Entry], wanted: str) -> Entry:
        for entry in entries:
            if entry.id == wanted:
                return entry
        raise Typed("NOT_FOUND", f"Could not resolve to a node with the global id of '{wanted}'")

    def _comment(self, wanted: str) -> Entry:
        return self._find([entry for pull in self._service.pulls.values() for entry in pull.comments], wanted)

    def addComment(self, _info: Any, input: dict[str, Any]) -> Any:  # noqa: A002, N802
        self._write(input["body"])
        for pull in self._service.pulls.values():
            if pull.id == input["subjectId"]:
                entry = self._service.comment(self._user.login, input["body"], pull.number)
                return {"commentEdge": {"node": self._shown(entry)}}
        raise Typed("NOT_FOUND", "Could not resolve to a node")

    def updateIssueComment(self, _info: Any, input: dict[str, Any]) -> Any:  # noqa: A002, N802
        self._write(input["body"])
        entry = self._comment(input["id"])
        entry.body, entry.edits = input["body"], entry.edits + 1
        return {}

    def deleteIssueComment(self, _info: Any, input: dict[str, Any]) -> Any:  # noqa: A002, N802
        self._write()
        entry = self._comment(input["id"])
        for pull in self._service.pulls.values():
            pull.comments = [other for other in pull.comments if other is not entry]
        return {}

    def minimizeComment(self, _info: Any, input: dict[str, Any]) -> Any:  # noqa: A002, N802
        return self._hide(input["subjectId"], hidden=True)

    def unminimizeComment(self, _info: Any, input: dict[str, Any]) -> Any:  # noqa: A002, N802
        return self._hide(input["subjectId"], hidden=False)

    def _hide(self, wanted: str, *, hidden: bool) -> Any:
        self._write()
        if not self._user.hides:
            raise Typed("FORBIDDEN", "github-actions[bot] does not have the correct permissions to execute this")
        self._comment(wanted).hidden = hidden
        return {}

    def createIssue(self, _info: Any, input: dict[str, Any]) -> Any:  # noqa: A002, N802
        self._write(input["body"])
        return {"issue": self._shown(self._service.issue(self._user.login, input["body"], input["title"]))}

    def updateIssue(self, _info: Any, input: dict[str, Any]) -> Any:  # noqa: A002, N802
        self._write(input.get("body"))
        entry = self._find(self._service.issues, input["id"])
        entry.body = input.get("body") or entry.body
        entry.title = input.get("title") or entry.title
        entry.closed = input["state"] == "CLOSED" if input.get("state") else entry.closed
        entry.updated = self._service.now
        return {}
