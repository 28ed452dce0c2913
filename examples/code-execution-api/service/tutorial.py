"""Billing as the vendor's tutorial has it: funds of a wallet are reserved before the run, and usage is reported after.

The calls belong to the older billing. The vendor's guide says that they fail on plans that are made today.
"""

from __future__ import annotations

from typing import Any

from service.billing import Account, Unavailable
from service.catalog import Catalog
from service.ledger import Submission


class TutorialBilling:
    """`POST /v0/entitlements` before a run, `POST /v0/usage` after it."""

    def __init__(self, account: Account, catalog: Catalog) -> None:
        self._account = account
        self._catalog = catalog

    async def reserve(self, submission: Submission, seconds: int) -> str:
        """Reserve the most that the submission may cost; return the reservation's id.

        It has no key that would make a second one the same, so it is repeated only if the first had no effect: what a
        lost response reserved is free again when it expires.
        """
        wanted = self._quantities(submission, seconds)
        body = {"customerId": submission.customer, "entitlementData": wanted}
        return await self._post("/v0/entitlements", body, repeat=lambda error: error.untouched)

    async def report(self, submission: Submission) -> str:
        """Bill what was used; return the usage's id. It can be repeated: the submission's id is its key."""
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
        sent = {**body, "merchantId": self._catalog.merchant}
        created = await self._account.call("POST", path, 201, repeat=repeat, json=sent)
        if not isinstance(created.get("id"), str):
            raise Unavailable("201 without an id")
        return str(created["id"])
