"""Names in Markdown: whatever a name holds, it stays text, within its cell, on one line.

GitHub and GitLab read more than Markdown: `@name` notifies people, `#1` and `!1` link, `$` begins a formula, `:tada:`
is a picture, a URL is a link, also in text that Markdown has unescaped. So Markdown's own signs are written as
entities, and an invisible word joiner breaks the words that the two would read.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

JOINER: Final = "\u2060"
"""An invisible character that breaks words for programs and not for people."""
_ACTIVE: Final = re.compile(r"[\\`*_\[\]<>|~$&]")
_TRIGGERS: Final = re.compile(r"([@#!~%&^:])(?=[\w\"'+/-])|(\$)(?=\S)")
_WORDS: Final = re.compile(r"(?i)\b(www)(?=\.)|\b(GH-)(?=\d)|\b([0-9a-f]{3})(?=[0-9a-f]{4,})")
_BLOCKS: Final = re.compile(r"^([-+]|#{1,6}|\d{1,9}[.)])(?=\s|$)")
_LINES: Final = re.compile(r"\s+")
_REORDERING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
"""Signs that turn the direction of what follows, also beyond the name."""
LONGEST: Final = 80


def plain(text: str, limit: int | None = LONGEST) -> str:
    """The text on one line, without control signs, and not longer than the limit."""
    if not text.isprintable():
        text = "".join(" " if _is_control(sign) else sign for sign in text if sign not in _REORDERING)
    line = _LINES.sub(" ", text).strip()
    return line if limit is None or len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cs", "Co", "Cn"}


def name(text: str, limit: int | None = LONGEST) -> str:
    """A name, as it can stand anywhere in Markdown: `(no name)` if nothing of it is visible."""
    return escaped(plain(text, limit)) or "(no name)"


def escaped(line: str) -> str:
    """One line of text that Markdown, GitHub and GitLab take for nothing but text."""
    broken = _TRIGGERS.sub(rf"\g<0>{JOINER}", line)
    broken = _WORDS.sub(lambda match: f"{match[0]}{JOINER}", broken)
    entities = _ACTIVE.sub(lambda match: f"&#{ord(match[0])};", broken)
    return _BLOCKS.sub(lambda match: f"{match[0][:-1]}&#{ord(match[0][-1])};", entities)


def code(text: str, limit: int | None = LONGEST) -> str:
    """A short text in code style, which also stands in a cell of a table."""
    line = plain(text, limit).replace("`", "'").replace("|", "¦")
    return f"`{line}`" if line else ""


def fence(lines: list[str], language: str = "") -> list[str]:
    """A block of lines that none of them can close."""
    longest = max((len(found) for line in lines for found in re.findall("`+", line)), default=0)
    ticks = "`" * max(3, longest + 1)
    return [f"{ticks}{language}", *lines, ticks]
