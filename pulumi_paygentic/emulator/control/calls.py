"""Counts of the API's calls by method and path template."""

from __future__ import annotations

from collections import Counter
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_paygentic.emulator.http.paths import Paths


class Calls:
    """The number of calls of each operation, whatever its answer was."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def count(self, method: str, template: str) -> None:
        self._counts[method, template] += 1

    def clear(self) -> None:
        self._counts.clear()

    def report(self) -> dict[str, Any]:
        calls = [
            {"method": method, "path": template, "count": count}
            for (method, template), count in sorted(self._counts.items(), key=lambda entry: entry[0][::-1])
        ]
        return {"total": self._counts.total(), "calls": calls}


class CountCalls:
    """ASGI middleware that counts calls. It is outermost, so that answers of faults count too."""

    def __init__(self, app: ASGIApp, calls: Calls, paths: Paths) -> None:
        self._app = app
        self._calls = calls
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        template = self._paths.of(scope)
        if template is not None:
            self._calls.count(scope["method"], template)
        await self._app(scope, receive, send)
