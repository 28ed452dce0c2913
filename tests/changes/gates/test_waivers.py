from datetime import date, datetime
from typing import Any

import pytest

from pulumi_paygentic.changes.gates import Waiver, WaiverError, parse_gate, read_waivers

GOOD = {
    "gate": "price-increase > 10%",
    "resource": "pro",
    "reason": "Announced on 1 November",
    "person": "ada@example.com",
    "until": date(2026, 12, 31),
}


def test_a_waiver_is_read_with_its_gate_as_the_gate_is_written() -> None:
    (waiver,) = read_waivers({"waivers": [GOOD]})
    assert waiver == Waiver(
        "price-increase>10%", "pro", "Announced on 1 November", "ada@example.com", date(2026, 12, 31)
    )


@pytest.mark.parametrize("data", [None, {"waivers": []}, {"waivers": None}])
def test_a_file_may_have_no_waivers(data: Any) -> None:
    assert read_waivers(data) == ()


def test_a_last_day_may_be_a_text() -> None:
    assert read_waivers({"waivers": [{**GOOD, "until": "2026-12-31"}]})[0].until == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ([], "must have one entry, `waivers`"),
        ({"waiver": []}, "must have one entry, `waivers`"),
        ({"waivers": {}, "more": 1}, "must have one entry, `waivers`"),
        ({"waivers": "all"}, "must have one entry, `waivers`"),
        ({"waivers": ["pro"]}, "Waiver 1 is not a mapping"),
        ({"waivers": [{**GOOD, "resouce": "x"}]}, "Waiver 1 has an unknown field resouce"),
        ({"waivers": [GOOD, {**GOOD, "reason": " "}]}, "Waiver 2 needs a reason"),
        ({"waivers": [{**GOOD, "person": 7}]}, "Waiver 1 needs a person"),
        ({"waivers": [{**GOOD, "gate": "price-raise"}]}, "Waiver 1: The gate 'price-raise' can't be read"),
        ({"waivers": [{**GOOD, "until": None}]}, "Waiver 1 needs its last day"),
        ({"waivers": [{**GOOD, "until": "soon"}]}, "Waiver 1 needs its last day"),
        ({"waivers": [{**GOOD, "until": "2026-13-01"}]}, "Waiver 1 needs its last day"),
        ({"waivers": [{**GOOD, "until": datetime(2026, 12, 31)}]}, "Waiver 1 needs its last day"),  # noqa: DTZ001
        ({"waivers": [{name: text for name, text in GOOD.items() if name != "until"}]}, "needs its last day"),
    ],
)
def test_a_malformed_waiver_is_an_error_and_never_a_wider_one(data: Any, reason: str) -> None:
    with pytest.raises(WaiverError, match=reason):
        read_waivers(data)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(WaiverError) as caught:
        read_waivers({"waivers": [{}, {**GOOD, "until": 1}]})
    assert len(caught.value.reasons) == 6


@pytest.mark.parametrize(
    ("gate", "names", "covered"),
    [
        ("price-increase>10%", ("pro", "Pro"), True),
        ("price-increase>20%", ("pro", "Pro"), False),
        ("price-increase>10%", ("basic", "Basic"), False),
        ("price-increase>10%", ("PRO",), False),
    ],
)
def test_a_waiver_is_of_one_gate_and_one_resource(gate: str, names: tuple[str, ...], *, covered: bool) -> None:
    (waiver,) = read_waivers({"waivers": [GOOD]})
    assert waiver.covers(parse_gate(gate), names) is covered


def test_a_waiver_may_name_the_condition_alone() -> None:
    (waiver,) = read_waivers({"waivers": [{**GOOD, "gate": "price-increase"}]})
    assert waiver.covers(parse_gate("price-increase>20% and more-than 5 customers"), ("pro",))
