"""The documents for readers, and the blocks of code in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parent.parent
PAGES: Final = sorted(
    str(path.relative_to(ROOT))
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/README.md")]
)


class Block(NamedTuple):
    """A block of code: its page, its place among the blocks of that page in the same language, and its text."""

    page: str
    number: int
    text: str

    def __str__(self) -> str:
        return f"{self.page}-{self.number}"


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(language: str) -> Iterator[Block]:
    """Yield the blocks of the language on all pages but those of the examples, which have tests of their own."""
    for page in PAGES:
        if not page.startswith("examples/"):
            found: list[str] = re.findall(rf"```{language}\n(.*?)```", read(page), re.DOTALL)
            for number, text in enumerate(found):
                yield Block(page, number, text)
