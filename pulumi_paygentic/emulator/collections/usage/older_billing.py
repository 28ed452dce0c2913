"""Older billing: only it has reservations, and usage that is reported rather than sent as events."""

from __future__ import annotations

from pulumi_paygentic.emulator.errors import BadRequest
from pulumi_paygentic.emulator.http.context import Context
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.store import Record

_OLDER = 0
"""The billing version of plans that can no longer be made."""


def refuse_new_plans(cx: Context, subscription: Record) -> None:
    """Refuse an older call for a subscription to a plan of today, if the emulator is strict."""
    plan = cx.store.get(kinds.PLAN, subscription["planId"]) or {}
    if cx.emulator.strict and plan.get("billingVersion") != _OLDER:
        raise BadRequest(
            "The subscription's plan has billing version 1: send usage to /v0/events, and ask /v1/entitlements for"
            " access before the work.",
            code="BILLING_VERSION_NOT_SUPPORTED",
            details={"planId": subscription["planId"], "billingVersion": plan.get("billingVersion")},
        )
