"""The merchant's reset: the API's only way to remove products, metrics and plans. Never offered in production."""

from __future__ import annotations

from typing import Literal

from pulumi_paygentic.emulator import kinds
from pulumi_paygentic.emulator.context import Answer, Context
from pulumi_paygentic.emulator.fields import CustomerId
from pulumi_paygentic.emulator.routing import Operations
from pulumi_paygentic.emulator.schema import Body


class Scope(Body):
    scope: Literal["merchant", "customer"]


class MerchantScope(Body):
    keep_catalog: bool


class CustomerScope(Body):
    customer_id: CustomerId


def operations() -> Operations:
    return {"/v0/merchants/{merchantId}/reset": {"POST": reset}}


def reset(cx: Context) -> Answer:
    cx.require_merchant(cx.params["merchantId"], kinds.Kind("merchant", "org_", "merchants"))
    if cx.body(Scope).scope == "customer":
        _forget(cx, cx.body(CustomerScope).customer_id)
    else:
        keep_catalog = cx.body(MerchantScope).keep_catalog
        cx.store.purge(kinds.CUSTOMERS + (() if keep_catalog else kinds.CATALOG), cx.merchant)
        cx.store.forget(cx.merchant)
    return Answer(204)


def _forget(cx: Context, customer_id: str) -> None:
    customer = cx.require(kinds.CUSTOMER, customer_id)
    for kind in (kinds.SUBSCRIPTION, kinds.AUTHORIZATION, kinds.INVOICE, kinds.ENTITLEMENT, kinds.GRANT):
        for record in cx.store.find(kind, {"customerId": customer["id"]}):
            cx.store.delete(record["id"])
    cx.store.forget(cx.merchant, customer["id"])
    cx.store.delete(customer["id"])
