"""One of the two forges, served, with the names that a test needs of both."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from pulumi_paygentic.forge import Board, Mark, Notice, Outcome, Place, publish
from tests.forge.support import github, gitlab
from tests.forge.support.server import Server, serving

T0 = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)


def notice(minute: int = 0, text: str = "a change", **fields: Any) -> Notice:
    """A notice of the stack shop/prod, read `minute` minutes after T0."""
    return Notice(
        **{"kind": "diff", "project": "shop", "stack": "prod", **fields}, time=T0 + timedelta(minutes=minute), text=text
    )


@dataclass
class World:
    forge: Literal["github", "gitlab"]
    service: Any
    server: Server
    slept: list[float] = field(default_factory=list)

    @property
    def bot(self) -> str:
        return "github-actions[bot]" if self.forge == "github" else "project_42_bot"

    @property
    def api_url(self) -> str:
        return self.server.url if self.forge == "github" else f"{self.server.url}/api/v4"

    @property
    def comments(self) -> list[Any]:
        """All comments there, whoever's."""
        return self.service.pulls[7].comments if self.forge == "github" else self.service.notes  # type: ignore[no-any-return]

    @property
    def issues(self) -> list[Any]:
        return self.service.issues  # type: ignore[no-any-return]

    def place(self, *, reads_only: bool = False) -> Place:
        tokens = ("ghs_bot", "ghs_fork") if self.forge == "github" else ("glpat-bot", "glpat-reader")
        project = "acme/catalog" if self.forge == "github" else "42"
        return Place(self.forge, self.api_url, project, 7, token=tokens[reads_only])

    def board(self, kind: str = "comments") -> Board:
        place = self.place()
        return place.comments(self.sleep) if kind == "comments" else place.issues(self.sleep)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def post(self, what: Notice, *, board: str = "comments", only_if_present: bool = False) -> Outcome:
        with self.board(board) as opened:
            return publish(opened, what, only_if_present=only_if_present, sleep=self.sleep)

    def ours(self, key: tuple[str, str, str] = ("diff", "shop", "prod")) -> list[Any]:
        """Our comments of one stack."""
        marked = ((entry, Mark.read(entry.body)) for entry in self.comments if entry.author == self.bot)
        return [entry for entry, mark in marked if mark and mark.key == key]

    def writes(self) -> int:
        """The number of writes that the server was asked for."""
        if self.forge == "gitlab":
            return sum(request.method != "GET" for request in self.server.requests)
        return sum(request.body["query"].lstrip().startswith("mutation") for request in self.server.requests)

    def fill(self, count: int) -> None:
        """Comments of other people."""
        for number in itertools.islice(itertools.count(), count):
            self.service.comment("ada", f"comment {number}")


@contextmanager
def world(forge: Literal["github", "gitlab"]) -> Iterator[World]:
    service = github.GitHub() if forge == "github" else gitlab.GitLab()
    with serving(service) as server:
        yield World(forge, service, server)
