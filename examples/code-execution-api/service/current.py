"""Billing on the current API: the allowance is read before the run, and events are reported after it.

The plan entitles its customers to seconds, by a metered feature with a hard limit. The API reserves nothing, so the
ledger does: what is under way, and what ran and is not reported yet, counts as used.
"""

from __future__ import annotations

import asyncio
from typing import Any

from service.billing import Account, InsufficientFunds, UnknownCustomer
from service.catalog import Catalog, Prepaid
from service.ledger import Ledger, Submission

SOURCE = "https://example.com/code-execution"


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
        live = [one for one in entitlements if one.get("status") == "active"]
        if not live:
            raise UnknownCustomer("no active entitlement")
        claimed = {**before, **self._ledger.unsettled(submission.customer)}
        balance = sum(one.get("balance", 0) for one in live)
        used = sum(self._limit if used is None else used for used in claimed.values())
        if not any(one.get("hasAccess") for one in live) or balance - used < seconds:
            raise InsufficientFunds("the allowance is used up")

    async def report(self, submission: Submission) -> str:
        """Bill one submission and its seconds; return the id of the first event.

        It can be repeated: the submission's id is the key of the first event, and begins that of the second.
        """
        reported = [self._post(submission, self._prepaid.events[submission.tier], submission.id, {})]
        if submission.seconds:
            data = {"seconds": submission.seconds}
            key = f"{submission.id}-seconds"
            reported.append(self._post(submission, self._prepaid.seconds_event, key, data))
        first, *_ = await asyncio.gather(*reported)
        return str(first["id"])

    async def _entitlements(self, customer: str) -> list[dict[str, Any]]:
        """The customer's entitlements to the feature."""
        query = {
            "merchantId": self._catalog.merchant,
            "customerId": customer,
            "productId": self._prepaid.product,
            "featureKey": self._prepaid.feature,
            "limit": "100",
        }
        found = await self._account.call("GET", "/v1/entitlements", 200, params=query)
        return list(found["data"])

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
