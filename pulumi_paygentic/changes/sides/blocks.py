"""A report as blocks, and the blocks as text for a terminal or as Markdown; neither knows what it shows."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pulumi_paygentic.changes.render.escape import code, escaped, fence, plain

LIMIT: Final = 60_000
"""GitHub refuses a comment of more than 65,536 characters."""
_ROWS: Final = (10_000, 1_000, 200, 50, 10)
_WIDTH: Final = 120
_CELL: Final = 300


@dataclass(frozen=True)
class Heading:
    """A title; `level` 1 is the report's own."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """Sentences."""

    text: str


@dataclass(frozen=True)
class Table:
    """Rows of cells below headers."""

    headers: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Commands:
    """Lines to run or to write into the program, below a sentence that says what they do."""

    text: str
    lines: Sequence[str]
    language: str = "sh"


Block = Heading | Paragraph | Table | Commands


def markdown(blocks: Iterable[Block], *, limit: int = LIMIT) -> str:
    """Return Markdown of at most `limit` characters: if it would be longer, tables and lists are cut, and say so."""
    all_blocks = list(blocks)
    text = ""
    for most in _ROWS:
        text = "\n".join(line for block in all_blocks for line in _markdown(block, most)).strip() + "\n"
        if len(text) <= limit:
            break
    return text


def text(blocks: Iterable[Block], *, terminal: bool = False) -> str:
    """Return text: in colours and as wide as the terminal if it is for one."""
    from rich.console import Console  # noqa: PLC0415  no part of the provider's own install
    from rich.table import Table as Drawn  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    file = io.StringIO()
    options: dict[str, Any] = {} if terminal else {"width": _WIDTH, "color_system": None}
    console = Console(file=file, force_terminal=terminal, highlight=False, emoji=False, markup=False, **options)
    for block in blocks:
        if isinstance(block, Table):
            drawn = Drawn(*block.headers, box=None, pad_edge=False, header_style="dim")
            for row in block.rows:
                drawn.add_row(*(Text(plain(cell, _CELL)) for cell in row))
            console.print(drawn)
        elif isinstance(block, Commands):
            console.print(Text(f"\n{plain(block.text, None)}"), soft_wrap=True)
            for line in block.lines:
                console.print(Text(f"    {plain(line, None)}"), soft_wrap=True)
        else:
            style = "bold" if isinstance(block, Heading) else ""
            gap = "\n" if isinstance(block, Heading) and block.level > 1 else ""
            console.print(Text(f"{gap}{plain(block.text, None)}", style=style), soft_wrap=True)
    return file.getvalue()


def _markdown(block: Block, most: int) -> Iterator[str]:
    yield ""
    if isinstance(block, Heading):
        yield f"{'#' * (block.level + 2)} {escaped(plain(block.text, None))}"
    elif isinstance(block, Paragraph):
        yield escaped(plain(block.text, None))
    elif isinstance(block, Table):
        yield f"| {' | '.join(escaped(plain(header)) for header in block.headers)} |"
        yield f"|{' :-- |' * len(block.headers)}"
        for row in block.rows[:most]:
            yield f"| {' | '.join(escaped(plain(cell, _CELL)) for cell in row)} |"
        yield from _rest(len(block.rows) - most)
    else:
        yield escaped(plain(block.text, None))
        yield ""
        if len(block.lines) == 1 and block.language == "sh":
            yield code(block.lines[0], None)
        else:
            yield from fence([plain(line, None) for line in block.lines[:most]], block.language)
            yield from _rest(len(block.lines) - most)


def _rest(count: int) -> Iterator[str]:
    if count > 0:
        yield from ("", f"*{count:,} more in the JSON output.*")
