"""The form in which an error leaves the provider: one line for what was foreseen, everything for a bug."""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from pulumi_paygentic.adapter import sdk_internals
from pulumi_paygentic.api import PaygenticError, redact

P = ParamSpec("P")
R = TypeVar("R")


def reported(method: Callable[P, R]) -> Callable[P, R]:
    """Report a method's errors in this form; outside of a served call they are raised as they are."""

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except PaygenticError as error:
            sdk_internals.abort(f"paygentic: {error}")
            raise
        except Exception:
            report = redact(traceback.format_exc(limit=100))
            sdk_internals.abort(f"a bug in pulumi-paygentic, please report it: {report}")
            raise

    return call
