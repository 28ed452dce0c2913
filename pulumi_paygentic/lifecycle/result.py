"""The result of an operation: the state to remember, and the messages for the person who runs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple


class Message(NamedTuple):
    """One sentence for the user; a warning needs a person, information does not."""

    severity: Literal["info", "warning"]
    text: str


def info(text: str) -> Message:
    """Report something normal."""
    return Message("info", text)


def warning(text: str) -> Message:
    """Report something that a person should look at."""
    return Message("warning", text)


def warnings_in(messages: Iterable[Message]) -> list[str]:
    """The texts of the warnings."""
    return [message.text for message in messages if message.severity == "warning"]


@dataclass(frozen=True)
class Result:
    """The state of an object after it was created, read or updated.

    `inputs` are the live values of the declared arguments, only after a read. `wrote` is whether the API was changed.
    """

    id: str
    outputs: dict[str, Any]
    inputs: dict[str, Any] | None = None
    wrote: bool = True
    messages: tuple[Message, ...] = ()

    @property
    def warnings(self) -> list[str]:
        """The texts of the warnings among the messages."""
        return warnings_in(self.messages)


class Difference(NamedTuple):
    """The names of the fields that differ, and of those that need a new object.

    `forced` says that a new object is needed although the inputs are the same. `migrated` says that the state was
    written under other names than today's, so that a comparison of its inputs by name finds changes that are none.
    """

    changed: list[str]
    replaces: list[str]
    forced: bool = False
    messages: tuple[Message, ...] = ()
    migrated: bool = False

    @property
    def is_change(self) -> bool | None:
        """True if there is anything to do; None leaves it to a comparison of the inputs by name."""
        if self.forced:
            return True
        return bool(self.changed) if self.migrated else None


class Live(NamedTuple):
    """An object of the account: the API's answer, and its values by field name in canonical form."""

    id: str
    answer: Mapping[str, Any]
    values: Mapping[str, Any]
