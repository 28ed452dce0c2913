"""Records of edits of price intervals, the oldest first: the reason, and each interval before and after."""

from __future__ import annotations

from typing import Any, get_args

from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.collections.customers.subscription_bodies import ChangeReason
from pulumi_paygentic.emulator.errors import refuse
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import timestamp
from pulumi_paygentic.emulator.storage.kinds import Scope
from pulumi_paygentic.emulator.storage.store import Record

KIND = kinds.define("subscriptionIntervalChange", "sic_", "subscriptions", Scope.CUSTOMER)
_SHOWN = (
    *("priceId", "priceKey", "planVersionId", "unitPrice", "baseQuantity", "quantityTransitions", "billingCadence"),
    *("billingMode", "billDate", "startDate", "endDate"),
)


@registry.register
def operations() -> Operations:
    return {
        "/v0/subscriptions/{id}/intervalChanges": {"GET": list_of_subscription},
        "/v0/intervalChanges": {"GET": list_all},
    }


def record_change(cx: Context, subscription: Record, given: Record, pairs: list[Any]) -> Record:
    """Store the record of an edit, and return it as the API answers it."""
    record = {
        "id": KIND.new_id(),
        "merchantId": cx.merchant,
        "subscriptionId": subscription["id"],
        "customerId": subscription["customerId"],
        "changeReason": given.get("changeReason", "unspecified"),
        "description": given.get("description"),
        "metadata": given.get("metadata", {}),
        "createdAt": cx.clock.stamp(),
        "intervals": [
            {"intervalId": interval_id, "before": _copy(cx, before), "after": _copy(cx, after)}
            for interval_id, before, after in pairs
        ],
    }
    cx.store.insert(KIND, cx.merchant, record)
    return _present(record)


def list_of_subscription(cx: Context) -> Answer:
    subscription = cx.require(kinds.SUBSCRIPTION, cx.params["id"])
    return _page(cx, cx.store.find(KIND, {"subscriptionId": subscription["id"]}))


def list_all(cx: Context) -> Answer:
    start, end = query.moment(cx.query, "from"), query.moment(cx.query, "to")
    reason = cx.query.get("changeReason")
    if reason is not None and reason not in get_args(ChangeReason):
        raise refuse("changeReason", f"must be one of {', '.join(get_args(ChangeReason))}", "enum")
    found = [
        one
        for one in cx.store.find(KIND, merchant=cx.merchant)
        if reason in {None, one["changeReason"]}
        and (start is None or one["createdAt"] >= timestamp(start))
        and (end is None or one["createdAt"] < timestamp(end))
    ]
    return _page(cx, found)


def _page(cx: Context, found: list[Record]) -> Answer:
    page = query.page(cx.query)
    shown = [_present(one) for one in found[page.offset : page.offset + page.limit]]
    return Answer(200, page.answer(shown, len(found), listed=False))


def _present(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "customerId"}


def _copy(cx: Context, one: Record | None) -> Record | None:
    """An interval as it was, with the rate that it charged then; of several rates the first tier's."""
    if one is None:
        return None
    price = cx.store.get(kinds.PRICE, one["priceId"]) or {"properties": {"unitPrice": "0"}}
    properties = price["properties"]
    catalog = properties["unitPrice"] if "unitPrice" in properties else properties["tiers"][0]["unitPrice"]
    return {**{name: one[name] for name in _SHOWN}, "resolvedUnitPrice": one["unitPrice"] or catalog}
