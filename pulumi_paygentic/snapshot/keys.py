"""The keys of a snapshot: readable names that are the same for the same content, whatever the ids are.

A key is a path such as `Speech API/Minutes`: the key of the parent and the natural key. A price has no natural key: its
path is its metric or fee and its name on the invoice, then, where several of that path bill, the plan's line
(`@Pro/USD/base`). Prices that no plan bills from come last: `~`. Objects that are still alike are numbered in the order
of their content, because two accounts were not made in one order: `#2`. Of equal ones, the objects that they are
connected with decide.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Final

from pulumi_paygentic.catalog import Plan, Price
from pulumi_paygentic.snapshot.draft import Draft
from pulumi_paygentic.snapshot.objects import kind_of_prefix, known_kind, replace_ids

_RESERVED: Final = "%/@#~"
_DEPTH: Final = 4
"""The longest way between two objects, from a product by its metric and a price to a plan."""


def assign_keys(drafts: Iterable[Draft]) -> dict[str, str]:
    """The key of each object by its id; the same for the same objects in any order."""
    by_kind: dict[str, list[Draft]] = {}
    for draft in drafts:
        by_kind.setdefault(draft.kind, []).append(draft)
    everything = [draft for kind in by_kind.values() for draft in kind]
    surroundings = cache(lambda: _surroundings(everything))  # seldom needed
    keys: dict[str, str] = {}
    for kind in sorted(by_kind, key=_rank):
        if kind == Price.__name__:
            paths = _price_paths(by_kind[kind], by_kind.get(Plan.__name__, []), keys)
        else:
            paths = {draft.id: _path(draft, keys) for draft in by_kind[kind]}
        keys |= _numbered(by_kind[kind], paths, keys, surroundings)
    return keys


def _rank(kind: str) -> tuple[bool, int, str]:
    """Parents come first; prices last of all, because their keys may name plans."""
    model = known_kind(kind)
    fields = (model.natural_key or model.named_by) if model else ()
    parents = sum(bool(model and kind_of_prefix(model.fields()[name].refers_to)) for name in fields)
    return kind == Price.__name__, parents, kind


def _path(draft: Draft, keys: Mapping[str, str]) -> str:
    model = known_kind(draft.kind)
    names = (model.natural_key or model.named_by) if model else tuple(sorted({"key", "name"} & draft.values.keys()))
    parts = [draft.values[name] for name in names if draft.values.get(name) is not None]
    return "/".join(keys.get(part, _escaped(part)) if isinstance(part, str) else _escaped(str(part)) for part in parts)


def _escaped(text: str) -> str:
    return "".join(f"%{ord(c):02X}" if c in _RESERVED else c for c in text)


def _price_paths(prices: list[Draft], plans: list[Draft], keys: Mapping[str, str]) -> dict[str, str]:
    """The path of each price: the shortest that no other price which bills has."""
    lines = _lines(plans, keys)
    paths = {price.id: _path(price, keys) for price in prices}
    billing: dict[str, int] = {}
    for price in prices:
        if price.id in lines:
            billing[paths[price.id]] = billing.get(paths[price.id], 0) + 1
    for price in prices:
        path = paths[price.id]
        if price.id not in lines:
            paths[price.id] = f"{path}~"
        elif billing[path] > 1:
            paths[price.id] = f"{path}@{lines[price.id]}"
    return paths


def _lines(plans: list[Draft], keys: Mapping[str, str]) -> dict[str, str]:
    """The first line that each price bills on, without the product that both belong to."""
    found: dict[str, list[str]] = {}
    for plan in plans:
        prices, within = plan.values.get("prices"), keys[plan.id].partition("/")[2] or keys[plan.id]
        if isinstance(prices, Mapping):
            for line, price in prices.items():
                found.setdefault(str(price), []).append(f"{within}/{_escaped(line)}")
        else:
            for price in prices or ():
                found.setdefault(str(price), []).append(within)
    return {price: min(lines) for price, lines in found.items()}


def _numbered(
    drafts: list[Draft],
    paths: Mapping[str, str],
    known: Mapping[str, str],
    surroundings: Callable[[], Mapping[str, str]],
) -> dict[str, str]:
    """The keys, with a number for all but the first of each path. `known`: the keys of the objects referred to."""
    grouped: dict[str, list[Draft]] = {}
    for draft in drafts:
        grouped.setdefault(paths[draft.id], []).append(draft)
    keys: dict[str, str] = {}
    for path, alike in grouped.items():
        if len(alike) > 1:
            around = surroundings()
            alike.sort(key=lambda draft: (_content(draft, known), around[draft.id], _age(draft)))
        for number, draft in enumerate(alike, start=1):
            keys[draft.id] = path if number == 1 else f"{path}#{number}"
    return keys


def _age(draft: Draft) -> tuple[str, str]:
    return str(draft.computed.get("created_at", "")), draft.id


def _surroundings(drafts: Iterable[Draft]) -> dict[str, str]:
    """A digest of each object by its id: its content, and that of all that it is connected with."""
    digests = {draft.id: _digest(draft.kind, _content(draft, {})) for draft in drafts}
    links: dict[str, list[tuple[str, str]]] = {object_id: [] for object_id in digests}
    for draft in drafts:
        for where, target in _links(draft):
            if target in links:
                links[draft.id].append((f"to {where}", target))
                links[target].append((f"of {draft.kind} {where}", draft.id))
    for _ in range(_DEPTH):
        digests = {
            object_id: _digest(digest, *sorted(f"{where}: {digests[other]}" for where, other in links[object_id]))
            for object_id, digest in digests.items()
        }
    return digests


def _links(draft: Draft) -> Iterator[tuple[str, str]]:
    """The field, with the line of a plan, and the id of each reference."""
    model = known_kind(draft.kind)
    for name, value in draft.values.items():
        target = kind_of_prefix(model.inputs()[name].refers_to) if model else None
        if target is not None:
            for line, item in value.items() if isinstance(value, Mapping) else [("", value)]:
                found: list[str] = []
                replace_ids(item, target.id_prefix, found.append)
                yield from ((f"{name}/{line}", object_id) for object_id in found)


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _content(draft: Draft, known: Mapping[str, str]) -> str:
    """The text of all that an object says, without anything that belongs to one account."""
    model = known_kind(draft.kind)
    values = dict(draft.values)
    for name, value in values.items():
        target = kind_of_prefix(model.inputs()[name].refers_to) if model else None
        if target is not None:
            values[name] = replace_ids(value, target.id_prefix, lambda object_id: known.get(object_id, ""))
    return json.dumps([draft.archived, values, draft.unknown], sort_keys=True, default=str)
