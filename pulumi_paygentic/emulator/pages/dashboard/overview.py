"""The first page: usage and revenue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from markupsafe import Markup
from starlette.responses import Response

from pulumi_paygentic.emulator.billing.subscription_counts import LIVE
from pulumi_paygentic.emulator.metering.measurement import Window
from pulumi_paygentic.emulator.pages import reports
from pulumi_paygentic.emulator.pages.charts import COLOURS, Series, bars
from pulumi_paygentic.emulator.pages.dashboard.view import View
from pulumi_paygentic.emulator.pages.formatting import counted, money, month, number
from pulumi_paygentic.emulator.storage import kinds

MOST_CHARTS = 6
_MONTHS = 12


class Range(NamedTuple):
    """A range of time shown in the charts of usage, and its steps."""

    key: str
    name: str
    window: Window
    step: timedelta
    steps: int
    label: str


RANGES = (
    Range("hour", "Last hour", "MINUTE", timedelta(minutes=1), 60, "%H:%M"),
    Range("day", "Last 24 hours", "HOUR", timedelta(hours=1), 24, "%H:%M"),
    Range("month", "Last 30 days", "DAY", timedelta(days=1), 30, "%d %b"),
)


class Usage(NamedTuple):
    metric: reports.MetricUsage
    chart: Markup | None
    rows: list[tuple[str, Decimal]]


class Revenue(NamedTuple):
    currency: str
    chart: Markup
    rows: list[reports.PlanRevenue]
    names: list[str]
    total: Decimal


def show_overview(view: View) -> Response:
    cx, asked = view.cx, view.request.query_params.get("range")
    span = next((one for one in RANGES if one.key == asked), RANGES[0])
    end = _ceiling(cx.clock.now(), span.step)
    start = end - span.step * span.steps
    revenue = list(_revenues(reports.revenue(cx.store, cx.merchant)))
    measured = reports.usage(cx.store, cx.merchant, start=start, end=end, window=span.window)
    live = sum(cx.store.count(kinds.SUBSCRIPTION, {"status": s}, merchant=cx.merchant) for s in LIVE)
    received = reports.event_count(cx.store, cx.merchant)
    tiles = [
        ("Customers", number(reports.customer_count(cx.store, cx.merchant))),
        ("Live subscriptions", number(live)),
        ("Events received", number(received)),
        *((f"Revenue, {one.currency}", money(one.total, one.currency)) for one in revenue),
    ]
    usage = list(_usages(measured, start, span))
    unmatched = reports.unmatched(cx.store, cx.merchant)
    return view.page(
        "overview.html",
        "",
        tiles=tiles,
        received=received,
        usage=usage,
        revenue=revenue,
        unmatched=unmatched,
        ranges=RANGES,
        span=span,
    )


def _usages(measured: Iterable[reports.MetricUsage], start: datetime, span: Range) -> Iterator[Usage]:
    """Yield the metrics, most used first; the first few that measured something get a chart."""
    for place, metric in enumerate(sorted(measured, key=lambda metric: -metric.events)):
        drawn = place < MOST_CHARTS and metric.events > 0
        rows = [(f"{point.start:{span.label}}", point.value) for point in metric.points]
        yield Usage(metric, _usage_chart(metric, start, span) if drawn else None, rows)


def _usage_chart(metric: reports.MetricUsage, start: datetime, span: Range) -> Markup:
    found = {point.start: point.value for point in metric.points}
    moments = [start + span.step * n for n in range(span.steps)]
    values = [found.get(moment, Decimal(0)) for moment in moments]
    words = tuple(counted(value, metric.unit) for value in values)
    summary = f"{metric.name}, {span.name.lower()}: {counted(metric.total, metric.unit)} in all"
    labels = tuple(f"{moment:{span.label}}" for moment in moments)
    return bars(summary, labels, (Series(metric.name, tuple(map(float, values)), words),))


def _revenues(found: Iterable[reports.PlanRevenue]) -> Iterator[Revenue]:
    """Yield one chart a currency, since amounts of different currencies have no sum."""
    by_currency: defaultdict[str, list[reports.PlanRevenue]] = defaultdict(list)
    for one in found:
        by_currency[one.currency].append(one)
    for currency, rows in sorted(by_currency.items()):
        total = sum(map(_amount, rows), Decimal(0))
        months = _months_until(max(row.period_start for row in rows))
        series = tuple(_series(name, plan, months) for name, plan in _largest(rows))
        labels = tuple(month(each) for each in months)
        chart = bars(f"Revenue in {currency} by month: {money(total, currency)} in all", labels, series)
        yield Revenue(currency, chart, rows, [one.name for one in series], total)


def _largest(rows: list[reports.PlanRevenue]) -> list[tuple[str, list[reports.PlanRevenue]]]:
    """The plans that earn most, by name, and all others as one: no chart has more colours."""
    plans: defaultdict[str, list[reports.PlanRevenue]] = defaultdict(list)
    for row in rows:
        plans[row.plan_id].append(row)
    ranked = sorted(plans.values(), key=lambda plan: -sum(map(_amount, plan), Decimal(0)))
    fit = COLOURS if len(ranked) <= COLOURS else COLOURS - 1
    named = [(plan[0].plan_name, plan) for plan in ranked[:fit]]
    others = [row for plan in ranked[fit:] for row in plan]
    return [*named, ("Other plans", others)] if others else named


def _series(name: str, rows: list[reports.PlanRevenue], months: list[datetime]) -> Series:
    earned: defaultdict[datetime, Decimal] = defaultdict(Decimal)
    for row in rows:
        earned[row.period_start] += _amount(row)
    values = [earned[each] for each in months]
    return Series(name, tuple(map(float, values)), tuple(money(value, rows[0].currency) for value in values))


def _months_until(last: datetime) -> list[datetime]:
    """The starts of a year's months, up to this one."""
    count = last.year * 12 + last.month - 1
    return [last.replace(year=n // 12, month=n % 12 + 1) for n in range(count - _MONTHS + 1, count + 1)]


def _amount(row: reports.PlanRevenue) -> Decimal:
    return row.invoiced + row.accruing


def _ceiling(moment: datetime, step: timedelta) -> datetime:
    """The end of the window that the moment is in."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day + step * ((moment - day) // step + 1)
