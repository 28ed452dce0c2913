"""Price intervals of a subscription: for how long each of its lines is billed, at which rate and quantity.

A line that was never edited has one interval, which follows from the plan's version and is stored nowhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pulumi_paygentic.emulator.billing.rating import ONCE
from pulumi_paygentic.emulator.storage import version_lines
from pulumi_paygentic.emulator.storage.clock import parse_date_time
from pulumi_paygentic.emulator.storage.store import Record, Store

ONE_OFF = "one_off"
STORED = "_intervals"
"""The field of a subscription for the intervals of its edited lines."""


def of(store: Store, subscription: Record, version_id: str) -> list[Record]:
    """List the intervals in the order of their starts, each as it stands on a plan version."""
    lines = {key: price for key, _, price in version_lines.prices_of(store, version_id)}
    stored: list[Record] = subscription.get(STORED, [])
    edited = {one["priceKey"] for one in stored}
    derived = [_derived(subscription, key, price, version_id) for key, price in lines.items() if key not in edited]
    found = [
        {
            **one,
            "planVersionId": version_id,
            "kind": "plan_line" if one["priceKey"] in lines else "subscription_owned",
            "priceId": lines[one["priceKey"]]["id"] if one["priceKey"] in lines else one["priceId"],
        }
        for one in [*stored, *derived]
    ]
    return sorted(found, key=lambda one: (str(one["startDate"]), str(one["priceKey"])))


def mode_of(price: Record) -> str:
    """The time of the charge of a price within its period. Usage is known only at the end."""
    return "advance" if "feeId" in price and price["paymentTerm"] == "in_advance" else "arrears"


def cadence_of(subscription: Record, price: Record) -> str:
    cadence = price["billingCadence"] or subscription["billingCadence"]
    return ONE_OFF if cadence == ONCE else str(cadence)


def applied(subscription: Record, key: str, price: Record, at: datetime | None) -> Record | None:
    """A line's price as its interval at a moment has it, or its last interval; None where it is not billed."""
    mine = [one for one in subscription.get(STORED, []) if one["priceKey"] == key]
    if not mine:
        return price
    one = mine[-1] if at is None else next((one for one in mine if _covers(one, at)), None)
    if one is None:
        return None
    changed: dict[str, Any] = {}
    if one["unitPrice"] is not None:
        changed = {"model": "standard", "properties": {"unitPrice": one["unitPrice"]}}
    if "feeId" in price:
        changed["quantity"] = _quantity(one, at)
    return {**price, **changed}


def owned(subscription: Record, keys: Iterable[str]) -> dict[str, str]:
    """The price ids of the lines that the subscription has and its plan version has not, by key."""
    known = set(keys)
    return {one["priceKey"]: one["priceId"] for one in subscription.get(STORED, []) if one["priceKey"] not in known}


def _derived(subscription: Record, key: str, price: Record, version_id: str) -> Record:
    cadence = cadence_of(subscription, price)
    digest = hashlib.sha256(f"{subscription['id']}:{key}".encode()).hexdigest()
    return {
        "id": f"int_{digest[:20]}",
        "priceId": price["id"],
        "priceKey": key,
        "planVersionId": version_id,
        "unitPrice": None,
        "baseQuantity": str(price["quantity"]),
        "quantityTransitions": [],
        "billingCadence": cadence,
        "billingMode": mode_of(price),
        "billDate": subscription["billingStartsAt"] if cadence == ONE_OFF else None,
        "startDate": subscription["billingStartsAt"],
        "endDate": subscription.get("endingAt"),
    }


def _covers(one: Record, at: datetime) -> bool:
    ends = one["endDate"]
    return parse_date_time(one["startDate"]) <= at and (ends is None or at < parse_date_time(ends))


def _quantity(one: Record, at: datetime | None) -> str:
    """The quantity of an interval at a moment: that of its last step until then."""
    quantity = str(one["baseQuantity"])
    for step in one["quantityTransitions"]:
        if at is None or parse_date_time(step["effectiveDate"]) <= at:
            quantity = str(step["quantity"])
    return quantity
