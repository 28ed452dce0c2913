"""A JSON document read piece by piece: one member of an object at a time, and one item of an array at a time."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

_CHUNK: Final = 1 << 18
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()
_GOING_ON: Final = frozenset({"", ".", "e", "E"})
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
"""PowerShell redirects into such files."""


class Truncated(ValueError):
    """The document ends before it is complete."""


class JsonStream:
    """The text of a document, of which only a window is in memory. Raises ValueError for anything that is no JSON."""

    def __init__(self, file: BinaryIO) -> None:
        start = file.read(_CHUNK)
        encoding = next((encoding for bom, encoding in _BOMS if start.startswith(bom)), "utf-8")
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ended = not start
        self._text = self._decoder.decode(start, final=self._ended)
        self._at = 0
        self._wanted = _CHUNK

    def peek(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            self._at = _matched(self._text, self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def excerpt(self, length: int = 30) -> str:
        """The next characters, for a message."""
        self.peek()
        return self._text[self._at : self._at + length]

    def take(self, character: str) -> None:
        """Read this character. Raises ValueError if another stands there."""
        found = self.peek()
        if not found:
            raise Truncated
        if found != character:
            raise ValueError(f"{character!r} expected, not {found!r}")
        self._at += 1

    def value(self) -> Any:
        """Read one whole value."""
        if not self.peek():
            raise Truncated
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError:
                if not self._more():
                    raise Truncated from None
                continue
            if self._text[end : end + 1] in _GOING_ON and self._more():
                continue  # a number that is only half in the window
            self._at = end
            self._wanted = _CHUNK
            return value

    def members(self) -> Iterator[str]:
        """The keys of an object, one by one: read the value before the next key is asked for."""
        self.take("{")
        separator = self.peek() != "}"
        while separator:
            key = self.value()
            if not isinstance(key, str):
                raise ValueError("a key must be a string")  # noqa: TRY004  one kind of error for any fault of the text
            self.take(":")
            yield key
            separator = self._goes_on()
        self.take("}")

    def items(self) -> Iterator[Any]:
        """The items of an array, one by one."""
        self.take("[")
        separator = self.peek() != "]"
        while separator:
            yield self.value()
            separator = self._goes_on()
        self.take("]")

    def _goes_on(self) -> bool:
        if self.peek() != ",":
            return False
        self.take(",")
        return True

    def _more(self) -> bool:
        """Read on; twice as much each time within one value, so that a long one costs no more than its length."""
        if self._ended:
            return False
        chunk = self._file.read(self._wanted)
        self._ended = not chunk
        self._wanted *= 2
        self._text = self._text[self._at :] + self._decoder.decode(chunk, final=self._ended)
        self._at = 0
        return True


def _matched(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return at if match is None else match.end()
