"""The form in which an error leaves the provider: one line for what was foreseen, everything for a bug."""

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

LONGEST: Final = 6000
"""The most characters of a bug's report: its beginning and its end count most."""


class Hints:
    """The hints about an account that this process has given: the error of each resource need not repeat them."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._lock = threading.Lock()

    def text(self, error: PaygenticError) -> str:
        """Return the error with its hint, or with a reference to the one that was given before."""
        with self._lock:
            again = error.of_account and error.hint in self._given
            self._given.add(error.hint)
        return f"{error.brief} Another error of this run says what to do." if again else str(error)


_hints = Hints()


def reported(method: Callable[P, R]) -> Callable[P, R]:
    """Report a method's errors in this form; outside of a served call they are raised as they are."""

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
    half = LONGEST // 2
    return report if len(report) <= LONGEST else f"{report[:half]}\n...\n{report[-half:]}"
