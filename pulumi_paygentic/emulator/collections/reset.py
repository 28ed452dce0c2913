"""The reset of a merchant, the API's only way to remove products, metrics and plans. Production has none."""

from __future__ import annotations

from typing import Literal

from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.collections.catalog import external_references
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.http.fields import CustomerId
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.kinds import Scope


class ResetScope(Body):
    scope: Literal["merchant", "customer"]


class MerchantScope(Body):
    keep_catalog: bool


class CustomerScope(Body):
    customer_id: CustomerId


@registry.register
def operations() -> Operations:
    return {"/v0/merchants/{merchantId}/reset": {"POST": reset}}


def reset(cx: Context) -> Answer:
    cx.require_merchant(cx.params["merchantId"], kinds.MERCHANT)
    if cx.body(ResetScope).scope == "customer":
        _forget(cx, cx.body(CustomerScope).customer_id)
    else:
        keep_catalog = cx.body(MerchantScope).keep_catalog
        scopes = (Scope.CUSTOMER,) if keep_catalog else (Scope.CUSTOMER, Scope.CATALOG)
        for customer in cx.store.find(kinds.CUSTOMER, merchant=cx.merchant):
            external_references.drop(cx.store, customer["id"])
        cx.store.purge(kinds.within(*scopes), cx.merchant)
        cx.store.forget(cx.merchant)
    return Answer(204)


def _forget(cx: Context, customer_id: str) -> None:
    customer = cx.require(kinds.CUSTOMER, customer_id)
    for kind in kinds.within(Scope.CUSTOMER):
        for record in cx.store.find(kind, {"customerId": customer["id"]}):
            cx.store.delete(record["id"])
    external_references.drop(cx.store, customer["id"])
    cx.store.forget(cx.merchant, customer["id"])
    cx.store.delete(customer["id"])
