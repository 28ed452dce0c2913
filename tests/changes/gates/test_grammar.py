from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.changes.gates import Condition, Gate, GateError, parse_gate
from tests.support.profiles import cases

PERCENT = st.sampled_from(["price-increase", "increase-for-existing-subscribers", "revenue-drop"])
NUMBERS = st.decimals(0, 999, places=2).map(lambda number: Decimal(f"{number.normalize():f}"))
CONDITIONS = st.one_of(
    st.builds(Condition, PERCENT, NUMBERS),
    st.builds(Condition, st.just("more-than"), st.integers(0, 10**8).map(Decimal)),
    st.builds(Condition, st.sampled_from(["replace", "delete", "unknown"])),
)


@given(st.lists(CONDITIONS, min_size=1, max_size=4).map(tuple).map(Gate))
@cases(100)
def test_a_gate_is_read_as_it_is_written(gate: Gate) -> None:
    assert parse_gate(str(gate)) == gate


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("price-increase", "price-increase"),
        (" Price-Increase > 10 % ", "price-increase>10%"),
        ("revenue-drop>2.5%", "revenue-drop>2.5%"),
        ("more-than 1 customer", "more-than 1 customers"),
        ("delete AND more-than 0 customers", "delete and more-than 0 customers"),
    ],
)
def test_spaces_and_letters_do_not_matter(text: str, written: str) -> None:
    assert str(parse_gate(text)) == written


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        ("price-raise", "there is no price-raise; did you mean price-increase?"),
        ("xyz", "there is no xyz"),
        ("price-increase>10", "write the threshold as price-increase>10%"),
        ("price-increase>=10%", "write the threshold as price-increase>10%"),
        ("price-increase<10%", "write the threshold as price-increase>10%"),
        ("price-increase>1,5%", "1,5 is not a number"),
        ("price-increase>1.%", "1. is not a number"),
        ("price-increase 10", "'10' after price-increase is not understood"),
        ("replace>5%", "replace takes no number"),
        ("more-than 5%", "write it as more-than 50 customers"),
        ("more-than", "write it as more-than 50 customers"),
        ("delete and ", "'delete and' is no condition|after delete is not understood"),
        ("delete or replace", "'or replace' after delete is not understood"),
        ("10%", "'10%' is no condition"),
    ],
)
def test_what_can_not_be_read_is_refused_with_all_that_is_allowed(text: str, reason: str) -> None:
    with pytest.raises(GateError, match=reason) as caught:
        parse_gate(text)
    assert "more-than N customers, replace, delete, unknown" in str(caught.value)


@given(st.text(max_size=40))
@cases(200)
def test_any_text_is_a_gate_or_an_error(text: str) -> None:
    try:
        gate = parse_gate(text)
    except GateError:
        return
    assert parse_gate(str(gate)) == gate
