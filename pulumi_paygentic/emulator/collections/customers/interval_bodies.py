"""Request bodies of edits of price intervals."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pulumi_paygentic.emulator.collections.customers.subscription_bodies import ChangeReason
from pulumi_paygentic.emulator.http.fields import DateTime, DecimalString, PlanVersionId, PriceId, omitted
from pulumi_paygentic.emulator.http.schema import Body

Quantity = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,15}(\.[0-9]{1,6})?$")]


class Step(Body):
    effective_date: DateTime
    quantity: Quantity


class Add(Body):
    price_key: str
    unit_price: DecimalString | None
    base_quantity: Quantity
    billing_cadence: str
    billing_mode: Literal["advance", "arrears"]
    start_date: DateTime
    price_id: PriceId = omitted()
    plan_version_id: PlanVersionId = omitted()
    quantity_transitions: list[Step] = omitted()
    bill_date: DateTime | None = None
    end_date: DateTime | None = None


class Edit(Body):
    id: str
    unit_price: DecimalString | None = None
    base_quantity: Quantity = omitted()
    quantity_transitions: list[Step] = omitted()
    end_date: DateTime | None = None
    price_id: str = omitted()
    price_key: str = omitted()
    plan_version_id: str = omitted()
    billing_cadence: str = omitted()
    billing_mode: str = omitted()
    bill_date: DateTime | None = None
    start_date: DateTime = omitted()


class Remove(Body):
    id: str


class EditIntervals(Body):
    add: list[Add] = omitted()
    edit: list[Edit] = omitted()
    remove: list[Remove] = omitted()
    change_reason: ChangeReason = omitted()
    description: str = omitted()
    metadata: Annotated[dict[str, str | int | float | bool], Field(max_length=50)] = omitted()
