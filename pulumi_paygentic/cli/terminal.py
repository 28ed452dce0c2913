"""The family's words on the terminal: results on standard output, progress and notes on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click


def print_json(value: Any) -> None:
    """Print a result for machines: one JSON document, indented, in the order of its keys."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def note(text: str) -> None:
    """Print a line for the person, on standard error."""
    click.echo(text, err=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Show that this is under way until the block ends; nothing where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield


@contextmanager
def counting(text: str) -> Iterator[Callable[[str, int], None]]:
    """Yield a function that shows so many of something as read, on standard error and only if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _what, _count: None
        return
    from rich.console import Console
    from rich.markup import escape

    with Console(stderr=True).status(text) as status:
        yield lambda what, count: status.update(escape(f"{text}: {count:,} {what}"))


def examples(*lines: str) -> str:
    """Return the part of a command's help that shows it in use, for its `epilog`."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])
