"""Violations: the reasons against an argument, each a sentence that says what to do.

No message repeats an input in full: a long value, key or path is shortened.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic.alias_generators import to_snake
from pydantic_core import ErrorDetails

from pulumi_paygentic.catalog.schema import Schema
from pulumi_paygentic.catalog.unknown import UNKNOWN

MAX_SHOWN: Final = 80
"""The length that an echoed value or key is shortened to."""
KEYED, LISTED = "by key", "by id"
"""The two shapes of a plan's prices."""
TEMPLATES: Final = ("BooleanTemplate", "StaticTemplate", "MeteredTemplate", "DefaultTemplate")
"""The shapes of an entitlement template."""
TEMPLATE_ERROR: Final = "entitlement_template"
"""The type of the error that a template of no known type is refused with."""
BRANCHES: Final = {KEYED, LISTED, *TEMPLATES}
"""The names that pydantic knows the branches of unions by; readers of a message do not need them."""

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
"""The words for a valid value, by the name of pydantic's error."""


class Violation(NamedTuple):
    """A reason against an argument; `argument` is its path, such as `tiers[0].up_to`."""

    argument: str
    message: str
    secret: bool = False

    def __str__(self) -> str:
        return f"{self.argument} {self.message}" if self.argument else self.message

    @classmethod
    def unknown_argument(cls, name: str, known: Sequence[str]) -> Violation:
        """An argument that the object does not have."""
        return cls(shortened(name), f"is not an argument of this resource. {_did_you_mean(name, known)}")


def violations_of(argument: str, error: ValidationError, *, schema: Schema, secret: bool) -> list[Violation]:
    """Every reason in pydantic's error, each with the path of its value; none against a value that is not known yet."""
    return [
        Violation(_path(argument, d["loc"]), _message(d, schema, secret=secret), secret)
        for d in error.errors(include_url=False)
        if d["input"] is not UNKNOWN or d["type"] == "extra_forbidden"
    ]


def _path(argument: str, location: tuple[int | str, ...]) -> str:
    steps = [step for step in location if step not in BRANCHES and step != "[key]"]
    shown = (f"[{step}]" if isinstance(step, int) else f".{shortened(step)}" for step in steps)
    return shortened(argument + "".join(shown), most=200)


def _did_you_mean(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(to_snake(name[:MAX_SHOWN]), known, n=1)
    return f"Did you mean {close[0]}?" if close else f"Known: {', '.join(sorted(known))}"


def _message(details: ErrorDetails, schema: Schema, *, secret: bool) -> str:
    context: dict[str, Any] = details.get("ctx", {})
    if details["type"] in {"value_error", TEMPLATE_ERROR}:
        return str(context.get("error", details["msg"]))
    shown = "the value given" if secret else shown_value(details["input"])
    match details["type"]:
        case "missing":
            return "is required"
        case "extra_forbidden":
            *parents, name = details["loc"]
            return f"is not a known key. {_did_you_mean(str(name), schema.keys(parents))}"
        case "literal_error":
            return f"must be {context['expected']}, not {shown}"
        case kind if kind in _SHAPES:
            return f"must be {_SHAPES[kind].format_map(context)}, not {shown}"
        case _:
            return f"{details['msg'][:1].lower()}{details['msg'][1:]}, not {shown}"


def shown_value(value: Any) -> str:
    """A value as the program wrote it (Pulumi passes 1 as 1.0), shortened."""
    if isinstance(value, int) and value.bit_length() > 1000:  # repr refuses the longest of them
        return "a whole number of more than 300 digits"
    whole = isinstance(value, float) and value.is_integer()
    return shortened(repr(int(value) if whole else value))


def shortened(text: str, *, most: int = MAX_SHOWN) -> str:
    """A text of at most `most` characters, and the number of those left out."""
    return text if len(text) <= most else f"{text[: most - 20]}... ({len(text) - most + 20} more)"
