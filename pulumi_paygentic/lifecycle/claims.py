"""Which resource holds which object, for the length of one run: no two resources ever hold one."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Claims:
    """Who was seen to hold an object (its Diff went by), and who made or took it over in this run."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _seen: dict[str, str] = field(default_factory=dict)
    _taken: dict[str, str] = field(default_factory=dict)
    _before: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)

    def saw(self, object_id: str, owner: str, state: Mapping[str, Any]) -> str | None:
        """Note that `owner`'s state holds the object; answers who else does, or took it over, if another did."""
        with self._lock:
            self._before[owner] = (object_id, dict(state))
            for holder in (self._taken.get(object_id), self._seen.get(object_id)):
                if holder not in (None, owner):
                    return holder
            self._seen[object_id] = owner
            return None

    def take(self, object_id: str, owner: str) -> bool:
        """Take the object for `owner` unless another holds it."""
        with self._lock:
            if {self._seen.get(object_id, owner), self._taken.get(object_id, owner)} != {owner}:
                return False
            self._taken[object_id] = owner
            return True

    def release(self, object_id: str) -> None:
        """Give back what was taken."""
        with self._lock:
            self._taken.pop(object_id, None)

    def taken(self, object_id: Any) -> bool:
        """Whether the object was made or taken over in this run."""
        with self._lock:
            return object_id in self._taken

    def may_delete(self, object_id: str, owner: str) -> bool:
        """Whether nobody but `owner`'s past holds the object; taking over oneself must not end in a delete."""
        with self._lock:
            if object_id in self._taken or self._seen.get(object_id, owner) != owner:
                return False
            self._seen.pop(object_id, None)
            return True

    def before(self, owner: str) -> tuple[str, Mapping[str, Any]] | None:
        """The id and the state that `owner` had when its Diff went by."""
        with self._lock:
            return self._before.get(owner)
