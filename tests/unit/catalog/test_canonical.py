"""Each value has one canonical form, and whatever stands in its place is refused, never a crash."""

import math
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pulumi_paygentic.catalog import UNKNOWN, CatalogObject, all_kinds, values
from pulumi_paygentic.catalog.values import canonical_decimal, canonical_timestamp
from tests.cases import cases
from tests.strategies import inputs_of, timestamps

FIELDS = [field for kind in all_kinds() for field in kind.fields().values()]
KINDS = [pytest.param(kind, id=kind.__name__) for kind in all_kinds()]

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.from_regex(r"[-+]?\d+([.]\d+)?")
json_like = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
partly_unknown = st.recursive(
    leaves | st.just(UNKNOWN),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["up_to", "type"]), inner),
    max_leaves=5,
)


@cases(120)
@given(json_like)
def test_any_value_is_made_canonical_or_refused_as_invalid(value: Any) -> None:
    for field in FIELDS:
        try:
            canonical = field.canonical(value)
        except ValidationError:
            continue
        assert field.canonical(canonical) == canonical, field


@pytest.mark.parametrize("kind", KINDS)
def test_canonical_values_are_their_own_canonical_form(kind: type[CatalogObject]) -> None:
    @cases(60)
    @given(inputs_of(kind))
    def holds(inputs: dict[str, Any]) -> None:
        once, reasons = kind.validate_inputs({**inputs, "merchant_id": "org_1"})
        assert reasons == []
        assert kind.validate_inputs(once) == (once, [])

    holds()


NAMES = sorted({name for kind in all_kinds() for name in kind.fields()})


@cases(60)
@given(
    st.dictionaries(
        st.sampled_from(NAMES) | st.text(max_size=6),
        partly_unknown | st.sampled_from(["volume", "COUNT", "in_arrears", {"unit_price": UNKNOWN}]),
        max_size=12,
    )
)
def test_any_declaration_is_answered_with_reasons_even_where_parts_are_unknown(inputs: dict[str, Any]) -> None:
    for kind in all_kinds():
        canonical, reasons = kind.validate_inputs(inputs)
        assert canonical.keys() <= inputs.keys()
        assert all(str(reason) for reason in reasons)


@cases(300)
@given(
    st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=6),
    st.integers(0, 6),
    st.integers(0, 3),
    st.booleans(),
)
def test_all_spellings_of_an_amount_have_one_form(number: Decimal, zeros: int, leading: int, plus: bool) -> None:
    sign = "-" if number < 0 else "+" if plus else ""
    spelled = f"{sign}{'0' * leading}{abs(number):f}{'0' * zeros}"
    canonical = canonical_decimal(spelled)
    assert canonical == canonical_decimal(f"{number:f}")
    assert Decimal(canonical) == number
    assert "E" not in canonical
    assert not canonical.startswith(("+", "-0" if number == 0 else "+"))
    assert canonical == "0" or not canonical.endswith(".")


@pytest.mark.parametrize(
    ("spelled", "canonical"),
    [
        ("0.0010", "0.001"),
        ("-0.00", "0"),
        ("+5", "5"),
        ("007", "7"),
        ("100", "100"),
        ("100.0", "100"),
        ("9" * 65, "9" * 65),
        (f"{'9' * 40}.123456", f"{'9' * 40}.123456"),
    ],
)
def test_amounts_are_exact_and_plain(spelled: str, canonical: str) -> None:
    assert canonical_decimal(spelled) == canonical


@pytest.mark.parametrize("text", ["", ".5", "5.", "1e3", "1E-3", "NaN", "Infinity", "1,000", " 1", "1\n", "0x1", "１"])
def test_what_is_no_plain_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="plain decimal string"):
        canonical_decimal(text)


def test_an_amount_that_the_api_could_not_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        canonical_decimal("1" + "0" * 65)


@cases(300)
@given(timestamps(), st.integers(-12 * 60, 12 * 60))
def test_all_spellings_of_a_moment_have_one_form(spelled: str, minutes: int) -> None:
    moment = datetime.fromisoformat(spelled.replace("Z", "+00:00"))
    elsewhere = moment.astimezone(timezone(timedelta(minutes=minutes)))
    canonical = canonical_timestamp(spelled)
    assert canonical == canonical_timestamp(elsewhere.isoformat())
    assert canonical == canonical_timestamp(elsewhere.isoformat(timespec="microseconds"))
    assert datetime.fromisoformat(canonical.replace("Z", "+00:00")) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-13-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "tomorrow",
        "T",
        5,
        None,
    ],
)
def test_what_is_no_moment_with_an_offset_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="ISO 8601 date and time"):
        canonical_timestamp(text)


def test_a_moment_before_the_year_1000_keeps_its_four_digits() -> None:
    assert canonical_timestamp("0999-01-01T00:00:00.5Z") == "0999-01-01T00:00:00.500Z"


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_can_not_carry_is_refused(number: float) -> None:
    with pytest.raises(ValidationError, match="finite"):
        TypeAdapter(values.Number).validate_python(number)


@pytest.mark.parametrize(("given", "expected"), [(3.0, 3), (3, 3)])
def test_a_whole_number_is_taken_from_the_float_that_the_engine_carries(given: float, expected: int) -> None:
    assert TypeAdapter(values.Integer).validate_python(given, strict=True) == expected


@pytest.mark.parametrize("given", [3.5, "3", True, math.nan, math.inf])
def test_what_is_no_whole_number_is_refused(given: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(values.Integer).validate_python(given, strict=True)


@pytest.mark.parametrize("digits", ["P١M", "P１M"])
def test_a_duration_has_ascii_digits_only(digits: str) -> None:
    with pytest.raises(ValidationError, match="ISO 8601 duration"):
        TypeAdapter(values.Duration).validate_python(digits)
