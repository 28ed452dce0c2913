"""The error of a document that is no preview."""

from __future__ import annotations

from pulumi_paygentic.api import PaygenticError


class PreviewUnreadable(PaygenticError):
    """A document that is not the output of `pulumi preview --json`, or not the whole of it."""

    hint = "Write one with `pulumi preview --json --show-sames > preview.json`."

    def __init__(self, name: str, problem: str, hint: str | None = None) -> None:
        super().__init__(f"{name}: {problem}")
        if hint is not None:
            self.hint = hint
