"""The second computation of the rehearsal's invoices: it agrees with the first, and reports any other digit."""

from __future__ import annotations

import copy
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.emulator.billing import rating
from rehearsal import audit
from rehearsal.audit import Price

PRICES = {
    "basic": Price.declared({"invoice_display_name": "Basic", "unit_price": "0.000000333"}),
    "premium": Price.declared(
        {"invoice_display_name": "Premium", "tiers": [{"up_to": "10", "unit_price": "5"}, {"unit_price": "4"}]}
    ),
    "seconds": Price.declared({"invoice_display_name": "Seconds", "unit_price": "1"}),
}
COMPUTED = audit.lines(PRICES, {"basic": 7, "premium": 11, "seconds": 0}, 20)


def _line(name: str, *amounts: object) -> dict[str, Any]:
    names = ("quantity", "unitPrice", "taxRate", "totalPrice", "totalTax", "totalAmount")
    return {"invoiceDisplayName": name, **dict(zip(names, amounts, strict=True))}


INVOICE = {
    "subtotal": "44.000002331",
    "totalTax": "8.800000466",
    "grandTotal": "52.800002797",
    "paidAmount": "52.80",
    "unpaidAmount": "0.00",
    "lineItems": {
        "lineItems": [
            _line("Basic", 7, "0.000000333", 0.2, "0.000002331", "0.000000466", "0.000002797"),
            _line("Premium", 11, "4.00", 0.2, "44.00", "8.80", "52.80"),
        ]
    },
}


def test_the_right_invoice_has_no_difference() -> None:
    assert audit.differences(COMPUTED, INVOICE, 20) == []


@pytest.mark.parametrize("name", ["subtotal", "totalTax", "grandTotal"])
def test_a_wrong_last_digit_of_a_sum_is_reported(name: str) -> None:
    wrong = {**INVOICE, name: f"{INVOICE[name]}1"}
    assert audit.differences(COMPUTED, wrong, 20) == [f"totals: {name} is {wrong[name]}, computed {INVOICE[name]}"]


@pytest.mark.parametrize("name", ["paidAmount", "unpaidAmount"])
def test_a_cent_too_much_to_pay_is_reported(name: str) -> None:
    wrong = {**INVOICE, name: str(Decimal(str(INVOICE[name])) + Decimal("0.01"))}
    assert audit.differences(COMPUTED, wrong, 20) == ["totals: the amount due is 52.81, computed 52.80"]


@given(amount=st.decimals("-1000", "1000", places=9), decimals=st.integers(0, 4))
def test_both_round_what_is_due_alike(amount: Decimal, decimals: int) -> None:
    line = audit.Line(1, Fraction(amount), Fraction(amount), Fraction(0))
    assert audit.due({"line": line}, decimals) == Fraction(rating.to_units(amount, decimals))


@pytest.mark.parametrize("name", ["quantity", "unitPrice", "taxRate", "totalPrice", "totalTax", "totalAmount"])
@pytest.mark.parametrize("place", [0, 1])
def test_a_wrong_last_digit_of_a_line_is_reported_with_the_lines_name(name: str, place: int) -> None:
    wrong = copy.deepcopy(INVOICE)
    line = wrong["lineItems"]["lineItems"][place]  # type: ignore[index] # JSON
    line[name] = str(Decimal(str(line[name])) + Decimal("0.0000000001"))
    [reported] = audit.differences(COMPUTED, wrong, 20)
    assert reported.startswith(f"{line['invoiceDisplayName']}: {name} is {line[name]}, computed ")


@pytest.mark.parametrize("place", [0, 1])
def test_a_line_too_few_or_too_many_is_reported(place: int) -> None:
    wrong = copy.deepcopy(INVOICE)
    line = wrong["lineItems"]["lineItems"].pop(place)  # type: ignore[index] # JSON
    assert audit.differences(COMPUTED, wrong, 20) == [f"{line['invoiceDisplayName']}: is missing"]
    wrong = copy.deepcopy(INVOICE)
    wrong["lineItems"]["lineItems"].append(_line("More", 1, "0", 0, "0", "0", "0"))  # type: ignore[index] # JSON
    assert audit.differences(COMPUTED, wrong, 20) == ["More: should not be there"]


units = st.decimals("0", "1000", places=9).map(lambda amount: f"{amount:f}")


@given(
    tiers=st.lists(st.tuples(st.integers(1, 10**6), units), max_size=4, unique_by=lambda tier: tier[0]).map(sorted),
    last=units,
    quantity=st.integers(1, 10**7),
    percent=st.integers(0, 100),
)
def test_fractions_and_decimals_come_to_the_same(
    tiers: list[tuple[int, str]], last: str, quantity: int, percent: int
) -> None:
    """Two programs that know nothing of each other, for any price and any quantity."""
    declared = [{"up_to": str(most), "unit_price": unit} for most, unit in tiers] + [{"unit_price": last}]
    price = Price.declared({"invoice_display_name": "Line", "tiers": declared})
    [line] = audit.lines({"line": price}, {"line": quantity}, percent).values()
    sent = {"tiers": [{"upTo": tier.get("up_to"), "unitPrice": tier["unit_price"]} for tier in declared]}
    rated = rating.rate(
        {"model": "volume", "properties": sent}, Decimal(quantity), tax_percent=Decimal(percent), inclusive=False
    )
    written = [rating.plain(amount) for amount in (rated.price, rated.tax, rated.total)]
    assert [audit.decimal(amount) for amount in (line.price, line.tax, line.price + line.tax)] == written


PREPAID = Price.declared(
    {"invoice_display_name": "Seconds", "unit_price": "0.0002", "entitlement_template": {"issue_after_reset": 100}}
)


@pytest.mark.parametrize(("used", "covered"), [(40, 40), (100, 100), (101, 100)])
def test_an_allowance_takes_off_again_what_it_covers(used: int, covered: int) -> None:
    computed = audit.lines({"seconds": PREPAID}, {"seconds": used}, 20)
    assert {name: line.quantity for name, line in computed.items()} == {"Seconds": used, "Seconds (covered)": -covered}
    assert audit.decimal(audit.total(computed)) == audit.decimal(Fraction(used - covered) * Fraction("0.00024"))
    assert audit.name_of({"invoiceDisplayName": "Seconds", "eventType": "discount"}) == "Seconds (covered)"


def test_what_is_paid_in_advance_is_taxed_like_any_other_line() -> None:
    fee = Price.declared({"invoice_display_name": "Fee", "unit_price": "0.333333333", "fee_id": "fee_1"})
    assert fee.is_fee
    [line] = audit.taxed(audit.lines({"fee": fee}, {"fee": 1}, 0), 20).values()
    assert audit.decimal(line.tax) == "0.066666667"


def test_half_an_atom_goes_to_the_even_neighbour() -> None:
    halves = [audit.to_atoms(audit.ATOM * n / 2) / audit.ATOM for n in range(6)]
    assert halves == [0, 0, 1, 2, 2, 2]
    assert math.isclose(float(audit.ATOM), 1e-9)
