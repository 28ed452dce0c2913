"""The part of GitLab's `rules:if` that the runner of the example's jobs knows."""

from __future__ import annotations

import pytest

from scripts.gitops.gitlab.rules import UnsupportedRule, expand, holds

VARIABLES = {"SOURCE": "push", "BRANCH": "main", "DEFAULT": "main", "EMPTY": ""}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$SOURCE", True),
        ("$EMPTY", False),
        ("$MISSING", False),
        ('$SOURCE == "push"', True),
        ("$SOURCE == 'web'", False),
        ('"push" == $SOURCE', True),
        ("$BRANCH == $DEFAULT", True),
        ("${BRANCH} == $SOURCE", False),
        ("$MISSING == null", True),
        ("$EMPTY == null", False),
        ('$EMPTY == ""', True),
        ('$MISSING == ""', False),
        ('$MISSING != "push"', True),
        ('$SOURCE == "push" && $BRANCH == $DEFAULT && $EMPTY == ""', True),
        ('$SOURCE == "web" || $BRANCH == "main"', True),
        ("$MISSING && $EMPTY || $SOURCE", True),
        ("$MISSING && ($EMPTY || $SOURCE)", False),
    ],
)
def test_an_expression_has_the_truth_that_gitlab_gives_it(expression: str, value: object) -> None:
    assert holds(expression, VARIABLES) is value


@pytest.mark.parametrize(
    "expression", ["$SOURCE =~ /^p/", "SOURCE", "$SOURCE ==", "", "($SOURCE", "$SOURCE $BRANCH", "!$SOURCE", "== null"]
)
def test_an_expression_that_is_not_known_is_an_error(expression: str) -> None:
    with pytest.raises(UnsupportedRule):
        holds(expression, VARIABLES)


def test_a_variable_that_is_not_set_expands_to_nothing() -> None:
    assert expand("preview-$BRANCH/${SOURCE}$MISSING", VARIABLES) == "preview-main/push"
