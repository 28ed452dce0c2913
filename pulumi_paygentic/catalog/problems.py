"""What is wrong with an argument, as a sentence that says what to do."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pulumi_paygentic.catalog.unknown import UNKNOWN

BRANCHES: Final = ("by key", "by id")
"""How the two shapes of a plan's prices are named inside pydantic; readers of a message don't need it."""

_SHAPES: Final = {
    "dict_type": "a mapping of keys to values",
    "mapping_type": "a mapping of keys to values",
    "list_type": "a list",
    "string_type": "a string",
    "bool_type": "True or False",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "greater_than": "greater than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
}
"""What a value must be, by the name of pydantic's error."""


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
    """Every reason in pydantic's error, each with the path at which it stands; none against what is not known yet."""
    return [
        Reason(_path(argument, d["loc"]), _message(d, secret=secret), secret)
        for d in error.errors(include_url=False)
        if d["input"] is not UNKNOWN or d["type"] == "extra_forbidden"
    ]


def _path(argument: str, location: tuple[int | str, ...]) -> str:
    steps = [step for step in location if step not in BRANCHES and step != "[key]"]
    return argument + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def _message(details: ErrorDetails, *, secret: bool) -> str:
    context: dict[str, Any] = details.get("ctx", {})
    if details["type"] == "value_error":
        return str(context["error"])
    shown = "the value given" if secret else shown_value(details["input"])
    match details["type"]:
        case "missing":
            return "is required"
        case "extra_forbidden":
            return "is not known here: check its spelling"
        case "literal_error":
            return f"must be {context['expected']}, not {shown}"
        case kind if kind in _SHAPES:
            return f"must be {_SHAPES[kind].format_map(context)}, not {shown}"
        case _:
            return f"{details['msg'][:1].lower()}{details['msg'][1:]}, not {shown}"


def shown_value(value: Any) -> str:
    """A value as the program wrote it: Pulumi carries 1 as 1.0."""
    whole = isinstance(value, float) and value.is_integer()
    return repr(int(value) if whole else value)
