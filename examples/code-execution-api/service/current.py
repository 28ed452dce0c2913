"""Billing on the current API: the allowance is read before the run, and events are reported after it.

The plan entitles its customers to seconds, by a metered feature with a hard limit. The API reserves nothing, so the
ledger does: what is under way, and what ran and is not reported yet, counts as used.
"""

from __future__ import annotations

import asyncio
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from service.billing import Account, InsufficientFunds, Unavailable, UnknownCustomer
from service.catalog import Catalog, Prepaid
from service.ledger import Ledger, Submission

SOURCE = "https://example.com/code-execution"


class Entitlement(BaseModel):
    """The part of an entitlement that decides; a soft limit lets usage beyond the balance pass."""

    status: str
    has_access: bool = Field(alias="hasAccess")
    balance: float = 0
    is_soft: bool = Field(alias="isSoftLimit", default=False)


class CurrentBilling:
    """`GET /v1/entitlements` before a run of at most `limit` seconds, `POST /v0/events` after it."""

    def __init__(self, account: Account, catalog: Catalog, prepaid: Prepaid, ledger: Ledger, limit: int) -> None:
        self._account = account
        self._catalog = catalog
        self._prepaid = prepaid
        self._ledger = ledger
        self._limit = limit

    async def reserve(self, submission: Submission, seconds: int) -> None:
        """Admit the submission if the allowance covers all that it and those before it may still use.

        A submission that is billed while the balance is read counts twice rather than not at all.
        """
        before = self._ledger.unsettled(submission.customer)
        entitlements = await self._entitlements(submission.customer)
        if not entitlements:
            raise UnknownCustomer("no active entitlement")
        claimed = {**before, **self._ledger.unsettled(submission.customer)}
        used = sum(self._limit if used is None else used for used in claimed.values())
        left = sum(one.balance for one in entitlements) - used
        if not any(one.has_access for one in entitlements):
            raise InsufficientFunds("the allowance is used up")
        if left < seconds and not any(one.is_soft for one in entitlements):
            raise InsufficientFunds("the allowance does not cover the run")

    async def report(self, submission: Submission) -> str:
        """Bill one submission and its seconds; return the key of the first event.

        It can be repeated: the submission's id is that key, and begins the key of the second.
        """
        reported = [self._post(submission, self._prepaid.events[submission.tier], submission.id, {})]
        if submission.seconds:
            data = {"seconds": submission.seconds}
            key = f"{submission.id}-seconds"
            reported.append(self._post(submission, self._prepaid.seconds_event, key, data))
        ended = await asyncio.gather(*reported, return_exceptions=True)
        for error in ended:
            if isinstance(error, BaseException):
                raise error
        return submission.id

    async def _entitlements(self, customer: str) -> list[Entitlement]:
        """The customer's active entitlements to the feature."""
        query = {
            "merchantId": self._catalog.merchant,
            "customerId": customer,
            "productId": self._prepaid.product,
            "featureKey": self._prepaid.feature,
            "limit": "100",
        }
        found = await self._account.call("GET", "/v1/entitlements", 200, params=query)
        try:
            listed = [Entitlement.model_validate(one) for one in found["data"]]
        except (KeyError, TypeError, ValidationError):
            raise Unavailable("200, but not with entitlements") from None
        return [one for one in listed if one.status == "active"]

    async def _post(self, submission: Submission, kind: str, key: str, data: dict[str, int]) -> dict[str, Any]:
        event = {
            "type": kind,
            "source": SOURCE,
            "subject": submission.customer,
            "timestamp": submission.started,
            "idempotencyKey": key,
            "namespace": self._catalog.merchant,
            "data": data,
        }
        return await self._account.call("POST", "/v0/events", 202, json=event)
