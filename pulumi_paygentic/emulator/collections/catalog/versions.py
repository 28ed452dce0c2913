"""Plan versions: every set of prices a plan has had, numbered from 1; one of them is the default."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pulumi_paygentic.emulator.billing import edits
from pulumi_paygentic.emulator.billing.subscription_counts import pinned_at_creation
from pulumi_paygentic.emulator.collections import registry
from pulumi_paygentic.emulator.collections.catalog import plan_lines
from pulumi_paygentic.emulator.collections.catalog.prices import present_price
from pulumi_paygentic.emulator.errors import Conflict, NotFound
from pulumi_paygentic.emulator.http import query
from pulumi_paygentic.emulator.http.context import Answer, Context, Operations
from pulumi_paygentic.emulator.http.fields import LineReference, OnlyTrue, PlanVersionId, PriceId, omitted
from pulumi_paygentic.emulator.http.query import whole_number
from pulumi_paygentic.emulator.http.schema import ClosedBody
from pulumi_paygentic.emulator.storage import kinds, version_lines
from pulumi_paygentic.emulator.storage.store import Record


class MintLine(ClosedBody):
    price_id: PriceId
    key: str = omitted()


class MintVersion(ClosedBody):
    prices: Annotated[list[Annotated[MintLine, LineReference]], Field(min_length=1)]
    based_on_version_id: PlanVersionId = omitted()


class TransitionVersion(ClosedBody):
    default: OnlyTrue


@registry.register
def operations() -> Operations:
    path = "/v0/plans/{id}/versions"
    return {path: {"GET": list_versions, "POST": mint}, f"{path}/{{versionNumber}}": {"GET": read, "PATCH": transition}}


def list_versions(cx: Context) -> Answer:
    plan = cx.require(kinds.PLAN, cx.params["id"])
    page, where = query.page(cx.query), {"planId": plan["id"]}
    versions = cx.store.find(kinds.PLAN_VERSION, where, limit=page.limit, offset=page.offset, newest_first=True)
    total = cx.store.count(kinds.PLAN_VERSION, where)
    return Answer(200, page.answer([_summary(cx, plan, version) for version in versions], total, listed=True))


def read(cx: Context) -> Answer:
    plan = cx.require(kinds.PLAN, cx.params["id"])
    return Answer(200, present(cx, plan, _numbered(cx, plan)))


def mint(cx: Context) -> Answer:
    plan = cx.require(kinds.PLAN, cx.params["id"])
    given = cx.body(MintVersion).given()
    current, expected = plan.get("defaultVersionId"), given.get("basedOnVersionId")
    if expected is not None and expected != current:
        raise Conflict(
            "The plan has moved on from that version.",
            code="PLAN_VERSION_STALE",
            details={"basedOnVersionId": expected, "currentVersionId": current},
        )
    plan = plan_lines.mint(cx, plan, given["prices"])
    _move(cx, plan)
    return Answer(201, present(cx, plan, cx.require(kinds.PLAN_VERSION, plan["defaultVersionId"])))


def transition(cx: Context) -> Answer:
    plan = cx.require(kinds.PLAN, cx.params["id"])
    version = _numbered(cx, plan)
    cx.body(TransitionVersion)
    if version["id"] != plan["defaultVersionId"]:
        plan = plan_lines.make_default(cx, plan, version)
        cx.store.put({**version, "updatedAt": cx.clock.stamp()})
        _move(cx, plan)
    return Answer(200, present(cx, plan, cx.require(kinds.PLAN_VERSION, version["id"])))


def _move(cx: Context, plan: Record) -> None:
    if plan["versionTransition"]["effectiveDate"] == "immediate":
        edits.move_now(cx.store, plan)


def present(cx: Context, plan: Record, version: Record) -> Record:
    prices = [
        {**present_price(cx, price), "currency": plan["currency"], "key": key, "priceDeleted": deleted}
        for key, deleted, price in version_lines.prices_of(cx.store, version["id"])
    ]
    based_on = {name: version[name] for name in ("basedOnVersionId",) if name in version}
    return {**_summary(cx, plan, version), **based_on, "updatedAt": version["updatedAt"], "prices": prices}


def _summary(cx: Context, plan: Record, version: Record) -> Record:
    return {
        **{name: version[name] for name in ("id", "object", "versionNumber", "status", "publishedAt")},
        "isDefault": version["id"] == plan["defaultVersionId"],
        "subscriptionCount": pinned_at_creation(cx.store, version["id"]),
    }


def _numbered(cx: Context, plan: Record) -> Record:
    number = whole_number({"versionNumber": cx.params["versionNumber"]}, "versionNumber", 0, least=1, most=2**31)
    found = cx.store.find(kinds.PLAN_VERSION, {"planId": plan["id"], "versionNumber": number})
    if not found:
        raise NotFound(f"The plan has no version {number}.")
    return found[0]
