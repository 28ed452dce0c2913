"""The table of verified behaviour: it follows the tests' marks and the recorded answers, and nothing else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from scripts.derived.verified import ANSWERS, behaviours, verified
from tests.live.answers import Answered, recorded, write

ROOT = Path(__file__).parents[2]
MARKED = """\
import pytest

pytestmark = pytest.mark.behaviour("All of it.")


@pytest.mark.parametrize("n", [1])
@pytest.mark.behaviour("A stub is prorated.", inferred=True)
def test_stub(n):
    pass


@pytest.mark.behaviour("A mint is refused.")
def test_mint():
    pass


def test_without():
    pass
"""
TEST = "tests/live/test_a.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tests" / "live").mkdir(parents=True)
    (tmp_path / TEST).write_text(MARKED, encoding="utf-8")
    return tmp_path


def rows(root: Path) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in verified(root).splitlines()[2:]]


def test_without_a_recorded_run_nothing_is_verified_live(root: Path) -> None:
    assert rows(root) == [
        ["All of it.", "emulator only", "", f"`{TEST}`"],
        ["A stub is prorated.", "inferred", "", f"`{TEST}::test_stub`"],
        ["A mint is refused.", "emulator only", "", f"`{TEST}::test_mint`"],
    ]


def test_a_recorded_answer_shows_with_its_day_and_one_that_differs_is_marked(root: Path) -> None:
    answered = [
        Answered(TEST),
        Answered(TEST, passed=False),
        Answered(f"{TEST}::test_stub", "30.00 | 15"),
        Answered(f"{TEST}::test_stub", "prorated"),
    ]
    write(answered, root / ANSWERS)
    day = json.loads((root / ANSWERS).read_text(encoding="utf-8"))[TEST]["on"]
    assert date.fromisoformat(day).isoformat() == day
    assert rows(root)[0] == ["All of it.", f"**differs live**, {day}", "1 cases as expected, 1 not", f"`{TEST}`"]
    assert f"| A stub is prorated. | live, {day} | 30.00 \\| 15; prorated |" in verified(root)
    assert rows(root)[2][1] == "emulator only"


def test_a_run_replaces_the_answers_of_its_own_tests_only(tmp_path: Path) -> None:
    before = {
        "b": {"on": "2026-01-01", "passed": True, "answer": "old"},
        "c": {"on": "x", "passed": True, "answer": ""},
    }
    after = recorded([Answered("b", "new"), Answered("a")], before)
    assert list(after) == ["a", "b", "c"]
    assert after["b"]["answer"] == "new"
    assert after["a"]["answer"] == "1 cases as expected"
    assert after["c"] == before["c"]
    write([], tmp_path / "answers.json")
    assert (tmp_path / "answers.json").read_text(encoding="utf-8") == "{}\n"


def test_every_first_question_is_in_the_table_and_no_statement_is_there_twice() -> None:
    found = behaviours(ROOT)
    asked = {one.test for one in found if "test_first_questions" in one.test}
    assert [any(f"::test_{number:02}_" in test for test in asked) for number in range(1, 11)] == [True] * 10
    assert len({one.statement for one in found}) == len(found)
