"""What the service asks of Paygentic: to hold funds before a run, and to bill what was used after it.

BillingError
├── InsufficientFunds   the customer can't pay for it
├── UnknownCustomer     there is none, or none with a subscription to this catalog
├── Refused             anything else that will be refused again
└── Unavailable         no answer, or one that says: later
"""

from __future__ import annotations

from typing import Any

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential
from tenacity.stop import stop_after_attempt, stop_before_delay

from service.catalog import Catalog
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


class Billing:
    """The merchant's account. The client carries the address and the key."""

    def __init__(self, http: httpx.AsyncClient, catalog: Catalog) -> None:
        self._http = http
        self._catalog = catalog

    async def reserve(self, submission: Submission, seconds: int) -> str:
        """Hold what the submission may cost at most; answers the reservation's id.

        It has no key that would make a second one the same, so it is repeated only if the first was not taken: what a
        lost answer holds is free again when it expires.
        """
        wanted = self._quantities(submission, seconds)
        body = {"customerId": submission.customer, "entitlementData": wanted}
        return await self._post("/v0/entitlements", body, repeat=lambda error: error.untouched)

    async def report(self, submission: Submission) -> str:
        """Bill what was used; answers the usage's id. It can be repeated: the submission's id is its key."""
        body = {
            "idempotencyKey": submission.id,
            "customerId": submission.customer,
            "entitlementId": submission.reservation,
            "timestamp": submission.started,
            "properties": self._quantities(submission, submission.seconds or 0),
        }
        return await self._post("/v0/usage", body, repeat=lambda _: True)

    def _quantities(self, submission: Submission, seconds: int) -> list[dict[str, Any]]:
        """The API takes whole quantities of at least 1: no seconds are no entry."""
        counted = [{"billableMetricId": self._catalog.submissions[submission.tier], "quantity": 1}]
        return counted + ([{"billableMetricId": self._catalog.seconds, "quantity": seconds}] if seconds else [])

    async def _post(self, path: str, body: dict[str, Any], *, repeat: Any) -> str:
        retrying = AsyncRetrying(
            retry=retry_if_exception(lambda error: isinstance(error, Unavailable) and repeat(error)),
            wait=_pause,
            stop=_ENOUGH,
            reraise=True,
        )
        return await retrying(self._once, path, {**body, "merchantId": self._catalog.merchant})

    async def _once(self, path: str, body: dict[str, Any]) -> str:
        try:
            response = await self._http.post(path, json=body)
        except httpx.RequestError as error:
            untouched = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            raise Unavailable(f"no answer ({type(error).__name__})", untouched=untouched) from None
        answer = _json(response)
        if response.status_code == 201 and isinstance(answer.get("id"), str):
            return str(answer["id"])
        raise _error(response, answer.get("code"))


def _error(response: httpx.Response, code: object) -> BillingError:
    """By status and code, never by the message: that is for people, and may name what no log should."""
    status = response.status_code
    told = f"{status} {code}" if isinstance(code, str) else str(status)
    if status == 400 and code == "INSUFFICIENT_FUNDS":
        return InsufficientFunds(told)
    if status == 404 or (status == 400 and code == "NO_SUBSCRIPTION"):
        return UnknownCustomer(told)
    if status in {401, 403, 408, 429} or not 400 <= status < 500:  # a key can be mended, and then it goes on
        after = response.headers.get("retry-after", "")
        seconds = float(after) if after.isascii() and after.isdecimal() and len(after) < 9 else None
        return Unavailable(told, untouched=status == 429, retry_after=seconds)
    return Refused(told)


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, Unavailable) else None
    return _PAUSE(state) if asked is None else asked
