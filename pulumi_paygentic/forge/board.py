"""A board: the comments of one pull request, or the issues of one project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol

from typing_extensions import Self


@dataclass(frozen=True)
class Item:
    """One comment or issue that the token's own user wrote.

    Args:
        id: The forge's id for it, in the form in which the board's other operations take it.
        body: The text with its mark, as the forge stores it.
        url: The address of the page that shows it.
        withdrawn: True if it is hidden (a comment) or closed (an issue).

    """

    id: str
    body: str
    url: str = ""
    withdrawn: bool = False


class Board(Protocol):
    """The operations that `publish` needs. Every one raises `ForgeError`; those that write are sent once only."""

    #: The most characters of a body.
    limit: int
    #: True if an item can be withdrawn: an issue is closed, a comment on GitHub is hidden.
    withdraws: bool
    #: True if a withdrawn item is used again: a comment is, an issue that was closed is not opened again.
    reuses: bool

    def items(self, since: datetime) -> Iterable[Item]:
        """Return all items of the token's own user, oldest first; withdrawn issues only if changed after `since`."""
        ...

    def create(self, title: str, body: str) -> Item:
        """Make a new item."""
        ...

    def edit(self, item: Item, title: str, body: str, *, withdrawn: bool | None) -> None:
        """Replace the text of an item, and withdraw it or show it again; None leaves that as it is."""
        ...

    def remove(self, item: Item) -> None:
        """Take a superfluous item away: a comment is deleted, an issue closed."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
