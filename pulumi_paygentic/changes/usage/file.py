"""Usage from a file of JSON lines, for where the account is not reachable: one line a subscription and period."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pulumi_paygentic.changes.cadence import Cadence
from pulumi_paygentic.changes.impact import Gap
from pulumi_paygentic.changes.plan_change import PlanChange
from pulumi_paygentic.changes.usage.bill import Bill, BilledLine, Subscription, Usage

_MOST_SHOWN: Final = 5

Word = Annotated[str, StringConstraints(strict=True, min_length=1)]
Units = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]


class BadUsageFile(ValueError):
    """The file of usage does not fit its schema; the message names the lines."""


class Record(BaseModel):
    """One line of the file.

    Args:
        subscription: The subscription's id, or any name that no other line has.
        customer: The customer's id; left out, the subscription stands for its customer.
        plan: The plan's id or name.
        from_: (`from`) The start of the period, a date and time with its offset.
        to: The end of the period, exclusive.
        usage: The used units by metric: its id or its name; numbers, or decimal strings.
        covered: The units of these that grants pay for.
        pinned: True if the subscription keeps its plan version.
        invoiced: The subtotal before tax that the period was invoiced with; left out, there is no proof line for it.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    subscription: Word
    customer: Word | None = None
    plan: Word
    from_: Annotated[AwareDatetime, Field(alias="from")]
    to: AwareDatetime
    usage: dict[str, Units] = {}
    covered: dict[str, Units] = {}
    pinned: bool = False
    invoiced: Annotated[Decimal, Field(allow_inf_nan=False)] | None = None


def read_usage_file(path: Path, plans: Sequence[PlanChange]) -> Usage:
    """Return the usage in a file, of the subscriptions of these plans.

    Lines of other plans are left out, and counted. Raises `BadUsageFile` with the number of each line that does not
    fit, and OSError.
    """
    problems: list[str] = []
    records: dict[str, tuple[int, Record]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8-sig", errors="replace").splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = _record(line)
        except ValueError as error:
            problems.append(f"line {number}: {error}")
            continue
        if record.subscription in records:
            first = records[record.subscription][0]
            problems.append(f"line {number}: subscription {record.subscription!r} has line {first} already")
        records[record.subscription] = (number, record)
    if problems:
        more = f"; and {len(problems) - _MOST_SHOWN} more" if len(problems) > _MOST_SHOWN else ""
        msg = f"{path.name} does not fit: {'; '.join(problems[:_MOST_SHOWN])}{more}"
        raise BadUsageFile(msg)
    return _usage([record for _, record in records.values()], plans)


def _record(line: str) -> Record:
    try:
        read = json.loads(line, parse_float=Decimal)
    except ValueError as error:
        msg = f"not JSON: {error}"
        raise ValueError(msg) from None
    if not isinstance(read, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  every problem of a line is a ValueError
    try:
        record = Record.model_validate(read)
    except ValidationError as error:
        raise ValueError("; ".join(_reason(one) for one in error.errors())) from None
    if record.to <= record.from_:
        raise ValueError("to: must be later than from")
    stray = sorted(set(record.covered) - set(record.usage))
    if stray:
        msg = f"covered.{stray[0]}: has no usage"
        raise ValueError(msg)
    return record


def _reason(error: Mapping[str, Any]) -> str:
    where = ".".join(map(str, error["loc"]))
    if error["type"] == "missing":
        return f"{where}: is required"
    if error["type"] == "extra_forbidden":
        return f"{where}: is not a field of the schema"
    text = str(error["msg"])
    return f"{where}: {text[:1].lower()}{text[1:]}"


def _usage(records: Sequence[Record], plans: Sequence[PlanChange]) -> Usage:
    by_name: dict[str, PlanChange] = {}
    for plan in plans:
        for name in (plan.name, plan.name_before, plan.plan_id):
            if name and plan.plan_id:
                by_name[name] = plan
    subscriptions: dict[str, list[Subscription]] = {plan.plan_id: [] for plan in plans if plan.plan_id}
    bills: list[Bill] = []
    for record in records:
        plan_of = by_name.get(record.plan)
        if plan_of is None or plan_of.plan_id is None:
            continue
        bill = _bill(record, plan_of, plan_of.plan_id)
        subscriptions[plan_of.plan_id].append(bill.subscription)
        bills.append(bill)
    others = len(records) - len(bills)
    gaps = (Gap("in the file with a plan that does not change", others),) if others and not bills else ()
    return Usage(
        source="file",
        subscriptions={plan_id: tuple(some) for plan_id, some in subscriptions.items()},
        bills=tuple(bills),
        gaps=gaps,
        notes=("Fees are charged for one full period each; grants and credits as far as the file has them.",),
    )


def _bill(record: Record, plan: PlanChange, plan_id: str) -> Bill:
    start, end = record.from_.astimezone(timezone.utc), record.to.astimezone(timezone.utc)
    return Bill(
        subscription=Subscription(
            id=record.subscription,
            customer_id=record.customer or record.subscription,
            plan_id=plan_id,
            is_pinned=record.pinned,
            anchor=end,
            cadence=Cadence.of(plan.cadence_before),
            started_at=start,
            created_at=start,
        ),
        start=start,
        end=end,
        currency=plan.currency_before or plan.currency,
        lines=tuple(_lines(record, start, end)),
        subtotal=record.invoiced,
    )


def _lines(record: Record, start: datetime, end: datetime) -> list[BilledLine]:
    lines = [
        BilledLine(kind="usage", source_id=name, name=name, quantity=units, start=start, end=end)
        for name, units in record.usage.items()
    ]
    lines += [
        BilledLine(kind="discount", source_id=name, name=name, quantity=-units, start=start, end=end)
        for name, units in record.covered.items()
    ]
    return lines
