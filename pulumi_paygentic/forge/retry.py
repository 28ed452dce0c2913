"""The retry policy: what passes by itself is tried again, no sooner than the forge asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from pulumi_paygentic.forge.errors import ForgeError, Passing

#: Attempts in all; between them 1, 2, 4, 8 and 16 seconds, and up to one more.
ATTEMPTS: Final = 6
#: The longest wait, in seconds, that a job is held for; a rate limit that lasts longer is an error at once.
MOST_WAIT: Final = 180.0

_backoff = wait_exponential_jitter(initial=1, max=30, jitter=1)


def retrying(sleep: Callable[[float], None]) -> Retrying:
    """Return tenacity's loop around something that is safe to repeat. The last error is raised itself."""
    return Retrying(
        retry=retry_if_exception(_passes), stop=stop_after_attempt(ATTEMPTS), wait=_wait, sleep=sleep, reraise=True
    )


def _passes(error: BaseException) -> bool:
    return isinstance(error, Passing) and not error.exhausted and (error.after or 0) <= MOST_WAIT


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.after if isinstance(error, Passing) and error.after else 0.0
    return max(asked, _backoff(state)) if isinstance(error, ForgeError) else asked
