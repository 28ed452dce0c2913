"""Features of a plan's prices, given to its subscribers as entitlements.

They are given when a subscription starts. A change of the plan reaches them only by a reconciliation.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pulumi_paygentic.emulator.billing import entitlements, price_snapshots, schedule
from pulumi_paygentic.emulator.billing.rating import ONCE
from pulumi_paygentic.emulator.collections.catalog.entitlement_templates import template_of
from pulumi_paygentic.emulator.storage import kinds, version_lines
from pulumi_paygentic.emulator.storage.clock import parse_date_time, timestamp
from pulumi_paygentic.emulator.storage.store import Record, Store


class Offer(NamedTuple):
    """A feature of a plan, the template that its first price has for it, and whether any price of it recurs."""

    feature: Record
    template: dict[str, Any]
    billed: bool


class Reconciled(NamedTuple):
    """The outcome of a reconciliation by feature, and the counts of features changed on the open invoice."""

    added: list[Offer]
    skipped: list[Record]
    removed: list[Record]
    failed: list[Record]
    lines_created: int
    lines_removed: int


def offers(store: Store, subscription: Record) -> dict[str, Offer]:
    """The features of the version that the subscription bills from, by id."""
    found: dict[str, Offer] = {}
    for _, _, price in version_lines.prices_of(store, price_snapshots.version_of(store, subscription)):
        billed = price.get("pricingUnitId") is None and price["billingCadence"] != ONCE
        for attached in price["features"]:
            known = found.get(attached["featureId"])
            feature = store.get(kinds.FEATURE, attached["featureId"])
            if known is not None:
                found[attached["featureId"]] = known._replace(billed=known.billed or billed)
            elif feature is not None:
                found[feature["id"]] = Offer(feature, attached["entitlementTemplate"], billed)
    return found


def provision(store: Store, subscription: Record) -> None:
    """Give a new subscription its plan's features; a reconciliation names those that fail."""
    for offer in offers(store, subscription).values():
        _entitle(store, subscription, offer, parse_date_time(subscription["billingStartsAt"]))


def reconcile(store: Store, subscription: Record, now: datetime, *, dry_run: bool) -> Reconciled:
    """Add and remove entitlements, and lines of the open invoice, as the plan is by now."""
    offered, held = offers(store, subscription), _held(store, subscription, now)
    new = [offer for feature_id, offer in offered.items() if feature_id not in held]
    gone = [record for feature_id, record in held.items() if feature_id not in offered]
    failed = [offer for offer in new if template_of(offer.feature, offer.template) is None]
    added = [offer for offer in new if offer not in failed]
    charged = [offer.feature["id"] for offer in added if offer.billed]
    result = Reconciled(
        added,
        [offered[feature_id].feature for feature_id in offered if feature_id in held],
        [_feature(store, record["featureId"]) for record in gone],
        [offer.feature for offer in failed],
        *_sync(store, subscription, charged, [record["featureId"] for record in gone], dry_run=dry_run),
    )
    if not dry_run:
        for offer in added:
            _entitle(store, subscription, offer, now)
        for record in gone:
            _cancel(store, record, now)
    return result


def _sync(
    store: Store, subscription: Record, added: Sequence[str], removed: Sequence[str], *, dry_run: bool
) -> tuple[int, int]:
    """Add and remove the features' lines on the open invoice; return the numbers of features."""
    invoice = schedule.current(store, subscription["id"])
    if invoice is None:
        return 0, 0
    before = invoice["terms"]
    keys = {term["key"] for term in before}
    came = [
        t for t in price_snapshots.snapshot(store, subscription) if t["key"] not in keys and _features(t) & set(added)
    ]
    went = [t for t in before if _features(t) & set(removed)]
    if not dry_run:
        store.put({**invoice, "terms": [*(term for term in before if term not in went), *came]})
    return _count(came, added), _count(went, removed)


def _count(found: Sequence[price_snapshots.PriceSnapshot], features: Sequence[str]) -> int:
    return len(set(features) & {feature for term in found for feature in _features(term)})


def _features(term: price_snapshots.PriceSnapshot) -> set[str]:
    return {attached["featureId"] for attached in term["price"]["features"]}


def _held(store: Store, subscription: Record, now: datetime) -> dict[str, Record]:
    found = store.find(kinds.ENTITLEMENT, {"subscriptionId": subscription["id"]})
    return {record["featureId"]: record for record in found if entitlements.status_of(store, record, now) == "active"}


def _entitle(store: Store, subscription: Record, offer: Offer, since: datetime) -> None:
    template = template_of(offer.feature, offer.template)
    if template is not None:
        given = {
            "customerId": subscription["customerId"],
            "featureId": offer.feature["id"],
            "subscriptionId": subscription["id"],
            "template": template,
        }
        entitlements.entitle(store, subscription["merchantId"], given, since)


def _cancel(store: Store, record: Record, now: datetime) -> None:
    stamp = timestamp(now)
    store.put({**record, "canceledAt": stamp})
    for grant in store.find(kinds.GRANT, {"entitlementId": record["id"]}):
        if grant["voidedAt"] is None:
            store.put({**grant, "voidedAt": stamp})


def _feature(store: Store, feature_id: str) -> Record:
    """The feature; a deleted one has its id alone."""
    return store.get(kinds.FEATURE, feature_id) or {"id": feature_id, "key": ""}
