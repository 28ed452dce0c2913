"""The API's path templates, such as `/v0/prices/{id}`, and the one that a request is for; found once a request."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from starlette.types import Scope

UNKNOWN = "(unknown path)"
_API = re.compile(r"/v\d+/")
_PARAMETER = re.compile(r"{(\w+)}")
_FOUND = "pulumi_paygentic.found"


class Found(NamedTuple):
    """A template, and the values of its parameters."""

    template: str
    params: dict[str, str]


class Paths:
    """The API's paths. Other paths (checkout, control) have no template."""

    def __init__(self, templates: Iterable[str]) -> None:
        self.known = frozenset(templates)
        self._fixed = {template: Found(template, {}) for template in self.known if "{" not in template}
        self._others: defaultdict[tuple[str, ...], list[tuple[re.Pattern[str], str]]] = defaultdict(list)
        for template in sorted(self.known - self._fixed.keys(), key=lambda one: (one.count("{"), one)):
            pattern = re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", template))
            self._others[_shape(template)].append((pattern, template))

    def of(self, scope: Scope) -> str | None:
        """The template; of a path that looks like the API's but is not, `UNKNOWN`."""
        found = self.find(scope)
        if found is not None:
            return found.template
        return UNKNOWN if scope["type"] == "http" and _API.match(scope["path"]) else None

    def find(self, scope: Scope) -> Found | None:
        if scope["type"] != "http":
            return None
        if _FOUND not in scope:
            scope[_FOUND] = self._find(scope["path"])
        found: Found | None = scope[_FOUND]
        return found

    def _find(self, path: str) -> Found | None:
        fixed = self._fixed.get(path)
        if fixed is not None:
            return fixed
        for pattern, template in self._others.get(_shape(path), ()):
            match = pattern.fullmatch(path)
            if match is not None:
                return Found(template, match.groupdict())
        return None


def _shape(path: str) -> tuple[str, ...]:
    """The common shape of a path and its template: version, collection, number of parts."""
    return (*path.split("/", 3)[:3], str(path.count("/")))
