"""Request bodies of subscriptions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pulumi_paygentic.emulator.collections.customers.customers import Address, TaxRates
from pulumi_paygentic.emulator.http.fields import (
    CustomerId,
    DateTime,
    Email,
    ExactDuration,
    PlanId,
    ReminderDays,
    Uri,
    omitted,
)
from pulumi_paygentic.emulator.http.schema import Body

_LONGEST_SESSION = 60 * 24 * 366 * 10
"""Ten years, in minutes."""
ChangeReason = Literal["commercial", "correction", "migration", "unspecified"]


class SubscriptionAddress(Address):
    country: Annotated[str, StringConstraints(min_length=2, max_length=2)]
    zip_code: str


class SubscriptionCustomer(Body):
    name: str
    email: Email
    address: SubscriptionAddress
    phone: str = omitted()
    tax_rates: TaxRates = omitted()


class RedirectUrls(Body):
    on_success: Uri = omitted()
    on_failure: Uri = omitted()


class CreateSubscription(Body):
    name: str
    plan_id: PlanId
    started_at: DateTime
    customer: SubscriptionCustomer = omitted()
    customer_id: CustomerId = omitted()
    auto_charge: bool = omitted()
    tax_exempt: bool = omitted()
    ending_at: DateTime = omitted()
    redirect_urls: RedirectUrls = omitted()
    elapsed_period_billing: Literal["none", "per_period"] = omitted()
    test_clock_id: str = omitted()
    renewal_reminder_enabled: bool | None = None
    renewal_reminder_days: ReminderDays | None = None
    payment_term_days: Annotated[int, Field(ge=0, le=365)] = omitted()
    bank_transfer_only: bool = omitted()
    session_expiry_minutes: Annotated[float, Field(ge=1, le=_LONGEST_SESSION)] = omitted()
    version_policy: Literal["floating", "pinned"] = omitted()
    metadata: dict[str, str | int | float | bool] = omitted()
    change_reason: ChangeReason = omitted()


class UpdateSubscription(Body):
    ending_at: DateTime = omitted()
    status: Literal["active", "terminated"] = omitted()
    terminated_at: DateTime = omitted()
    terminated_by: str = omitted()
    termination_reason: str = omitted()
    auto_charge: bool = omitted()
    tax_exempt: bool = omitted()
    renewal_reminder_enabled: bool | None = None
    renewal_reminder_days: ReminderDays | None = None
    payment_term_days: Annotated[int, Field(ge=0, le=365)] = omitted()
    version_policy: Literal["floating", "pinned"] = omitted()


class PortalLink(Body):
    expires_in: ExactDuration = omitted()


class StartedBefore(Body):
    started_before: DateTime


class Termination(Body):
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    change_reason: ChangeReason = omitted()
