"""A value that Pulumi cannot encode is reported in one line, before anything is registered."""

import asyncio
from collections.abc import Coroutine
from decimal import Decimal
from typing import Any

import pulumi
import pytest

import pulumi_paygentic as paygentic
from pulumi_paygentic.adapter import InexactAmount, exact_amounts
from pulumi_paygentic.catalog import Field, Plan, Price

ENDLESS: dict[str, Any] = {}
ENDLESS["again"] = ENDLESS


@pytest.mark.parametrize(
    ("argument", "value", "reported"),
    [
        ("description", "\ud800", "description contains an unpaired Unicode surrogate"),
        ("metadata", {"a": {"b": "\udfff"}}, "metadata.a.b contains an unpaired Unicode surrogate"),
        ("metadata", {1: "a"}, "metadata has a key of type int: give a string"),
        ("metadata", {"a": [{None: "b"}]}, "metadata.a[0] has a key of type NoneType"),
        ("metadata", ENDLESS, "is nested too deeply"),
        ("metadata", {"n": 2**53 + 1}, "metadata.n is 9007199254740993, which Pulumi cannot represent exactly"),
        ("metadata", {"n": float("nan")}, "metadata.n is nan"),
        ("metadata", {"n": float("-inf")}, "metadata.n is -inf"),
        ("metadata", {"n": object()}, "metadata.n is of type object"),
        ("metadata", {"n" * 200_000: object()}, "more) is of type object"),
        ("metadata", {"n": 10**5000}, "metadata.n is a whole number of more than 300 digits"),
    ],
)
def test_a_value_that_can_not_be_encoded_is_refused_by_its_place(argument: str, value: Any, reported: str) -> None:
    given = {"name": "API", "description": "", argument: value}
    with pytest.raises(pulumi.RunError, match="Product 'api'") as caught:
        paygentic.Product("api", **given)
    assert reported in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 400


PRICE: dict[str, Any] = {
    "billable_metric_id": "bm_1",
    "model": "standard",
    "unit_price": "1",
    "invoice_display_name": "Calls",
    "payment_term": "in_arrears",
}


@pytest.mark.parametrize(
    ("argument", "value", "reported"),
    [
        ("unit_price", 0.5, "unit_price is the float 0.5"),
        ("unit_price", 1.0, "unit_price is the float 1.0"),
        ("tiers", [{"up_to": 10.0, "unit_price": "1"}, {"unit_price": "1"}], "tiers[0].up_to is the float 10.0"),
        ("tiers", [{"unit_price": 0.5}], "tiers[0].unit_price is the float 0.5"),
    ],
)
def test_a_float_is_never_an_amount(argument: str, value: Any, reported: str) -> None:
    with pytest.raises(pulumi.RunError, match="Price 'calls'") as caught:
        paygentic.Price("calls", **{**PRICE, argument: value})
    assert reported in str(caught.value)
    assert "write it as a string" in str(caught.value)


UNIT_PRICE, TIERS = (Price.inputs()[name] for name in ("unit_price", "tiers"))


def test_a_decimal_and_an_int_reach_pulumi_as_decimal_strings() -> None:
    assert exact_amounts(UNIT_PRICE, Decimal("0.0010")) == "0.0010"
    assert exact_amounts(UNIT_PRICE, Decimal("1E-7")) == "0.0000001"
    assert exact_amounts(UNIT_PRICE, 5) == "5"
    assert exact_amounts(UNIT_PRICE, "5") == "5"
    tiers = ({"up_to": 1000, "unit_price": Decimal(2)}, {"unit_price": "1"})
    assert exact_amounts(TIERS, tiers) == [{"up_to": "1000", "unit_price": "2"}, {"unit_price": "1"}]


def test_a_number_that_is_no_amount_stays_a_number() -> None:
    allocations = [{"pricing_unit_id": "pu_1", "amount": 2.5}]
    assert exact_amounts(Plan.inputs()["credit_allocations"], allocations) == allocations
    for flag in (True, False):
        assert exact_amounts(UNIT_PRICE, flag) is flag


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run it in a loop of its own; `asyncio.run` would leave the next tests without one."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


def test_an_output_of_an_amount_is_made_exact_when_it_is_known() -> None:
    async def arrived(field: Field, value: Any) -> Any:
        """The value once it is known; a list of one stands for its item."""
        output = pulumi.Output.from_input(value)
        encoded = exact_amounts(field, [output] if field is TIERS else output)
        return await (encoded[0] if field is TIERS else encoded).future()

    assert run(arrived(UNIT_PRICE, Decimal("0.5"))) == "0.5"
    assert run(arrived(TIERS, {"unit_price": 1})) == {"unit_price": "1"}
    with pytest.raises(InexactAmount, match=r"the float 0\.5"):
        run(arrived(UNIT_PRICE, 0.5))


def test_an_output_of_anything_else_is_left_as_it_is() -> None:
    async def encoded() -> bool:
        name = pulumi.Output.from_input("A")
        return exact_amounts(Price.inputs()["invoice_display_name"], name) is name

    assert run(encoded())
