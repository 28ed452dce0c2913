"""The checks of a diff that depend on the run: the holder of each object, and the effect of a replacement.

They need no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_paygentic.catalog import UNKNOWN, Violation
from pulumi_paygentic.lifecycle.account import Operation
from pulumi_paygentic.lifecycle.errors import (
    AdoptionImpossible,
    DuplicateOwner,
    KeyMoves,
    ProductMismatch,
    ReplacementRefused,
)
from pulumi_paygentic.lifecycle.natural_keys import name_of
from pulumi_paygentic.lifecycle.result import Difference, Message, warning


def duplicate_owner(operation: Operation, object_id: str, olds: Mapping[str, Any]) -> Difference | None:
    """Note the holder of the object. Of two with a natural key one is an error; of two prices, each gets its own."""
    kind = operation.kind.variant(olds)
    holder = operation.account.claims.observe(object_id, operation.urn, olds)
    if holder is None:
        return None
    if kind.natural_key:
        raise DuplicateOwner(kind.title, object_id, holder)
    message = f"{kind.title} {object_id} is held by {name_of(holder)!r} as well: this resource gets a new one"
    return Difference([], ["id"], forced=True, messages=(warning(message),))


def adoption_is_over(operation: Operation, object_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
    """Raise if `adopt_id` was changed to another object than the one that the resource manages already."""
    adopt_id = news.get("adopt_id")
    if adopt_id not in (None, UNKNOWN, object_id, olds.get("adopt_id")):
        reason = f"can't be adopted by a resource that manages {object_id} already (`pulumi state delete` ends that)"
        raise AdoptionImpossible(operation.kind.title, adopt_id, reason)


def product_mismatch(
    operation: Operation, object_id: str, difference: Difference, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> None:
    """Raise if the object's item was filed under another product: a new object could not have that item either."""
    item_id, declared = news.get("item_id"), news.get("product_id")
    same_item = item_id is not None and item_id == olds.get("item_id")
    if "product_id" in difference.replaces and same_item and declared is not UNKNOWN:
        raise ProductMismatch(operation.kind.title, object_id, str(item_id), str(olds.get("product_id")), str(declared))


def replacement(
    operation: Operation, object_id: str, difference: Difference, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> None:
    """Raise if an object that others hang on would be replaced without `allow_replace`.

    A value that is not known yet counts only where this run replaces the object that it was the id of.
    """
    kind, claims = operation.kind, operation.account.claims
    certain = [
        name for name in difference.replaces if news.get(name) is not UNKNOWN or claims.is_replaced(olds.get(name))
    ]
    if certain and kind.replacement_effect and not news.get("allow_replace"):
        raise ReplacementRefused(kind.title, object_id, certain, kind.replacement_effect)
    if certain:
        claims.replace(object_id)


def key_of_another_resource(operation: Operation, inputs: Mapping[str, Any]) -> list[Violation]:
    """A violation if a new resource declares a unique key that an object of another resource still has."""
    kind = operation.kind
    move = operation.account.natural_keys.moving(kind, {}, inputs, operation.urn) if kind.unique_key else None
    if move is None:
        return []
    return [Violation(str(kind.unique_key), str(_key_moves(operation, inputs, *move)))]


def moving_key(operation: Operation, olds: Mapping[str, Any], news: Mapping[str, Any]) -> tuple[Message, ...]:
    """Raise if this resource takes a unique key from another; a warning if it gives one up to another."""
    kind = operation.kind
    move = operation.account.natural_keys.moving(kind, olds, news, operation.urn) if kind.unique_key else None
    if move is None:
        return ()
    giver, taker = move
    if taker == operation.urn:
        raise _key_moves(operation, news, giver, taker)
    return (warning(str(_key_moves(operation, olds, giver, taker))),)


def _key_moves(operation: Operation, values: Mapping[str, Any], giver: str, taker: str) -> KeyMoves:
    field = str(operation.kind.unique_key)
    return KeyMoves(operation.kind.title, field, values.get(field), name_of(giver), name_of(taker))
