"""One collection of the account, listed once and then kept up to date by our own writes.

A refresh of a whole stack reads every object: after the first read by id, the list is cheaper. An object counts as
deleted only if GET answers 404 and the list lacks it; a failing gateway can fake either.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, Final

from pulumi_paygentic.api import Client, NotFound, UnexpectedResponse
from pulumi_paygentic.catalog import CatalogObject
from pulumi_paygentic.lifecycle.keys import content_key, indexed_values
from pulumi_paygentic.lifecycle.result import Live

SINGLE_READS: Final = 1
"""The number of objects that are read by id before the list is read: one target should not cost the whole list."""


class Collection:
    """The objects of one kind under one scope, indexed by natural key (or content) and by what they refer to."""

    def __init__(
        self, client: Client, kind: type[CatalogObject], params: Mapping[str, str] | None, *, exists: Callable[[], bool]
    ) -> None:
        self._client = client
        self._kind = kind
        self._params = params
        self._exists = exists
        self._lock = threading.RLock()
        self._objects: dict[str, Live] | None = None
        self._index: dict[Hashable, dict[str, None]] | None = None
        """The ids by key; built at the first look-up, which a refresh never makes."""
        self._single_reads = 0
        self._deleted: set[str] = set()

    def read(self, object_id: str) -> Live | None:
        """The object as the API has it, or None if it does not exist."""
        with self._lock:
            unlisted = self._objects is None and self._single_reads < SINGLE_READS
            single = self._params is None or unlisted
            self._single_reads += 1
        if not single:
            live = self._listed().get(object_id)
            if live is not None:
                return live
        try:
            answer = self._client.get(f"{self._kind.path}/{{id}}", id=object_id)
        except NotFound as error:
            if not self._confirms(object_id):
                raise self._contradicted(error) from error
            self.drop(object_id)
            return None
        return self.put(answer)

    def find(self, values: Mapping[str, Any], *, fresh: bool = False) -> list[Live]:
        """The objects with the natural key (or, without one, the content) of these values, oldest first.

        `fresh` reads the list again.
        """
        return self._find(content_key(self._kind, values), fresh=fresh)

    def referring(self, field: str, value: Any) -> list[Live]:
        """The objects whose indexed field is the value, or holds it."""
        return self._find((field, value))

    def all(self) -> Iterable[Live]:
        """Every object."""
        with self._lock:
            return list(self._listed().values())

    def put(self, answer: Mapping[str, Any]) -> Live:
        """Note what the API answered to a read or a write."""
        live = Live(answer["id"], answer, self._kind.outputs(answer))
        with self._lock:
            if self._objects is not None:
                self._forget(live.id)
                self._objects[live.id] = live
                self._add_to_index(live)
        return live

    def drop(self, object_id: str) -> None:
        """Note that the object is deleted."""
        with self._lock:
            self._deleted.add(object_id)
            self._forget(object_id)

    def _find(self, key: Hashable, *, fresh: bool = False) -> list[Live]:
        with self._lock:
            objects = self._listed(fresh=fresh)
            if self._index is None:
                self._index = {}
                for live in objects.values():
                    self._add_to_index(live)
            return [objects[object_id] for object_id in self._index.get(key, ())]

    def _listed(self, *, fresh: bool = False) -> dict[str, Live]:
        with self._lock:
            if self._objects is None or fresh:
                try:
                    answers = list(self._client.list(self._kind.path, dict(self._params or {})))
                except NotFound as error:
                    if self._exists():
                        raise self._contradicted(error) from error
                    answers = []  # the parent that the list is filtered by is deleted, and everything in it
                self._index = None
                self._objects = {
                    answer["id"]: Live(answer["id"], answer, self._kind.outputs(answer))
                    for answer in answers
                    if answer["id"] not in self._deleted
                }
            return self._objects

    def _confirms(self, object_id: str) -> bool:
        """Return whether the list lacks the object as well; without a list, whether the account exists at all."""
        return self._exists() if self._params is None else object_id not in self._listed()

    def _contradicted(self, error: NotFound) -> UnexpectedResponse:
        message = "404, which other answers of the API contradict."
        return UnexpectedResponse(message, method=error.method, path=error.path, place=error.path)

    def _keys(self, live: Live) -> Iterator[Hashable]:
        yield content_key(self._kind, live.values)
        yield from indexed_values(self._kind, live.values)

    def _add_to_index(self, live: Live) -> None:
        if self._index is not None:
            for key in self._keys(live):
                self._index.setdefault(key, {})[live.id] = None

    def _forget(self, object_id: str) -> None:
        known = (self._objects or {}).pop(object_id, None)
        if known is not None and self._index is not None:
            for key in self._keys(known):
                self._index.get(key, {}).pop(object_id, None)
