"""Lines of the discounts of a rate, and the amounts and quantities of any line as they are answered."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pulumi_paygentic.emulator.billing import rating
from pulumi_paygentic.emulator.billing.adjustments import Adjustments
from pulumi_paygentic.emulator.billing.rating import Amount, Period
from pulumi_paygentic.emulator.storage.store import Record

ADJUSTMENT = ":adjustment:"
"""In the id of a line that a discount of a rate made: its quantity is of no unit."""


def of(adjustments: Adjustments, line: Record, window: Period, *, inclusive: bool) -> Iterator[Record]:
    """Yield a line for each discount of a rate on a charge. Each takes its share of what is left."""
    left = Decimal(line["totalAmount" if inclusive else "totalPrice"])
    for discount in adjustments.discounts(window):
        off = rating.of_share(left, discount.share)
        left = rating.total([left, -off])
        price = {"model": "standard", "properties": {"unitPrice": f"{-off:f}"}}
        amount = rating.rate(price, Decimal(1), tax_percent=percent_of(line), inclusive=inclusive)
        identity = f"{line['eventId']}{ADJUSTMENT}{discount.adjustment}"
        yield {
            **line,
            **written(amount),
            "eventType": "discount",
            "eventId": identity,
            "meterEventId": identity if line["meterEventId"] else "",
            "invoiceDisplayName": discount.name or f"Discount: {line['invoiceDisplayName']}",
            "quantity": 1,
        }


def number(quantity: Decimal) -> int | float:
    """A quantity as it is answered."""
    return int(quantity) if quantity == int(quantity) else float(quantity)


def percent_of(line: Record) -> Decimal:
    """The rate of a line's tax."""
    return Decimal(str(line["taxRate"])) * 100


def written(amount: Amount) -> dict[str, str]:
    """A line's amounts as they are answered."""
    return {
        "unitPrice": rating.plain(amount.unit_price),
        "totalPrice": rating.plain(amount.price),
        "totalTax": rating.plain(amount.tax),
        "totalAmount": rating.plain(amount.total),
    }
