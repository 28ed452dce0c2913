"""Counts the API's calls by method and path template."""

from __future__ import annotations

from collections import Counter
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_paygentic.emulator.http.paths import Paths


class Calls:
    """How often each operation was asked for, whatever the answer."""

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
    """The middleware that counts. Outermost, so that answers made up by faults count too."""

    def __init__(self, app: ASGIApp, calls: Calls, paths: Paths) -> None:
        self._app = app
        self._calls = calls
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        template = self._paths.of(scope)
        if template is not None:
            self._calls.count(scope["method"], template)
        await self._app(scope, receive, send)
