"""The part of GitHub's expressions that the runner of the example's workflows knows."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.gitops.expressions import UnsupportedExpression, evaluate, insert, runs

CONTEXTS: dict[str, Any] = {
    "github": {"event": {"number": 7}, "repository": "acme/catalog"},
    "inputs": {"task": "mend", "dry": False},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("github.event.number", 7),
        ("github.event.missing.deeper", None),
        ("inputs.task == 'mend'", True),
        ("inputs.task != 'mend'", False),
        ("'it''s'", "it's"),
        ("github.event.missing || 'default'", "default"),
        ("inputs.task && 'both'", "both"),
        ("inputs.dry && 'both' || 'neither'", "neither"),
        ("!(inputs.task == 'mend') || true", True),
        ("github.event.number == '7' && !inputs.dry", True),
    ],
)
def test_an_expression_has_the_value_that_github_gives_it(text: str, value: object) -> None:
    assert evaluate(text, CONTEXTS) == value


@pytest.mark.parametrize("text", ["1 + 1", "fromJSON(a)", "(true", "true true", "==", ""])
def test_an_expression_that_is_not_known_is_an_error(text: str) -> None:
    with pytest.raises(UnsupportedExpression):
        evaluate(text, CONTEXTS)


def test_values_are_inserted_as_text() -> None:
    assert insert("pr-${{ github.event.number }}-${{inputs.dry}}-${{ inputs.none }}", CONTEXTS) == "pr-7-false-"


@pytest.mark.parametrize(
    ("condition", "status", "expected"),
    [
        (None, "success", True),
        (None, "failure", False),
        ("always()", "failure", True),
        ("failure()", "failure", True),
        ("failure()", "success", False),
        ("inputs.task == 'mend'", "success", True),
        ("inputs.task == 'mend'", "failure", False),
        ("${{ always() && inputs.task == 'adopt' }}", "success", False),
    ],
)
def test_a_step_without_a_status_in_its_condition_runs_only_after_success(
    condition: str | None, status: Any, expected: object
) -> None:
    assert runs(condition, CONTEXTS, status) is expected
