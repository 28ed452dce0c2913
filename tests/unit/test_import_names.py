"""The names that an import gives: readable, valid in Python, each once, and the same every time."""

from __future__ import annotations

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.snapshot.program.words import Allocator, identifier, is_taken, slug


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Basic Submissions", "basic-submissions"),
        ("gpt-4o-mini (input)", "gpt-4o-mini-input"),
        ("Größe & Café", "grosse-cafe"),
        ("视频 API", "视频-api"),
        ("ガス料金", "ガス料金"),
        ("  ", ""),
        ("★ ★", ""),
        ("snake_case", "snake-case"),
        ("①²", "12"),
        ("a" * 200, "a" * 40),
        ("word " * 30, "-".join(["word"] * 8)),
    ],
)
def test_a_slug_reads_as_the_name_does(text: str, expected: str) -> None:
    assert slug(text) == expected


@pytest.mark.parametrize(
    ("name", "suffix", "expected"),
    [
        ("minutes", "metric", "minutes_metric"),
        ("base-price", "price", "base_price"),
        ("price", "price", "price"),
        ("1password", "plan", "plan_1password"),
        ("1password", "", "n_1password"),
    ],
)
def test_a_variable_ends_in_its_kind(name: str, suffix: str, expected: str) -> None:
    assert identifier(name, suffix) == expected


@given(st.text(max_size=80), st.sampled_from(["", "price", "metric"]))
def test_any_text_gives_an_identifier(text: str, suffix: str) -> None:
    name = slug(text) or "plan"
    assert slug(name) == name
    assert identifier(name, suffix).isidentifier()


@pytest.mark.parametrize("name", [*keyword.kwlist, "print", "pulumi", "paygentic"])
def test_a_word_of_python_is_taken(name: str) -> None:
    assert is_taken(name)


def test_each_name_is_given_once() -> None:
    names = Allocator({"a"})
    assert [names.give("a", "b", joint="-") for _ in range(3)] == ["b", "b-2", "b-3"]
