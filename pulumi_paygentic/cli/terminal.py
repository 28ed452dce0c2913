"""The family's words on the terminal: results on standard output, progress and notes on standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import click

_PATIENCE: Final = 1.0
"""The seconds after which work that goes on is shown."""


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


@contextmanager
def counting_up_to() -> Iterator[Callable[[str, int, int], None]]:
    """Show what is being read on standard error, if that is a terminal and the work takes over a second."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    begun = time.monotonic()
    bars = Progress(console=Console(stderr=True), transient=True)
    tasks: dict[str, Any] = {}

    def show(what: str, done: int, total: int) -> None:
        if time.monotonic() - begun < _PATIENCE:
            return
        bars.start()
        if what not in tasks:
            tasks[what] = bars.add_task(f"Reading {what}", total=total)
        bars.update(tasks[what], completed=done, total=total)

    try:
        yield show
    finally:
        bars.stop()


def examples(*lines: str) -> str:
    """Return the part of a command's help that shows it in use, for its `epilog`."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])
