"""The part of GitHub's expressions that the example's workflows use: contexts, strings, operators and status."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

Status = Literal["success", "failure", "cancelled"]
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w.\-]*(?:\(\))?)|(?P<sign>==|!=|&&|\|\||!|[()]))"
)
_INSERTED = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_STATUS = {"always()", "success()", "failure()", "cancelled()"}


class UnsupportedExpression(Exception):
    """An expression that this module does not know."""


def insert(text: str, contexts: Mapping[str, Any]) -> str:
    """Return the text with every `${{ expression }}` replaced by its value."""
    return _INSERTED.sub(lambda found: _string(evaluate(found[1], contexts)), text)


def runs(condition: str | None, contexts: Mapping[str, Any], status: Status) -> bool:
    """Return True if a step or job with this `if:` runs after steps or jobs that ended with `status`."""
    text = (condition or "").strip().removeprefix("${{").removesuffix("}}")
    if not any(name in text for name in _STATUS):
        text = f"success() && ({text})" if text else "success()"
    return _truth(evaluate(text, contexts, status))


def evaluate(text: str, contexts: Mapping[str, Any], status: Status = "success") -> Any:
    """Return the value of the expression. Raises `UnsupportedExpression`."""
    tokens: list[str] = []
    place = 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if not found:
            raise UnsupportedExpression(text)
        tokens.append(found[0].strip())
        place = found.end()
    value = _either(tokens, contexts, status)
    if tokens:
        raise UnsupportedExpression(text)
    return value


def _either(tokens: list[str], contexts: Mapping[str, Any], status: Status) -> Any:
    value = _both(tokens, contexts, status)
    while tokens and tokens[0] == "||":
        tokens.pop(0)
        other = _both(tokens, contexts, status)
        value = value if _truth(value) else other
    return value


def _both(tokens: list[str], contexts: Mapping[str, Any], status: Status) -> Any:
    value = _compared(tokens, contexts, status)
    while tokens and tokens[0] == "&&":
        tokens.pop(0)
        other = _compared(tokens, contexts, status)
        value = other if _truth(value) else value
    return value


def _compared(tokens: list[str], contexts: Mapping[str, Any], status: Status) -> Any:
    value = _single(tokens, contexts, status)
    while tokens and tokens[0] in {"==", "!="}:
        equal = tokens.pop(0) == "=="
        value = (_string(value) == _string(_single(tokens, contexts, status))) is equal
    return value


def _single(tokens: list[str], contexts: Mapping[str, Any], status: Status) -> Any:
    if not tokens:
        raise UnsupportedExpression("it ends too early")
    word = tokens.pop(0)
    if word == "!":
        return not _truth(_single(tokens, contexts, status))
    if word == "(":
        value = _either(tokens, contexts, status)
        if not tokens or tokens.pop(0) != ")":
            raise UnsupportedExpression("a parenthesis is not closed")
        return value
    if word.startswith("'"):
        return word[1:-1].replace("''", "'")
    if word in _STATUS:
        return word in {"always()", f"{status}()"}
    if word in {"true", "false"}:
        return word == "true"
    if not word[0].isalpha():
        raise UnsupportedExpression(word)
    value = contexts
    for name in word.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _truth(value: Any) -> bool:
    return value not in (None, False, "", 0)


def _string(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
