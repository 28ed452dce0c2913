"""Finds the path template of a request, such as `/v0/prices/{id}`, for whoever counts or disturbs calls."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.routing import Match, Route
from starlette.types import Scope

UNKNOWN = "(unknown path)"
_API = re.compile(r"/v\d+/")


class Templates:
    """The API's routes. Paths outside the API (checkout, control) have no template: they are nobody's business."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = routes
        self._fixed = {route.path for route in routes if "{" not in route.path}

    def known(self) -> set[str]:
        return {route.path for route in self._routes}

    def of(self, scope: Scope) -> str | None:
        if scope["type"] != "http" or not _API.match(scope["path"]):
            return None
        if scope["path"] in self._fixed:  # the common case, and this is asked twice of every request
            return str(scope["path"])
        for route in self._routes:
            if route.matches(scope)[0] is not Match.NONE:
                return route.path
        return UNKNOWN
