"""One request to the API, and the state of its attempts so far."""

from __future__ import annotations

import json
from string import Formatter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pulumi_paygentic.api.errors import InvalidIdentifier, RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


#: The methods that are safe to repeat. A POST creates an object each time.
IDEMPOTENT = frozenset({"GET", "PATCH", "DELETE"})


class Request:
    """A method, a path template with its ids, and the query and body that go with it.

    `recover` looks for the object that an attempt with a lost answer may have created; it makes a POST safe to repeat.
    `action` marks a POST that creates no object and answers with none, such as a reset. `id_field` is the field of the
    response that has the object's id.
    """

    def __init__(
        self,
        method: str,
        path: str,
        ids: Mapping[str, str],
        *,
        params: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        recover: Callable[[], Mapping[str, Any] | None] | None = None,
        action: bool = False,
        id_field: str = "id",
    ) -> None:
        self._id_field = id_field
        self.may_be_empty = action or method == "DELETE"
        self.method = method
        #: The template, `/v0/prices/{id}`, as logs and errors show it.
        self.path = path
        #: The path as it is sent, with the ids percent-encoded.
        self.target = fill(path, ids)
        self.params = {name: value for name, value in (params or {}).items() if value is not None}
        # Written here and not by httpx, whose older versions send a NaN, which is no JSON.
        self.content = None if body is None else json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        self.attempts = 0
        #: True if any attempt so far could have taken effect.
        self.maybe_committed = False
        self.last_error: RequestError | None = None
        self._recover = recover
        self._id = ids.get("id")

    @property
    def writes(self) -> bool:
        """Return whether the request can change something."""
        return self.method != "GET"

    def is_answered_by(self, body: Mapping[str, Any]) -> bool:
        """Return whether `body` is the requested object: every response about one object has its id."""
        if self.may_be_empty or (self.method == "GET" and not self.path.endswith("}")):
            return True
        named = body.get(self._id_field)
        wanted = self._id if self.path.endswith("/{id}") else named
        return isinstance(named, str) and named != "" and named == wanted

    @property
    def where(self) -> dict[str, str]:
        """The arguments by which an error names the request."""
        return {"method": self.method, "path": self.path, "place": self.target}

    def is_repeatable(self, error: RequestError) -> bool:
        """Return whether another attempt after `error` is safe."""
        return self.method in IDEMPOTENT or not error.maybe_committed or self._recover is not None

    @property
    def is_recoverable(self) -> bool:
        """Return whether an attempt may have created an object that `recover` can find."""
        return self._recover is not None and self.maybe_committed

    def find_created(self) -> dict[str, Any] | None:
        """Return the object that an attempt with a lost answer created, None if there is none.

        If this search fails, nobody knows: the attempt's own error is raised, and no attempt follows.
        """
        if self._recover is None or not self.is_recoverable:
            return None
        try:
            found = self._recover()
        except RequestError as error:
            self._recover = None
            raise (self.last_error or error) from error
        return None if found is None else dict(found)

    def record(self, error: RequestError) -> None:
        """Record `error`, and add to it that an earlier attempt of the same request may have taken effect."""
        self.maybe_committed = self.maybe_committed or error.maybe_committed
        error.maybe_committed = self.maybe_committed
        error.attempts = self.attempts
        self.last_error = error


def fill(path: str, ids: Mapping[str, str]) -> str:
    """Return `path` with each `{name}` replaced by its id, percent-encoded.

    Raises `InvalidIdentifier` for an id that would change the path: DELETE on an object must never become DELETE on
    its parent.
    """
    names = {name for _, name, _, _ in Formatter().parse(path) if name}
    if names != ids.keys():
        raise TypeError(f"{path} takes {sorted(names)}, not {sorted(ids)}")
    for name, value in ids.items():
        if value.strip() in {"", ".", ".."} or not value.isprintable():
            raise InvalidIdentifier(f"{path}: {value!r} can't be the {name} of an object.")
    return path.format(**{name: quote(value, safe="") for name, value in ids.items()})
