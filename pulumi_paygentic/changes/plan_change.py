"""The change of one plan: its lines, versions and subscribers, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from pulumi_paygentic.changes.object_change import FieldChange, Op, SourcePosition
from pulumi_paygentic.changes.pricing import Pricing
from pulumi_paygentic.changes.values import UNKNOWN, Unknown

Moment = Literal["now", "period_end", "never"]
"""The moment at which subscribers move to a new version: `never` for those that are pinned to an old one."""
LineOp = Literal["same", "changed", "added", "removed", "renamed", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """So many subscribers that move at one moment, `first` and `last` being the days of the earliest and the latest."""

    moment: Moment
    count: int
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribers:
    """The subscribers of a plan: those that follow its default version, and those pinned to a version of their own."""

    floating: int
    pinned: int
    moves: tuple[Move, ...] = ()

    @property
    def total(self) -> int:
        """Return the number of all subscribers."""
        return self.floating + self.pinned


@dataclass(frozen=True, kw_only=True)
class LineChange:
    """One line of a plan, before and after.

    Args:
        key: The line's key in `Plan.prices`; empty where the prices are a list.
        name: The line's name now: its price's invoice name.
        name_before: The line's name before; None of a new line.
        before: The pricing before; None of a new line, `UNKNOWN` if nothing says what the line costs now.
        after: The pricing after; None of a removed line, `UNKNOWN` if only `up` will know.
        price_id: The id of the price before; None of a new line.
        price_id_after: The id of the price after; None of a removed line, or if only `up` will know.
        price_urn: The URN of the resource that is the line's price after; None if no resource is.
        former_ids: The ids that the price's resource had before, newest first: `up` adopts one of them in a rollback.
        metered: The name of the billable metric or fee, for people; empty if unknown.
        unit: The metric's unit, such as `call`; empty of a fee or if unknown.
        position: The line of the program that declares the price.

    """

    key: str
    name: str
    name_before: str | None = None
    before: Pricing | Unknown | None = None
    after: Pricing | Unknown | None = None
    price_id: str | None = None
    price_id_after: str | None = None
    price_urn: str | None = None
    former_ids: tuple[str, ...] = ()
    metered: str = ""
    unit: str = ""
    position: SourcePosition | None = None

    @property
    def is_in_place(self) -> bool:
        """Return whether the price itself is edited: every version that holds it charges the new amount."""
        return self.op == "changed" and self.price_id is not None and self.price_id == self.price_id_after

    @cached_property
    def op(self) -> LineOp:
        """Return the kind of change."""
        if self.price_id is not None and self.before is UNKNOWN and self.price_id == self.price_id_after:
            return "same"  # a price that the program only names by its id
        if self.before is UNKNOWN or self.after is UNKNOWN:
            return "unknown"
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        if self.before != self.after:
            return "changed"
        return "same" if self.name_before in {None, self.name} else "renamed"


@dataclass(frozen=True, kw_only=True)
class PlanChange:
    """The change of one plan, directly or through a price that it lists.

    Args:
        urn: The plan's URN.
        name: The plan's name now (of a deleted plan: its last).
        name_before: The plan's name before; None of a new plan.
        resource: The name of the resource in the program.
        op: The operation on the plan; `update` where only a price of it changes.
        plan_id: The plan's id before; None of a new plan.
        product: The product's name; empty if unknown.
        currency: The ISO code of the currency after, such as `USD`.
        currency_before: The currency before, if the plan is replaced by one of another currency; else as `currency`.
        cadence: The ISO duration after which the plan bills again, such as `P1M`.
        cadence_before: The duration before; as `cadence` if it does not change or the plan is new.
        version_before: The number of the version that bills now; None if unknown.
        version_after: The number of the version that bills afterwards; None if unknown.
        mints: True if the change mints a new version, or makes an earlier one the default again.
        transition: The moment at which floating subscribers move to the new version: `period_end` or `now`.
        lines: Every line, changed or not: first in the order of the plan after, then the removed ones.
        fields: The plan's own changed fields, without its prices.
        subscribers: The subscribers; None if nobody asked the account.
        merchant_id: The merchant that owns the plan.
        retained: The reason for which the old plan stays in the account although Pulumi says delete or replace.
        position: The line of the program that declares the plan.

    """

    urn: str
    name: str
    name_before: str | None
    resource: str
    op: Op
    plan_id: str | None = None
    product: str = ""
    currency: str = ""
    currency_before: str = ""
    cadence: str = "P1M"
    cadence_before: str = "P1M"
    version_before: int | None = None
    version_after: int | None = None
    mints: bool = False
    transition: Moment = "period_end"
    lines: tuple[LineChange, ...] = ()
    fields: tuple[FieldChange, ...] = ()
    subscribers: Subscribers | None = None
    merchant_id: str | None = None
    retained: str = ""
    position: SourcePosition | None = None

    @cached_property
    def is_presentation(self) -> bool:
        """Return whether nobody's charge changes: only names do."""
        ops = {line.op for line in self.lines}
        names = all(field.presentation for field in self.fields)
        return self.op in {"update", "drift"} and not self.mints and names and ops <= {"same", "renamed"}

    @cached_property
    def changed_lines(self) -> tuple[LineChange, ...]:
        """Return the lines that do not stay as they are."""
        return tuple(line for line in self.lines if line.op != "same")
