"""The second computation of invoices: from the declared prices and the usage, in fractions.

Nothing here is read from the emulator: the expected invoice is known before the actual one is fetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

Usage = Mapping[str, int]
"""The quantity used, by the name of the metric's price in the program."""
ATOM = Fraction(1, 10**9)


COVERED = " (covered)"
"""Added to the name of the line that takes the usage off again which the allowance covers."""


@dataclass(frozen=True)
class Price:
    """A price as the program declares it; a single unit price is one tier without an end.

    `allowance` is the quantity of a period that the plan includes, and `is_fee` says that it is charged in advance.
    """

    invoice_name: str
    tiers: tuple[tuple[int | None, Fraction], ...]
    allowance: int = 0
    is_fee: bool = False

    @classmethod
    def declared(cls, inputs: Mapping[str, Any]) -> Price:
        """From the inputs of a `Price` in a stack's state."""
        tiers = inputs.get("tiers") or [{"unit_price": inputs["unit_price"]}]
        return cls(
            inputs["invoice_display_name"],
            tuple((int(t["up_to"]) if t.get("up_to") else None, Fraction(t["unit_price"])) for t in tiers),
            int(inputs.get("entitlement_template", {}).get("issue_after_reset", 0)),
            "fee_id" in inputs,
        )

    def rate(self, quantity: int) -> Fraction:
        """Return the price of each unit: that of the tier that the whole quantity reaches."""
        return next(rate for most, rate in self.tiers if most is None or quantity <= most)


@dataclass(frozen=True)
class Line:
    """A line of an invoice, in exact numbers."""

    quantity: int
    unit_price: Fraction
    price: Fraction
    tax: Fraction


def lines(prices: Mapping[str, Price], used: Usage, tax_percent: int) -> dict[str, Line]:
    """Return the lines of a period by name; a metric without usage has none."""
    found = {}
    for name, quantity in used.items():
        price = prices[name]
        covered = min(quantity, price.allowance)
        for line, of_line in ((price.invoice_name, quantity), (price.invoice_name + COVERED, -covered)):
            if of_line:
                rate = price.rate(quantity)
                amount = to_atoms(of_line * rate)
                found[line] = Line(of_line, rate, amount, to_atoms(amount * Fraction(tax_percent, 100)))
    return found


def taxed(untaxed: Mapping[str, Line], tax_percent: int) -> dict[str, Line]:
    """Return the lines with tax at this rate."""
    rate = Fraction(tax_percent, 100)
    return {name: replace(line, tax=to_atoms(line.price * rate)) for name, line in untaxed.items()}


def name_of(line: Mapping[str, Any]) -> str:
    """Return the name of an invoice's line, by which its computed one is found."""
    return str(line["invoiceDisplayName"]) + (COVERED if line.get("eventType") == "discount" else "")


def subtotal(expected: Mapping[str, Line]) -> Fraction:
    return sum((line.price for line in expected.values()), Fraction(0))


def total(expected: Mapping[str, Line]) -> Fraction:
    """Return the sum with tax."""
    return sum((line.price + line.tax for line in expected.values()), Fraction(0))


def due(expected: Mapping[str, Line], decimals: int = 2) -> Fraction:
    """Return the amount to be paid: the total in the currency's smallest unit, half to even."""
    unit = Fraction(1, int(10**decimals))
    return round(total(expected) / unit) * unit


def to_atoms(amount: Fraction) -> Fraction:
    """Round to the API's smallest unit, a billionth, half to even."""
    return round(amount / ATOM) * ATOM


def differences(expected: Mapping[str, Line], invoice: Mapping[str, Any], tax_percent: int) -> list[str]:
    """Return every difference between an invoice of the API and the computed lines."""
    found = []

    def check(where: str, what: str, said: object, computed: Fraction) -> None:
        if Fraction(str(said)) != computed:
            found.append(f"{where}: {what} is {said}, computed {decimal(computed)}")

    shown = {name_of(line): line for line in invoice["lineItems"]["lineItems"]}
    for name in sorted(expected.keys() | shown.keys()):
        if name not in shown or name not in expected:
            found.append(f"{name}: {'is missing' if name in expected else 'should not be there'}")
            continue
        line, computed = shown[name], expected[name]
        check(name, "quantity", line["quantity"], Fraction(computed.quantity))
        check(name, "unitPrice", line["unitPrice"], computed.unit_price)
        check(name, "taxRate", line["taxRate"], Fraction(tax_percent, 100))
        check(name, "totalPrice", line["totalPrice"], computed.price)
        check(name, "totalTax", line["totalTax"], computed.tax)
        check(name, "totalAmount", line["totalAmount"], computed.price + computed.tax)
    if len(shown) != len(invoice["lineItems"]["lineItems"]):
        found.append("two lines have one name")
    check("totals", "subtotal", invoice["subtotal"], subtotal(expected))
    check("totals", "totalTax", invoice["totalTax"], total(expected) - subtotal(expected))
    check("totals", "grandTotal", invoice["grandTotal"], total(expected))
    asked = Fraction(invoice["paidAmount"]) + Fraction(invoice["unpaidAmount"])
    check("totals", "the amount due", decimal(asked), due(expected))
    return found


def decimal(amount: Fraction) -> str:
    """Write the amount with all its digits, and at least cents; amounts have at most nine places."""
    scaled = round(amount / ATOM)
    places = f"{abs(scaled) % 10**9:09}".rstrip("0")
    return f"{'-' if scaled < 0 else ''}{abs(scaled) // 10**9}.{places:0<2}"
