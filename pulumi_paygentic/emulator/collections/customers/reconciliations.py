"""Reconciliations of a subscription's entitlements with the present features of its plan."""

from __future__ import annotations

from typing import Any

from pulumi_paygentic.emulator.billing import clocks
from pulumi_paygentic.emulator.collections.customers import plan_features
from pulumi_paygentic.emulator.errors import BadRequest
from pulumi_paygentic.emulator.http.context import Answer, Context
from pulumi_paygentic.emulator.http.fields import omitted
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.store import Record


class Reconciliation(Body):
    dry_run: bool = omitted()


def reconcile(cx: Context) -> Answer:
    subscription = cx.require(kinds.SUBSCRIPTION, cx.params["id"])
    dry_run = bool(cx.body(Reconciliation).dry_run)
    if subscription["status"] != "active":
        raise BadRequest("The subscription is not active.", code="NOT_ACTIVE")
    now = clocks.time_of(cx.store, subscription, cx.clock.now())
    done = plan_features.reconcile(cx.store, subscription, now, dry_run=dry_run)
    answer = {
        "object": "subscriptionReconciliation",
        "dryRun": dry_run,
        "features": {
            "added": [{**_named(offer.feature), "billed": offer.billed} for offer in done.added],
            "skipped": [_named(feature) for feature in done.skipped],
            "removed": [_named(feature) for feature in done.removed],
            "failed": [{**_named(feature), "reason": "entitlement_failed"} for feature in done.failed],
        },
        "lineItems": {"created": done.lines_created, "removed": done.lines_removed},
    }
    return Answer(200 if dry_run or done.failed else 201, answer)


def _named(feature: Record) -> dict[str, Any]:
    return {"featureId": feature["id"], "featureKey": feature["key"]}
