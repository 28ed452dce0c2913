"""Compares mypy's errors with the comments of the programs in typing_tests/: each that a comment expects, and no other.

A line that must not type-check ends in `# error: FRAGMENT [CODE]`; FRAGMENT is a part of the message, and may be left
out. Every other line must type-check.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parent.parent
FOLDER: Final = "typing_tests"
_COMMENT: Final = re.compile(r"# error: ?(?P<fragment>.*?) ?(?P<code>\[[a-z-]+\])(?=$| # error)")
_REPORT: Final = re.compile(r"(?P<file>[^:]+):(?P<line>\d+): error: (?P<message>.*)")


class Place(NamedTuple):
    """A line of a program."""

    file: str
    line: int


class Expected(NamedTuple):
    """An error that a comment expects."""

    fragment: str
    code: str

    def matches(self, message: str) -> bool:
        """Whether the message is this error."""
        return self.fragment in message and message.endswith(self.code)


def expected_in(file: str, text: str) -> Iterator[tuple[Place, Expected]]:
    """The errors that the comments of a program expect."""
    for number, line in enumerate(text.splitlines(), start=1):
        found = [Expected(match["fragment"], match["code"]) for match in _COMMENT.finditer(line)]
        if len(found) != line.count("# error"):
            raise SystemExit(f"{file}:{number}: write it as `# error: FRAGMENT [CODE]`")
        yield from ((Place(file, number), one) for one in found)


def reported_in(output: str) -> Iterator[tuple[Place, str]]:
    """The errors of mypy's output."""
    for match in map(_REPORT.fullmatch, output.splitlines()):
        if match is not None:
            yield Place(match["file"], int(match["line"])), match["message"]


def problems(expected: Iterable[tuple[Place, Expected]], reported: Iterable[tuple[Place, str]]) -> list[str]:
    """Every expected error that is missing, and every error that no comment expects."""
    left: Mapping[Place, list[str]] = defaultdict(list)
    for place, message in reported:
        left[place].append(message)
    found = []
    for place, one in expected:
        matching = [message for message in left[place] if one.matches(message)]
        if matching:
            left[place].remove(matching[0])
        else:
            found.append((place, f"no error: {one.fragment} {one.code}"))
    found += [(place, f"unexpected: {message}") for place, messages in left.items() for message in messages]
    return [f"{place.file}:{place.line}: {text}" for place, text in sorted(found)]


def main() -> int:
    """Run mypy with the project's settings; the exit code is 1 if an error is missing or unexpected."""
    programs = sorted((ROOT / FOLDER).glob("*.py"))
    command = [sys.executable, "-m", "mypy", "--no-pretty", "--hide-error-context", "--no-error-summary", FOLDER]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stdout + done.stderr)
    expected = [
        pair
        for program in programs
        for pair in expected_in(f"{FOLDER}/{program.name}", program.read_text(encoding="utf-8"))
    ]
    found = problems(expected, reported_in(done.stdout))
    print("\n".join([*found, f"{FOLDER}: {len(programs)} programs, {len(expected)} expected errors"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
