"""What is wrong with an argument, as a sentence that says what to do."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

BRANCHES: Final = ("by key", "by id")
"""How the two shapes of a plan's prices are named inside pydantic; readers of a message don't need it."""


class Reason(NamedTuple):
    """One reason against an argument; `argument` is its path, such as `tiers[0].up_to`."""

    argument: str
    message: str
    secret: bool = False

    def __str__(self) -> str:
        return f"{self.argument} {self.message}" if self.argument else self.message

    @classmethod
    def unknown_argument(cls, name: str, known: Sequence[str]) -> Reason:
        """An argument that the object has not."""
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(sorted(known))}"
        return cls(name, f"is no argument of this resource: {hint}")


def reasons_of(argument: str, error: ValidationError, *, secret: bool) -> list[Reason]:
    """Every reason in pydantic's error, each with the path at which it stands."""
    return [
        Reason(_path(argument, d["loc"]), _message(d, secret=secret), secret) for d in error.errors(include_url=False)
    ]


def _path(argument: str, location: tuple[int | str, ...]) -> str:
    steps = [step for step in location if step not in BRANCHES and step != "[key]"]
    return argument + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def _message(details: ErrorDetails, *, secret: bool) -> str:
    context: dict[str, Any] = details.get("ctx", {})
    if details["type"] == "value_error":
        return str(context["error"])
    shown = "the value given" if secret else repr(details["input"])
    match details["type"]:
        case "missing":
            return "is required"
        case "extra_forbidden":
            return "is not known here: check its spelling"
        case "literal_error":
            return f"must be {context['expected']}, not {shown}"
        case _:
            return f"{details['msg'][:1].lower()}{details['msg'][1:]}, not {shown}"
