"""A rule that ruff has no check for: docstrings begin with a noun phrase or an imperative, never with a question."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "pulumi_paygentic"
FILES = sorted(PACKAGE.rglob("*.py"))
QUESTION = re.compile(r"(What|Which|Whether|How|Where|When|Who|Why)\b")
ARGUMENT = re.compile(r"^ +\w+: (\w+)", re.MULTILINE)


def texts(source: str) -> Iterator[str]:
    """Every docstring, also those of attributes, and the text of every comment that begins with `#:`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value
    yield from re.findall(r"#: (.*)", source)


def questions(source: str) -> list[str]:
    """The first lines of the texts, and of the arguments described in them, that begin with a question word."""
    beginnings = [text.strip().partition("\n")[0] for text in texts(source)]
    arguments = [match[1] for text in texts(source) for match in ARGUMENT.finditer(text.partition("Args:\n")[2])]
    return [beginning for beginning in (*beginnings, *arguments) if QUESTION.match(beginning)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_docstring_begins_with_a_question_word(file: Path) -> None:
    assert questions(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        '"""What it is."""',
        'def f():\n    """Whether it is."""',
        'class C:\n    name: str\n    """How it is called."""',
        "#: Which one.\nx = 1",
        'class C:\n    """A thing.\n\n    Args:\n        name: What it is called.\n    """',
    ],
)
def test_the_rule_sees_every_kind_of_docstring(source: str) -> None:
    assert len(questions(source)) == 1
