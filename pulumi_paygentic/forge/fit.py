"""Cutting a text of Markdown to a length, at its end, so that what is left still renders."""

from __future__ import annotations

import re

_NOTE = "\n\n*Cut here: {count} more characters do not fit into a comment.*"
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def fit(text: str, limit: int) -> str:
    """Return `text` with at most `limit` characters.

    It is cut at the end of a line; code fences and folded parts that are open there are closed, and a note says how
    much is missing.
    """
    if len(text) <= limit:
        return text
    note = _NOTE.format(count=len(text))
    rest = limit - len(note)
    while rest > 0:
        head = text[:rest]
        head = head[: head.rfind("\n")] if "\n" in head else head
        closed = head + _closing(head)
        if len(closed) + len(note) <= limit:
            return closed + _NOTE.format(count=len(text) - len(head))
        rest = min(rest - 1, len(head)) - max(0, len(closed) - len(head))
    return text[: max(limit, 0)]


def _closing(text: str) -> str:
    """Return the lines that close a code fence and the folded parts that are open at the end of `text`."""
    fence, folded = "", 0
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if fence:
            if match and match[1].startswith(fence) and not line[match.end() :].strip():
                fence = ""
        elif match:
            fence = match[1]
        else:
            folded += line.count("<details") - line.count("</details>")
    return (f"\n{fence}" if fence else "") + "\n\n</details>" * max(folded, 0)
