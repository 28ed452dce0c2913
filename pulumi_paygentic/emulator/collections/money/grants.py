"""Grants of credits on metered entitlements: one for each idempotency key, voided rather than deleted."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from pulumi_paygentic.emulator.billing import entitlements, grants
from pulumi_paygentic.emulator.billing.grants import UNLIMITED
from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.collections.catalog.entitlement_templates import Credits, Priority
from pulumi_paygentic.emulator.collections.money.entitlements import required
from pulumi_paygentic.emulator.errors import NotFound, refuse
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.http.fields import DateTime, omitted
from pulumi_paygentic.emulator.http.query import Page
from pulumi_paygentic.emulator.http.schema import Body
from pulumi_paygentic.emulator.storage import kinds
from pulumi_paygentic.emulator.storage.clock import timestamp
from pulumi_paygentic.emulator.storage.store import Record


class CreateGrant(Body):
    amount: Annotated[float, Field(gt=0, le=UNLIMITED)]
    idempotency_key: Annotated[str, StringConstraints(max_length=255)]
    effective_at: DateTime = omitted()
    expires_at: DateTime | None = None
    reset_max_rollover: Credits = omitted()
    reset_min_rollover: Credits = omitted()
    priority: Priority = omitted()


@registry.register
def operations() -> Operations:
    path = "/v1/entitlements/{entitlementId}/grants"
    return {
        path: {"POST": create_grant, "GET": list_grants},
        f"{path}/{{grantId}}": {"GET": read_grant, "DELETE": void_grant},
    }


def create_grant(cx: Context) -> Answer:
    entitlement = required(cx)
    given = cx.body(CreateGrant).given()
    if entitlement["template"]["type"] != "metered":
        raise refuse("entitlementId", "is not metered")
    for known in cx.store.find(kinds.GRANT, {"entitlementId": entitlement["id"]}):
        if known["idempotencyKey"] == given["idempotencyKey"]:
            return Answer(201, _present(known))
    record = grants.grant(cx.store, entitlement, given, entitlements.now_of(cx.store, entitlement, cx.clock.now()))
    return Answer(201, _present(record))


def list_grants(cx: Context) -> Answer:
    page = Page(
        limit=query.whole_number(cx.query, "limit", 20, least=1, most=100),
        offset=query.whole_number(cx.query, "offset", 0, least=0, most=2**63 - 1),
    )
    with_voided = query.flag(cx.query, "includeVoided")
    grants = cx.store.find(kinds.GRANT, {"entitlementId": required(cx)["id"]})
    found = [_present(grant) for grant in grants if with_voided or grant["voidedAt"] is None]
    return Answer(200, page.answer(found[page.offset : page.offset + page.limit], len(found), listed=True))


def read_grant(cx: Context) -> Answer:
    return Answer(200, _present(_grant(cx)))


def void_grant(cx: Context) -> Answer:
    grant = _grant(cx)
    if grant["voidedAt"] is None:
        grant["voidedAt"] = _stamp(cx, required(cx))
        cx.store.put(grant)
    return Answer(200, _present(grant))


def _present(grant: Record) -> Record:
    """The grant as the API answers it; its customer is stored for the customer's reset."""
    return {name: value for name, value in grant.items() if name != "customerId"}


def _stamp(cx: Context, entitlement: Record) -> str:
    return timestamp(entitlements.now_of(cx.store, entitlement, cx.clock.now()))


def _grant(cx: Context) -> Record:
    grant = cx.require(kinds.GRANT, cx.params["grantId"])
    if grant["entitlementId"] != required(cx)["id"]:
        raise NotFound("The entitlement has no such grant.")
    return grant
