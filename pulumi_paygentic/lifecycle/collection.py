"""One collection of the account, listed once and then kept up to date by our own writes.

A refresh of a whole stack asks for every object: after the first read by id, the list is cheaper.  What the list
lacks is not gone for that, and neither is what the API says 404 to: a gateway in trouble says that of everything.  Only
both together mean it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Final

from pulumi_paygentic.api import Client, NotFound, UnexpectedAnswer

Answer = Mapping[str, Any]

SINGLE_READS: Final = 1
"""How many objects are read by id before the whole list is asked for: a target of one shouldn't cost the list."""


class Collection:
    """The objects under one path, and an index of them by what `key` makes of each."""

    def __init__(
        self,
        client: Client,
        path: str,
        params: Mapping[str, str] | None,
        *,
        key: Callable[[Answer], Hashable],
        within: Callable[[], bool],
    ) -> None:
        self._client = client
        self._path = path
        self._params = params
        self._key = key
        self._within = within
        self._lock = threading.RLock()
        self._objects: dict[str, Answer] | None = None
        self._index: dict[Hashable, dict[str, None]] | None = None
        """The ids by key; made when something is first looked for, which a refresh never does."""
        self._singles = 0
        self._gone: set[str] = set()

    def read(self, object_id: str) -> Answer | None:
        """The object as the API has it, or None if the API says that there is none of that id."""
        with self._lock:
            listed = self._objects
            single = self._params is None or (listed is None and self._singles < SINGLE_READS)
            self._singles += 1
        if not single:
            answer = self._listed().get(object_id)
            if answer is not None:
                return answer
        try:
            answer = self._client.get(f"{self._path}/{{id}}", id=object_id)
        except NotFound as error:
            if not self._confirms(object_id):
                raise self._contradicted(error) from error
            self.drop(object_id)
            return None
        self.put(answer)
        return answer

    def find(self, key: Hashable, *, fresh: bool = False) -> list[Answer]:
        """The objects of that key, oldest first; `fresh` asks the API again."""
        with self._lock:
            objects = self._listed(fresh=fresh)
            if self._index is None:
                self._index = {}
                for answer in objects.values():
                    self._point_at(answer)
            return [objects[object_id] for object_id in self._index.get(key, ())]

    def all(self) -> Iterable[Answer]:
        """Every object."""
        with self._lock:
            return list(self._listed().values())

    def put(self, answer: Answer) -> None:
        """Note what the API answered to a read or a write."""
        with self._lock:
            if self._objects is not None:
                self._forget(answer["id"])
                self._note(answer)

    def drop(self, object_id: str) -> None:
        """Note that the object is deleted."""
        with self._lock:
            self._gone.add(object_id)
            self._forget(object_id)

    def _listed(self, *, fresh: bool = False) -> dict[str, Answer]:
        with self._lock:
            if self._objects is None or fresh:
                try:
                    answers = list(self._client.list(self._path, dict(self._params or {})))
                except NotFound as error:
                    if self._within():
                        raise self._contradicted(error) from error
                    answers = []  # what the list is asked by is gone, and all that was in it
                self._objects = {answer["id"]: answer for answer in answers if answer["id"] not in self._gone}
                self._index = None
            return self._objects

    def _confirms(self, object_id: str) -> bool:
        """Whether the list lacks the object as well; without a list, whether there is an account at all."""
        return self._within() if self._params is None else object_id not in self._listed()

    def _contradicted(self, error: NotFound) -> UnexpectedAnswer:
        """The API's own 404 is believed, and this is not it."""
        what = "404, which other answers of the API contradict."
        return UnexpectedAnswer(what, method=error.method, path=error.path, place=error.path)

    def _note(self, answer: Answer) -> None:
        if self._objects is not None:
            self._objects[answer["id"]] = answer
            self._point_at(answer)

    def _point_at(self, answer: Answer) -> None:
        if self._index is not None:
            self._index.setdefault(self._key(answer), {})[answer["id"]] = None

    def _forget(self, object_id: str) -> None:
        known = (self._objects or {}).pop(object_id, None)
        if known is not None and self._index is not None:
            self._index.get(self._key(known), {}).pop(object_id, None)
