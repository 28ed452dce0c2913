"""The natural keys declared in one run: objects are found again by them, so no two resources may share one."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from pulumi_paygentic.catalog import CatalogObject, Violation, has_unknown, shortened

Key = tuple[Any, ...]


class NaturalKeys:
    """The resource that declares each natural key, and those that the objects of the state have."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owners: dict[Key, str] = {}
        self._declared: dict[str, Key] = {}
        self._live: dict[Key, str] = {}

    def declare(self, kind: type[CatalogObject], inputs: Mapping[str, Any], urn: str) -> list[Violation]:
        """Note the key that `urn` declares; answers a violation if another resource declares the same."""
        key = _key(kind, inputs)
        if key is None or inputs.get("allow_same_name"):
            return []
        with self._lock:
            if self._declared.get(urn, key) != key:
                self._owners.pop(self._declared[urn], None)
            owner = self._owners.setdefault(key, urn)
            if owner != urn:
                natural_key = kind.variant(inputs).natural_key
                same = " and ".join(natural_key)
                message = f"is not unique: {name_of(owner)!r} declares the same {same}; give one of them another"
                return [Violation(natural_key[-1], message)]
            self._declared[urn] = key
            return []

    def moving(
        self, kind: type[CatalogObject], olds: Mapping[str, Any], news: Mapping[str, Any], urn: str
    ) -> tuple[str, str] | None:
        """The resources that a key moves between in this run: the present holder, and the one that claims it.

        Known once both were compared, or the giver compared and the taker checked, in whatever order.
        """
        old, new = _key(kind, olds), _key(kind, news)
        with self._lock:
            if old is not None:
                self._live.setdefault(old, urn)
            giver = None if new is None else self._live.get(new)
            if giver is not None and giver != urn:
                return giver, urn
            taker = None if old is None or old == new else self._owners.get(old)
            return None if taker in (None, urn) else (urn, str(taker))


def name_of(urn: str) -> str:
    """The name of the resource in the program."""
    return shortened(urn.rpartition("::")[2])


def _key(kind: type[CatalogObject], values: Mapping[str, Any]) -> Key | None:
    kind = kind.variant(values)
    key = [values.get(name) for name in kind.natural_key]
    return None if not key or None in key or has_unknown(key) else (kind.path, *key)
