"""The report of an error to the engine: one line for an expected error, the traceback for a bug."""

from __future__ import annotations

import functools
import threading
import traceback
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from pulumi_paygentic.adapter import sdk_internals
from pulumi_paygentic.api import PaygenticError, redact

P = ParamSpec("P")
R = TypeVar("R")

MAX_LENGTH: Final = 6000
"""The most characters of a bug's report; a longer one is cut in its middle."""


class Hints:
    """The hints about an account that this process has shown: each is shown once, not on every resource."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._lock = threading.Lock()

    def text(self, error: PaygenticError) -> str:
        """Return the error with its hint, or with a reference to the first one."""
        with self._lock:
            again = error.of_account and error.hint in self._given
            self._given.add(error.hint)
        return f"{error.brief} Another error of this run says what to do." if again else str(error)


_hints = Hints()


def reported(method: Callable[P, R]) -> Callable[P, R]:
    """Report the errors of a method to the engine; outside of a call of the engine they are raised unchanged."""

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except PaygenticError as error:
            sdk_internals.abort(f"paygentic: {sdk_internals.resource()}{_hints.text(error)}")
            raise
        except Exception:
            report = _shortened(redact(traceback.format_exc(limit=100)))
            sdk_internals.abort(f"a bug in pulumi-paygentic, please report it: {sdk_internals.resource()}{report}")
            raise

    return call


def _shortened(report: str) -> str:
    half = MAX_LENGTH // 2
    return report if len(report) <= MAX_LENGTH else f"{report[:half]}\n...\n{report[-half:]}"
