"""The record of what a live account answered: one entry a marked test, with the date of the run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final, NamedTuple

RECORD: Final = Path(__file__).with_name("answers.json")


class Answered(NamedTuple):
    """The end of one case of a marked test."""

    test: str
    """The id without parameters; of a module that is marked as a whole, its path."""
    learnt: str = ""
    passed: bool = True


def recorded(answered: Iterable[Answered], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the earlier entries with those of this run, which replace the earlier ones of the same tests."""
    cases: dict[str, list[Answered]] = {}
    for one in answered:
        cases.setdefault(one.test, []).append(one)
    day = f"{datetime.now(timezone.utc):%Y-%m-%d}"
    entries = {
        test: {"on": day, "passed": all(one.passed for one in ends), "answer": _summary(ends)}
        for test, ends in cases.items()
    }
    return dict(sorted({**before, **entries}.items()))


def write(answered: Iterable[Answered], path: Path = RECORD) -> None:
    """Add the answers to the file."""
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    text = json.dumps(recorded(answered, before), indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


def _summary(ends: list[Answered]) -> str:
    learnt = [one.learnt for one in ends if one.learnt]
    if learnt:
        return "; ".join(learnt)
    failed = sum(not one.passed for one in ends)
    return f"{len(ends) - failed} cases as expected" + (f", {failed} not" if failed else "")
