"""Readable names from any text: slugs for resources, identifiers for variables, in every script."""

from __future__ import annotations

import builtins
import keyword
import unicodedata
from typing import Final

_MOST: Final = 40
_TAKEN: Final = frozenset({*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "pulumi", "paygentic"})


def slug(text: str) -> str:
    """The text as lower-case words joined by hyphens: `Größe (S)` becomes `grosse-s`; other scripts stay.

    Empty if the text has neither letters nor digits.
    """
    folded = unicodedata.normalize("NFKC", _without_accents(unicodedata.normalize("NFKC", text).casefold()))
    words = "".join(c if _is_part_of_a_name(c) else " " for c in folded).split()
    short = ""
    for word in words:
        if short and len(short) + 1 + len(word) > _MOST:
            break
        short = f"{short}-{word}" if short else word[:_MOST]
    return short


def identifier(name: str, suffix: str = "") -> str:
    """A variable for the name, ending in the suffix; the suffix comes first where the name begins with a digit."""
    words = name.replace("-", "_")
    if suffix and words != suffix and not words.endswith(f"_{suffix}"):
        words = f"{words}_{suffix}" if words.isidentifier() else f"{suffix}_{words}"
    if not words.isidentifier():
        words = f"n_{words}"
    return words if len(words) <= _MOST else f"{words[: _MOST - len(suffix) - 1].rstrip('_')}_{suffix}".rstrip("_")


def is_taken(name: str) -> bool:
    """Return whether a variable of this name would hide something of Python's or of the program's imports."""
    return name in _TAKEN


class Allocator:
    """Gives each name once: the first free one of those that are wanted, else the last with a number."""

    def __init__(self, taken: set[str] | None = None) -> None:
        self._taken = set(taken or ())

    def give(self, *wanted: str, joint: str) -> str:
        """Take a name; `joint` stands before a number."""
        for name in wanted:
            if name and name not in self._taken:
                self._taken.add(name)
                return name
        number = 2
        while f"{wanted[-1]}{joint}{number}" in self._taken:
            number += 1
        return self.give(f"{wanted[-1]}{joint}{number}", joint=joint)


def _without_accents(text: str) -> str:
    """The text without the marks on Latin letters; those of other scripts tell words apart."""
    kept: list[str] = []
    base = ""
    for character in unicodedata.normalize("NFD", text):
        if unicodedata.combining(character) and base.isascii():
            continue
        base = character
        kept.append(character)
    return "".join(kept)


def _is_part_of_a_name(character: str) -> bool:
    return character != "_" and f"a{character}".isidentifier()
