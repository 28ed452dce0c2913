"""The part of the service that talks to Paygentic: admit a submission before it runs, and bill it after.

BillingError
├── InsufficientFunds   the customer can't pay for it
├── UnknownCustomer     there is none, or none with a subscription to this catalog
├── Refused             anything else that will be refused again
└── Unavailable         no response, or one that says: later
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential
from tenacity.stop import stop_after_attempt, stop_before_delay

from service.ledger import Submission

_PAUSE = wait_random_exponential(multiplier=0.2, max=5)
_ENOUGH = stop_after_attempt(4) | stop_before_delay(10)


class BillingError(Exception):
    pass


class InsufficientFunds(BillingError):
    pass


class UnknownCustomer(BillingError):
    pass


class Refused(BillingError):
    pass


class Unavailable(BillingError):
    """`untouched` says that for sure nothing was done; `retry_after` is when to come again, in seconds."""

    def __init__(self, message: str, *, untouched: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.untouched = untouched
        self.retry_after = retry_after


class Billing(Protocol):
    """One way to bill: that of the tutorial, or that of the current API."""

    async def reserve(self, submission: Submission, seconds: int) -> str | None:
        """Admit a submission that may run for so many seconds; return the id of its reservation, if it has one.

        No other coroutine may run between the decision and the return: the caller then adds it to the ledger.
        """

    async def report(self, submission: Submission) -> str:
        """Bill what was used, once however often it is repeated; return an id of the usage."""


class Account:
    """The merchant's account. The client carries the address and the key."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def call(
        self,
        method: str,
        path: str,
        expected: int,
        *,
        repeat: Callable[[Unavailable], bool] = lambda _: True,
        **request: Any,
    ) -> dict[str, Any]:
        """Return the JSON object of the expected response; repeat the call as long as `repeat` allows it."""
        retrying = AsyncRetrying(
            retry=retry_if_exception(lambda error: isinstance(error, Unavailable) and repeat(error)),
            wait=_pause,
            stop=_ENOUGH,
            reraise=True,
        )
        return await retrying(self._once, method, path, expected, request)

    async def _once(self, method: str, path: str, expected: int, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            response = await self._http.request(method, path, **request)
        except httpx.RequestError as error:
            untouched = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            raise Unavailable(f"no answer ({type(error).__name__})", untouched=untouched) from None
        body = _json(response)
        if response.status_code == expected and body:
            return body
        raise _error(response, body.get("code"))


def _error(response: httpx.Response, code: object) -> BillingError:
    """By status and code, never by the message: that is for people, and may name what no log should."""
    status = response.status_code
    reason = f"{status} {code}" if isinstance(code, str) else str(status)
    if status == 400 and code == "INSUFFICIENT_FUNDS":
        return InsufficientFunds(reason)
    if status == 404 or (status == 400 and code == "NO_SUBSCRIPTION"):
        return UnknownCustomer(reason)
    if status in {401, 403, 408, 429} or not 400 <= status < 500:  # a key can be mended, and then it goes on
        after = response.headers.get("retry-after", "")
        seconds = float(after) if after.isascii() and after.isdecimal() and len(after) < 9 else None
        return Unavailable(reason, untouched=status == 429, retry_after=seconds)
    return Refused(reason)


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, Unavailable) else None
    return _PAUSE(state) if asked is None else asked
