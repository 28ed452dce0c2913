"""A checkout link for one user on one plan, in the two forms that the API has had for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from pulumi_paygentic.catalog.behaviour import create_only, local, read_only
from pulumi_paygentic.catalog.model import CatalogObject, Values
from pulumi_paygentic.catalog.unknown import UNKNOWN
from pulumi_paygentic.catalog.values import Email, Flag, MerchantId, Number, PlanId, Text, Timestamp, Url
from pulumi_paygentic.catalog.violations import Violation

Minutes = Annotated[Number, Field(ge=1, le=525_600)]
LinkFlow = Literal["authorization", "subscription"]
SESSION_MINUTES: Final = 240.0
"""The time that the payment session of a new subscription lasts, unless another is asked for."""


class AuthorizationLink(CatalogObject):
    """A checkout session; there is neither list nor change nor delete for it in the API."""

    path: ClassVar[str] = "/v0/customers/authorization"
    id_prefix: ClassVar[str] = ""
    title: ClassVar[str] = "authorization link"
    listed_by: ClassVar[str | None] = None

    merchant_id: Annotated[MerchantId, create_only()]
    plan_id: Annotated[PlanId, create_only()]
    email: Annotated[Email, create_only(secret=True)]
    redirect_url: Annotated[Url | None, create_only(default=None)] = None
    flow: Annotated[LinkFlow | None, local(default="authorization", at_creation=True)] = None
    session_expiry_minutes: Annotated[Minutes | None, local(default=SESSION_MINUTES, at_creation=True)] = None
    renew: Annotated[Flag | None, local(default=False)] = None
    resend: Annotated[Flag | None, local(default=False)] = None
    url: Annotated[Text | None, read_only(secret=True)] = None
    status: Annotated[Text | None, read_only()] = None
    expires_at: Annotated[Timestamp | None, read_only()] = None
    merchant_name: Annotated[Text | None, read_only()] = None
    plan_name: Annotated[Text | None, read_only()] = None
    customer_id: Annotated[Text | None, read_only()] = None

    @classmethod
    def rules(cls, given: Values) -> Iterator[Violation]:
        """The length of a session can be chosen only where the API takes one."""
        if "session_expiry_minutes" in given and given.get("flow") not in {"subscription", UNKNOWN}:
            yield Violation("session_expiry_minutes", "is only for flow='subscription': remove it, or declare that")

    @classmethod
    def variant(cls, given: Values) -> type[CatalogObject]:
        """With `flow="subscription"` a subscription that waits for payment."""
        return SubscriptionLink if given.get("flow") == "subscription" else AuthorizationLink

    @classmethod
    def implied_by(cls, object_id: str) -> dict[str, Any]:
        """The flow of a subscription."""
        return {"flow": "subscription"} if object_id.startswith("sub_") else {}


class SubscriptionLink(AuthorizationLink):
    """A subscription that waits for payment, as a link; the API lists those of one customer."""

    path: ClassVar[str] = "/v0/subscriptions"
    id_prefix: ClassVar[str] = "sub"
    listed_by: ClassVar[str | None] = "customer_id"
    natural_key: ClassVar[tuple[str, ...]] = ("plan_id", "email")

    @classmethod
    def flatten(cls, answer: Mapping[str, Any]) -> dict[str, Any]:
        """The subscription's own ids, and its payment's address while it has one."""
        statuses = {"pending_payment": "pending", "active": "completed", "terminated": "expired"}
        payment = answer.get("payment") or {}
        flat = {name: answer.get(name) for name in ("merchantId", "planId", "customerId")}
        return {**flat, "status": statuses.get(str(answer.get("status"))), "url": payment.get("checkoutUrl")}
