"""The lines of a plan: a mapping from line key to price id, or a list of price ids whose order has no meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pulumi_paygentic.catalog import Price
from pulumi_paygentic.lifecycle.account import Account
from pulumi_paygentic.lifecycle.keys import content_key
from pulumi_paygentic.lifecycle.plan_versions import Version

Lines = Mapping[str, str] | list[str]
_ALIKE: Final = (
    "invoiceDisplayName",
    "invoiceDisplayGroup",
    "paymentTerm",
    "model",
    "billingCadence",
    "rateType",
    "quantity",
)
"""The fields that tell two prices of one metric or fee apart, beside the charge."""


def is_equal(version: Version, lines: Lines) -> bool:
    """Return whether the version bills from exactly these lines."""
    if isinstance(lines, Mapping):
        return version.lines == lines
    return sorted(version.lines.values()) == sorted(lines)


def entries_of(lines: Lines) -> list[dict[str, str]]:
    """The lines as a request has them, in the order of their keys: Pulumi's maps have none."""
    if isinstance(lines, Mapping):
        return [{"priceId": price_id, "key": key} for key, price_id in sorted(lines.items())]
    return [{"priceId": price_id} for price_id in lines]


def charges_alike(account: Account, default: Version | None, lines: Lines) -> bool:
    """Return whether a version bills from prices equal to the declared ones, line by line where lines have keys."""
    prices = account.all(Price)
    keyed = lines.items() if isinstance(lines, Mapping) else [("", price_id) for price_id in lines]
    found = [(key, prices.read(price_id)) for key, price_id in keyed]
    declared = [(key, str(content_key(Price, live.values)) if live else "") for key, live in found]
    billed = [
        (line.key if isinstance(lines, Mapping) else "", str(content_key(Price, Price.outputs(line.price))))
        for line in (default.entries if default else [])
    ]
    return sorted(declared) == sorted(billed)


def entries_on(account: Account, current: Version, lines: Lines) -> list[dict[str, str]]:
    """The lines of the next version. Ids without a key keep their line, else take that of the price most like them.

    Only a price of the same metric or fee is like one; any other gets a line of its own.
    """
    if isinstance(lines, Mapping):
        return entries_of(lines)
    prices = account.all(Price)
    keys = {line.price_id: line.key for line in current.entries if line.price_id in lines}
    removed = {line.key: line.price for line in current.entries if line.price_id not in lines}
    added = {price_id: _answer(prices.read(price_id)) for price_id in lines if price_id not in keys}
    pairs = [
        (price_id, key) for price_id, new in added.items() for key, old in removed.items() if _same_charge(new, old)
    ]
    for price_id, key in sorted(pairs, key=lambda pair: _distance(added[pair[0]], removed[pair[1]])):
        if price_id not in keys and key in removed:
            keys[price_id] = key
            del removed[key]
    return [{"priceId": p, **({"key": keys[p]} if p in keys else {})} for p in lines]


def _answer(live: Any) -> Mapping[str, Any]:
    return {} if live is None else live.answer


def _same_charge(new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    """Return whether two prices are for the same metric or fee."""
    return any(new.get(name) == old.get(name) is not None for name in ("billableMetricId", "feeId"))


def _distance(new: Mapping[str, Any], old: Mapping[str, Any]) -> tuple[int, str, str]:
    """The number of differences beside the charge; of equals, the first made goes with the first made."""
    differ = sum(new.get(name) != old.get(name) for name in _ALIKE)
    return differ, str(old.get("createdAt")), str(new.get("createdAt"))
