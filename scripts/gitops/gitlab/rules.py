"""The part of GitLab's `rules:if` that the example uses: variables, strings, null, `==`, `!=`, `&&`, `||`, parentheses.

A variable that is not set is null, and differs from an empty one; both are false where they stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')|(?P<variable>\$(?:\w+|\{\w+\}))|(?P<sign>null\b|==|!=|&&|\|\||[()]))"""
)
_NAME = re.compile(r"\$(?:(\w+)|\{(\w+)\})")


class UnsupportedRule(Exception):
    """A rule or an expression that this package does not know."""


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Return the text with every variable replaced; one that is not set is empty."""
    return _NAME.sub(lambda found: variables.get(found[1] or found[2], ""), text)


def holds(expression: str, variables: Mapping[str, str]) -> bool:
    """Return the truth of the expression. Raises `UnsupportedRule`."""
    tokens: list[str] = []
    place = 0
    while expression[place:].strip():
        found = _TOKEN.match(expression, place)
        if not found:
            raise UnsupportedRule(f"{expression}: {expression[place:].strip()}")
        tokens.append(found[0].strip())
        place = found.end()
    value = _either(tokens, variables)
    if tokens:
        raise UnsupportedRule(f"{expression}: {' '.join(tokens)}")
    return value


def _either(tokens: list[str], variables: Mapping[str, str]) -> bool:
    value = _both(tokens, variables)
    while tokens and tokens[0] == "||":
        tokens.pop(0)
        value = _both(tokens, variables) or value
    return value


def _both(tokens: list[str], variables: Mapping[str, str]) -> bool:
    value = _compared(tokens, variables)
    while tokens and tokens[0] == "&&":
        tokens.pop(0)
        value = _compared(tokens, variables) and value
    return value


def _compared(tokens: list[str], variables: Mapping[str, str]) -> bool:
    if tokens and tokens[0] == "(":
        tokens.pop(0)
        value = _either(tokens, variables)
        if not tokens or tokens.pop(0) != ")":
            raise UnsupportedRule("a parenthesis is not closed")
        return value
    left = _value(tokens, variables)
    if tokens and tokens[0] in {"==", "!="}:
        equal = tokens.pop(0) == "=="
        return (left == _value(tokens, variables)) is equal
    return bool(left)


def _value(tokens: list[str], variables: Mapping[str, str]) -> str | None:
    word = tokens.pop(0) if tokens else ""
    if word[:1] in {'"', "'"}:
        return word[1:-1]
    if word == "null":
        return None
    if found := _NAME.fullmatch(word):
        return variables.get(found[1] or found[2])
    raise UnsupportedRule(f"a value is expected, not {word!r}")
