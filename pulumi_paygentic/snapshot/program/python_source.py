"""Python source as a formatter leaves it: on a line where it fits, else an argument a line, a comma after the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from unicodedata import combining, east_asian_width

WIDTH: Final = 88
INDENT: Final = "    "


@dataclass(frozen=True)
class Code:
    """Source that stands as it is, such as `basic.id`."""

    text: str


@dataclass(frozen=True)
class Items:
    """A bracketed list of anything: each item with the source before it, such as `name=` or `**`."""

    begin: str
    items: Sequence[tuple[str, Any]]
    end: str


@dataclass(frozen=True)
class Comprehension:
    """`{key: value for ...}`, or with another bracket and no key a list or a generator."""

    value: Any
    loop: str
    key: str = ""
    brackets: str = "{}"


def call(function: str, *positional: Any, **named: Any) -> Items:
    """A call with its arguments."""
    items = [("", one) for one in positional] + [(f"{name}=", value) for name, value in named.items()]
    return Items(f"{function}(", items, ")")


def assignment(variable: str, value: Any) -> str:
    """`variable = value`, over as many lines as it needs."""
    begin = f"{variable} = "
    return f"{begin}{source(value, column=width(begin))}"


def source(value: Any, *, column: int = 0, depth: int = 0, tail: int = 0) -> str:
    """The source of a value that begins at a column of a line; `tail` characters follow its end."""
    flat = _flat(value)
    if column + width(flat) + tail <= WIDTH:
        return flat
    if isinstance(value, Comprehension):
        return _comprehension(value, depth)
    items = _items(value)
    return flat if items is None or not items.items else _exploded(items, depth)


def width(text: str) -> int:
    """The columns that the text takes: wide letters take two, combining marks none."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in {"F", "W"} else 1 for c in text)


def quoted(text: str) -> str:
    """A string literal in double quotes, or in single ones where that escapes less."""
    shown = repr(text)
    return shown if '"' in text or not shown.startswith("'") else f'"{shown[1:-1]}"'


def _items(value: Any) -> Items | None:
    """The parts of a container; None for a value that has none."""
    match value:
        case Items():
            return value
        case Mapping():
            return Items("{", [(f"{_flat(key)}: ", item) for key, item in value.items()], "}")
        case list():
            return Items("[", [("", item) for item in value], "]")
        case tuple():
            return Items("(", [("", item) for item in value], ")")
        case _:
            return None


def _exploded(value: Items, depth: int) -> str:
    inner = INDENT * (depth + 1)
    lines = [
        f"{inner}{prefix}{source(item, column=len(inner) + width(prefix), depth=depth + 1, tail=1)},"
        for prefix, item in value.items
    ]
    return "\n".join([value.begin, *lines, f"{INDENT * depth}{value.end}"])


def _comprehension(value: Comprehension, depth: int) -> str:
    inner = INDENT * (depth + 1)
    begin = f"{inner}{_key(value)}"
    body = source(value.value, column=width(begin), depth=depth + 1)
    opening, closing = value.brackets[0], value.brackets[1]
    return f"{opening}\n{begin}{body}\n{inner}{value.loop}\n{INDENT * depth}{closing}"


def _key(value: Comprehension) -> str:
    return f"{value.key}: " if value.key else ""


def _flat(value: Any) -> str:
    if isinstance(value, Code):
        return value.text
    if isinstance(value, Comprehension):
        return f"{value.brackets[0]}{_key(value)}{_flat(value.value)} {value.loop}{value.brackets[1]}"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    items = _items(value)
    if items is None:
        return repr(value)
    body = ", ".join(f"{prefix}{_flat(item)}" for prefix, item in items.items)
    comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
    return f"{items.begin}{body}{comma}{items.end}"
