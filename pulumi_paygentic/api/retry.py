"""The retry policy, around tenacity's loop: the errors that are retried, and the wait before each attempt.

Errors that may pass are retried: 408, 429, 5xx, no connection, a lost or garbled response. GET, PATCH and DELETE are
safe to repeat. A POST creates an object each time, so it is repeated only if it certainly had no effect (no connection,
or 429, which the API answers before it does anything), or if the caller can search for the object that it may have
created. A 408 should mean that nothing was done, but gateways also send it when the service behind them was slow, and
one search costs less than a duplicate.
"""

from __future__ import annotations

import re
import time
from datetime import timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, cast

from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random_exponential

from pulumi_paygentic.api.api_errors import APIError
from pulumi_paygentic.api.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenacity import Future

    from pulumi_paygentic.api.request import Request

_SECONDS = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)


def parse_retry_after(value: str | None, date: str | None = None) -> float | None:
    """Return the seconds that a Retry-After header asks for, None if it is missing or says nothing that can be read.

    A point in time is counted from the answer's own Date header where there is one, so that a clock that is wrong here
    does not matter. One that is past is 0.
    """
    if value is None:
        return None
    if _SECONDS.fullmatch(value.strip()):
        return float(value)
    then = _timestamp(value)
    if then is None:
        return None
    now = _timestamp(date) if date else None
    return max(0.0, then - (time.time() if now is None else now))


def _timestamp(value: str) -> float | None:
    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


# Full jitter, in seconds: a random wait up to the first, doubled for every further one, never above the most.
FIRST_WAIT = 0.5
MAX_WAIT = 20.0
# A request that the server may still be processing gets this long to end before its object is searched for.
SETTLE = 2.0
# If a gateway, or this client, stopped waiting, the service may commit much later: the search is repeated after each of
# these waits, before a second object is created.
LATE_SEARCHES = (4.0, 8.0, 16.0)


def retrying(
    request: Request,
    *,
    max_retries: int,
    ends: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    too_late: Callable[[], RequestError],
) -> Retrying:
    """Return tenacity's loop for one request.

    `ends` is the moment of `clock` after which no attempt begins: a wait that would go past it is not begun either, and
    what `too_late` returns is raised. When the retries are used up, the last error is raised itself.
    """
    jitter = wait_random_exponential(multiplier=FIRST_WAIT, max=MAX_WAIT)

    def may_pass(error: BaseException) -> bool:
        return isinstance(error, RequestError) and error.transient and request.is_repeatable(error)

    def wait(state: RetryCallState) -> float:
        error = _last(state)
        asked = error.retry_after if isinstance(error, APIError) and error.retry_after else 0.0
        settle = SETTLE if request.method == "POST" and error.maybe_committed else 0.0
        return max(asked, settle) + jitter(state)  # on top, or all threads with the same Retry-After come back at once

    def stop(state: RetryCallState) -> bool:
        return state.attempt_number > max_retries or clock() + state.upcoming_sleep > ends

    def give_up(state: RetryCallState) -> Any:
        error = _last(state)
        if state.attempt_number > max_retries:
            raise error
        raise too_late() from error

    return Retrying(retry=retry_if_exception(may_pass), wait=wait, stop=stop, sleep=sleep, retry_error_callback=give_up)


def _last(state: RetryCallState) -> RequestError:
    """Return what ended the last attempt; nothing but a `RequestError` is tried again."""
    return cast("RequestError", cast("Future", state.outcome).exception())
