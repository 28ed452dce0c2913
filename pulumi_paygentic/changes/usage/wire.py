"""Facts read from the API's JSON: moments, exact numbers, subscriptions and invoice lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Final

from pulumi_paygentic.changes.cadence import Cadence
from pulumi_paygentic.changes.usage.bill import BilledLine, LineKind, Subscription

_KINDS: Final[Mapping[str, LineKind]] = {"usage": "usage", "fee": "fee", "discount": "discount"}


class Unreadable(ValueError):
    """A response lacks a field, or has one in another form than the API describes."""


def moment(text: Any) -> datetime:
    """Read a date and time with its offset, as UTC. Raises `Unreadable`."""
    try:
        read = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        msg = f"not a date and time: {str(text)[:40]}"
        raise Unreadable(msg)
    return read.astimezone(timezone.utc)


def exact(value: Any) -> Decimal:
    """Read a decimal string or a JSON number; a float as it is written, not as it is stored. Raises `Unreadable`."""
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite() or isinstance(value, bool):
        msg = f"not a number: {str(value)[:40]}"
        raise Unreadable(msg)
    return number


def subscription_of(read: Mapping[str, Any]) -> Subscription:
    """Read a subscription. Raises `Unreadable`."""
    try:
        started = moment(read["startedAt"])
        return Subscription(
            id=read["id"],
            customer_id=read["customerId"],
            plan_id=read["planId"],
            is_pinned=read.get("versionPolicy") == "pinned",
            anchor=moment(read.get("billingAnchor") or read["startedAt"]),
            cadence=Cadence.of(read.get("billingCadence") or "P1M"),
            started_at=started,
            created_at=moment(read.get("createdAt") or read["startedAt"]),
        )
    except (KeyError, ValueError) as error:
        msg = f"the subscription {read.get('id')} can't be read: {_said(error)}"
        raise Unreadable(msg) from None


def line_of(read: Mapping[str, Any]) -> BilledLine:
    """Read one line of an invoice. Raises `Unreadable`."""
    try:
        start, end = read.get("periodStart"), read.get("periodEnd")
        return BilledLine(
            kind=_KINDS.get(str(read["eventType"]), "other") if read.get("priceId") else "other",
            price_id=read.get("priceId"),
            source_id=read.get("eventSourceId"),
            name=str(read.get("invoiceDisplayName") or ""),
            quantity=exact(read["quantity"]),
            amount=exact(read["totalPrice"]),
            unit_price=exact(read["unitPrice"]),
            tax_rate=exact(read.get("taxRate") or 0),
            is_refund=read.get("lineItemType") == "refund",
            start=None if start is None else moment(start),
            end=None if end is None else moment(end),
        )
    except (KeyError, ValueError) as error:
        msg = f"a line can't be read: {_said(error)}"
        raise Unreadable(msg) from None


def _said(error: Exception) -> str:
    return f"it lacks {error}" if isinstance(error, KeyError) else str(error)
