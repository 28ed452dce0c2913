"""The claims of one run: each object is held by at most one resource, and a held object is never deleted."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pulumi_paygentic.lifecycle.state import ADOPTION


class Previous(NamedTuple):
    """The object that a resource held before this run, and its state."""

    id: str
    state: Mapping[str, Any]


@dataclass(frozen=True)
class _Holder:
    """A resource of the state that holds an object, and the adoption that its state names."""

    urn: str
    adoption: Any


class Claims:
    """The holders of objects, as far as this run knows them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._observed: dict[str, _Holder] = {}
        """By object: the resource whose state was compared in this run."""
        self._claimed: dict[str, str] = {}
        """By object: the resource that created or adopted it in this run."""
        self._claimants: set[str] = set()
        self._previous: dict[str, Previous] = {}
        self._replacing: set[str] = set()
        self._managed: set[str] = set()

    def observe(self, object_id: str, urn: str, state: Mapping[str, Any]) -> str | None:
        """Note that the state of `urn` holds the object; answers another holder if there is one."""
        with self._lock:
            self._previous[urn] = Previous(object_id, dict(state))
            holder = self._holder(object_id, urn)
            if holder is None:
                self._observed[object_id] = _Holder(urn, state.get(ADOPTION))
            return holder

    def claim(self, object_id: str, urn: str) -> bool:
        """Claim the object for `urn`; False if another resource holds it."""
        with self._lock:
            if self._holder(object_id, urn) is not None:
                return False
            self._claimed[object_id] = urn
            self._claimants.add(urn)
            return True

    def holder(self, object_id: str, urn: str) -> str | None:
        """The resource other than `urn` that holds the object, if any."""
        with self._lock:
            return self._holder(object_id, urn)

    def _holder(self, object_id: str, urn: str) -> str | None:
        observed = self._observed.get(object_id)
        holders = (self._claimed.get(object_id), observed.urn if observed else None)
        return next((holder for holder in holders if holder not in (None, urn)), None)

    def is_claimed(self, object_id: Any) -> bool:
        """Return whether the object was created or adopted in this run."""
        with self._lock:
            return object_id in self._claimed

    def manage(self, urn: str) -> None:
        """Note that the state holds an object for this resource, whether or not it was compared."""
        with self._lock:
            self._managed.add(urn)

    def is_managed(self, urn: str) -> bool:
        """Return whether the state holds an object for this resource."""
        with self._lock:
            return urn in self._managed

    def replace(self, object_id: str) -> None:
        """Note that the object is to be replaced by decision of this run."""
        with self._lock:
            self._replacing.add(object_id)

    def is_replaced(self, object_id: Any) -> bool:
        """Return whether this run has decided to replace the object."""
        with self._lock:
            return object_id in self._replacing

    def can_delete(self, object_id: str, urn: str, state: Mapping[str, Any]) -> bool:
        """Return whether no live resource holds the object.

        A replacement that adopts its own object leaves, if it is cut, two states of one id and one URN: a live one and
        one that waits to be deleted. They differ in their adoption. So a resource's own delete goes ahead only if the
        resource has moved on to another object, or if the state to delete is the live one itself.
        """
        with self._lock:
            if object_id in self._claimed:
                return False
            observed = self._observed.get(object_id)
            if observed is None:
                return True
            if observed.urn != urn:
                return False
            return urn in self._claimants or observed.adoption == state.get(ADOPTION)

    def deleted(self, object_id: str) -> None:
        """Note that the object is deleted, and has no holder any more."""
        with self._lock:
            self._observed.pop(object_id, None)

    def previous(self, urn: str) -> Previous | None:
        """The object and the state that `urn` had when it was compared in this run."""
        with self._lock:
            return self._previous.get(urn)
