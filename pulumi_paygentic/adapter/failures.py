"""How an error leaves the provider: one line for what was foreseen, everything for a bug.

The SDK turns an exception into a traceback, and Python prints of one whose limit is 0 just its name and message: so the
limit is set for the whole process, and a bug brings its own traceback along as its message.
"""

from __future__ import annotations

import functools
import sys
import traceback
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from pulumi_paygentic.api import PaygenticError, redact

P = ParamSpec("P")
R = TypeVar("R")


class Failure(Exception):
    """A foreseen error; its message says what, on which object, and what to do now."""


class Bug(Exception):
    """An error that nobody foresaw, with its traceback."""


# A traceback prints `module.Class: message`; of builtins only the class.
for _class, _name in ((Failure, "paygentic"), (Bug, "a bug in pulumi-paygentic, please report it")):
    _class.__module__, _class.__qualname__ = "builtins", _name


def told(method: Callable[P, R]) -> Callable[P, R]:
    """Let a method's errors out in this form."""

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        sys.tracebacklimit = 0
        try:
            return method(*args, **kwargs)
        except PaygenticError as error:
            raise Failure(str(error)) from None
        except Exception:  # noqa: BLE001  whatever it is, it is a bug
            raise Bug(redact(traceback.format_exc(limit=100))) from None

    return call
