"""Amounts on pages, in English."""

import pytest

from pulumi_paygentic.emulator.pages.formatting import counted, plural, singular


@pytest.mark.parametrize(
    ("unit", "one", "many"),
    [
        ("submission", "1 submission", "2 submissions"),
        ("submissions", "1 submission", "2 submissions"),
        ("API call", "1 API call", "2 API calls"),
        ("query", "1 query", "2 queries"),
        ("batches", "1 batch", "2 batches"),
        ("GPU-hours", "1 GPU-hour", "2 GPU-hours"),
        ("process", "1 process", "2 processes"),
        ("status", "1 status", "2 statuses"),
        ("GB", "1 GB", "2 GB"),
        ("ms", "1 ms", "2 ms"),
        ("1K tokens", "1 1K tokens", "2 1K tokens"),
        ("data", "1 data", "2 data"),
        ("", "1 ", "2 "),
    ],
)
def test_a_unit_agrees_with_its_number(unit: str, one: str, many: str) -> None:
    assert (counted(1, unit), counted("2.0", unit)) == (one, many)
    assert counted("0.5", unit) == many.replace("2", "0.5", 1)


@pytest.mark.parametrize("unit", ["submission", "queries", "GB", "box", "API calls", "day"])
def test_singular_and_plural_undo_each_other(unit: str) -> None:
    assert singular(plural(unit)) == singular(unit)
    assert plural(singular(unit)) == plural(unit)
