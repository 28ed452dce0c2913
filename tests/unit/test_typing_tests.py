"""The comparison of expected and reported type errors misses none, whichever way they differ."""

import pytest

from scripts.typing_tests import Expected, Place, expected_in, problems, reported_in

PLACE = Place("a.py", 2)
WRONG = "a.py:2: error: Argument 1 has incompatible type  [arg-type]"


def test_what_is_expected_and_reported_is_no_problem() -> None:
    expected = list(expected_in("a.py", "f('1')\nf(1)  # error: Argument 1 [arg-type]\n"))
    assert expected == [(PLACE, Expected("Argument 1", "[arg-type]"))]
    assert problems(expected, reported_in(f"{WRONG}\na.py:2: note: See above\n")) == []


@pytest.mark.parametrize("comment", ["Argument 2 [arg-type]", "Argument 1 [call-arg]", "[call-arg]"])
def test_another_message_or_code_is_not_the_expected_one(comment: str) -> None:
    expected = expected_in("a.py", f"\nf(1)  # error: {comment}\n")
    assert [problem.split(": ")[1] for problem in problems(expected, reported_in(WRONG))] == ["no error", "unexpected"]


def test_an_error_without_a_comment_and_a_comment_without_an_error_are_problems() -> None:
    assert problems([], reported_in(WRONG)) == ["a.py:2: unexpected: Argument 1 has incompatible type  [arg-type]"]
    assert problems(expected_in("a.py", "\nf(1)  # error: [arg-type]"), []) == ["a.py:2: no error:  [arg-type]"]


def test_two_errors_of_one_line_have_a_comment_each() -> None:
    expected = list(expected_in("a.py", "\nf(1)  # error: Argument 1 [arg-type] # error: [call-arg]"))
    assert [one.code for _, one in expected] == ["[arg-type]", "[call-arg]"]
    assert problems(expected, reported_in(f"{WRONG}\na.py:2: error: Too many  [call-arg]")) == []
    assert len(problems(expected, reported_in(WRONG))) == 1


@pytest.mark.parametrize("comment", ["# error: Argument 1", "# error", "# error: [arg-type"])
def test_a_comment_without_a_code_is_a_mistake(comment: str) -> None:
    with pytest.raises(SystemExit, match=r"a\.py:1"):
        list(expected_in("a.py", f"f(1)  {comment}"))
