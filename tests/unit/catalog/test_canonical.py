"""Each value has one canonical form, and whatever stands in its place is refused, never a crash."""

import math
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pulumi_paygentic.catalog import UNKNOWN, CatalogObject, all_kinds, kind_named, values
from pulumi_paygentic.catalog.amounts import canonical_decimal
from pulumi_paygentic.catalog.times import canonical_duration, canonical_timestamp
from pulumi_paygentic.emulator.billing.currencies import DECIMALS
from tests.support.profiles import cases
from tests.support.strategies import inputs_of, timestamps

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
        "0000-01-01T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-W01-4T00:00:00Z",
        "20260101T000000Z",
        "2026-01-01T00Z",
        "2026-01-01 00:00:00Z",
        "1700000000",
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


@pytest.mark.parametrize(
    ("spelled", "canonical"),
    [
        ("2026-01-01T00:00Z", "2026-01-01T00:00:00Z"),
        ("2026-01-01T02:00:00+0200", "2026-01-01T00:00:00Z"),
        ("2026-01-01t00:00:00z", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00.123456789Z", "2026-01-01T00:00:00.123Z"),
        ("2026-01-01T00:00:00,5Z", "2026-01-01T00:00:00.500Z"),
    ],
)
def test_a_moment_is_read_alike_on_every_python(spelled: str, canonical: str) -> None:
    assert canonical_timestamp(spelled) == canonical


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_can_not_carry_is_refused(number: float) -> None:
    with pytest.raises(ValidationError, match="finite"):
        TypeAdapter(values.Number).validate_python(number)


@pytest.mark.parametrize(("given", "expected"), [(3.0, 3), (3, 3)])
def test_a_whole_number_is_read_from_the_float_that_the_engine_passes(given: float, expected: int) -> None:
    assert TypeAdapter(values.Integer).validate_python(given, strict=True) == expected


@pytest.mark.parametrize("given", [3.5, "3", True, math.nan, math.inf])
def test_what_is_no_whole_number_is_refused(given: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(values.Integer).validate_python(given, strict=True)


@pytest.mark.parametrize("digits", ["P١M", "P１M"])
def test_a_duration_has_ascii_digits_only(digits: str) -> None:
    with pytest.raises(ValidationError, match="ISO 8601 duration"):
        TypeAdapter(values.Duration).validate_python(digits)


SAME_DURATIONS = [
    ("P12M", "P1Y"),
    ("P1Y2M", "P14M"),
    ("P7D", "P1W"),
    ("P1W1D", "P8D"),
    ("PT60M", "PT1H"),
    ("P0D", "P0M"),
]
OTHER_DURATIONS = [("P1D", "PT24H"), ("P1M", "P30D"), ("P1Y", "P365D"), ("P1M", "PT1M"), ("P1M", "P2M"), ("P1W", "P1M")]


@pytest.mark.parametrize(("one", "other"), SAME_DURATIONS)
def test_durations_that_mean_the_same_are_one_and_stay_as_they_are_spelled(one: str, other: str) -> None:
    cadence = kind_named("Price").inputs()["billing_cadence"]
    assert cadence.is_same(one, other)
    assert (cadence.canonical(one), cadence.canonical(other)) == (one, other)
    assert cadence.to_wire(one) == one


@pytest.mark.parametrize(("one", "other"), OTHER_DURATIONS)
def test_durations_of_units_that_no_number_relates_are_not_one(one: str, other: str) -> None:
    assert not kind_named("Price").inputs()["billing_cadence"].is_same(one, other)


def test_a_duration_inside_of_a_list_is_compared_by_its_meaning_too() -> None:
    field = kind_named("Plan").inputs()["credit_allocations"]
    one, other = ([{"pricing_unit_id": "pu_A", "amount": 5, "recurrence_period": d}] for d in ("P1Y", "P12M"))
    assert field.is_same(one, other)
    assert not field.is_same(one, [{**other[0], "amount": 6}])


@cases(200)
@given(st.tuples(*[st.integers(0, 999) for _ in range(7)]))
def test_the_form_of_a_duration_is_its_own_form(counts: tuple[int, ...]) -> None:
    years, months, weeks, days, hours, minutes, seconds = counts
    spelled = f"P{years}Y{months}M{weeks}W{days}DT{hours}H{minutes}M{seconds}S"
    assert canonical_duration(canonical_duration(spelled)) == canonical_duration(spelled)


@pytest.mark.parametrize("unknown", [UNKNOWN, None, "soon", 5, [UNKNOWN]])
def test_what_is_no_value_of_a_field_is_compared_as_it_is(unknown: Any) -> None:
    cadence = kind_named("Price").inputs()["billing_cadence"]
    assert cadence.meaning(unknown) is unknown
    assert cadence.is_same(unknown, unknown)
    assert not cadence.is_same(unknown, "P1M")


@pytest.mark.parametrize(
    ("spelled", "canonical"),
    [(10, "10"), (10.0, "10"), (-3.0, "-3"), (Decimal("0.0010"), "0.001"), (2**53, str(2**53))],
)
def test_an_exact_number_is_an_amount(spelled: Any, canonical: str) -> None:
    assert TypeAdapter(values.Rate).validate_python(spelled) == canonical


@pytest.mark.parametrize("number", [0.5, 1e300, 2.0**54, math.nan, math.inf, True, Decimal("NaN"), Decimal("Infinity")])
def test_a_number_that_may_not_be_exact_is_no_amount(number: Any) -> None:
    with pytest.raises(ValidationError, match="decimal string"):
        TypeAdapter(values.Rate).validate_python(number)


def test_an_amount_of_any_number_of_digits_is_refused_as_too_large() -> None:
    for amount in (10**5000, "9" * 200_000, Decimal("1e5000")):
        with pytest.raises(ValidationError, match="too large"):
            TypeAdapter(values.Rate).validate_python(amount)


def test_every_currency_that_a_plan_accepts_is_accepted_by_the_emulator() -> None:
    assert values.CURRENCIES - DECIMALS.keys() == set()
    assert values.CURRENCIES.isdisjoint({"XAU", "XXX", "XDR", "CHE", "BGN"})
    assert {"USD", "EUR", "JPY", "XAF", "CHF", "UYU"} <= values.CURRENCIES


LONG = "x" * 200_000


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "value",
    [LONG, {LONG: LONG}, [LONG], [{LONG: LONG}], {"a": {LONG: [LONG]}}, 10**5000],
    ids=["text", "key", "list", "keys in a list", "nested", "number"],
)
def test_no_reason_repeats_a_long_input(kind: type[CatalogObject], value: Any) -> None:
    _, reasons = kind.validate_inputs({**dict.fromkeys(kind.inputs(), value), LONG: value})
    assert reasons
    for reason in reasons:
        assert len(str(reason)) < 600
