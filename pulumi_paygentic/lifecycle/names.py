"""The natural keys declared in one run: objects are known again by them, so no two resources may share one."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from pulumi_paygentic.catalog import CatalogObject, Reason, has_unknown


class Names:
    """Who declares which natural key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owners: dict[tuple[Any, ...], str] = {}
        self._keys: dict[str, tuple[Any, ...]] = {}

    def declare(self, kind: type[CatalogObject], inputs: Mapping[str, Any], owner: str) -> list[Reason]:
        """Note what `owner` declares; a reason against it if another resource declares the same."""
        values = [inputs.get(name) for name in kind.natural_key]
        if not values or None in values or has_unknown(values) or inputs.get("allow_same_name"):
            return []
        key = (kind.path, *values)
        with self._lock:
            if self._keys.get(owner, key) != key:
                self._owners.pop(self._keys[owner], None)
            holder = self._owners.setdefault(key, owner)
            if holder != owner:
                other = holder.rpartition("::")[2]
                same = " and ".join(kind.natural_key)
                hint = "give one of them another"
                return [Reason(kind.natural_key[-1], f"is not unique: {other!r} declares the same {same}; {hint}")]
            self._keys[owner] = key
            return []
