"""Aggregates of events between two moments: from timelines in memory, or from the table if these do not fit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from pulumi_paygentic.emulator.metering import event_counts, timelines
from pulumi_paygentic.emulator.metering.aggregates import Aggregates
from pulumi_paygentic.emulator.metering.timelines import LENGTHS, SUBJECT, Groups, Row, Series, SeriesKey, TimeBucket
from pulumi_paygentic.emulator.storage.store import Store

_AT_ONCE = 10_000
"""The number of events read between two checks of the room."""


def between(
    store: Store, key: SeriesKey, customer: str | None, start: int, end: int, *, depth: int
) -> Iterator[tuple[int, Groups]]:
    """Yield the groups of events from start to end by day, hour or minute (`depth` 1 to 3), or as one (0)."""
    series = _series(store, key)
    if series.given_up:
        yield from _read(store, key, customer, (start, end), LENGTHS[depth - 1] if depth else 0).items()
        return
    timeline = series.timelines.get(customer, TimeBucket())
    for at, stored in timeline.between(start, end, len(LENGTHS) if key.distinct else depth):
        if stored is None:
            span = (max(start, at), min(end, at + LENGTHS[-1]))
            yield from _read(store, key, customer, span, LENGTHS[-1]).items()
        else:
            yield at, stored


def _series(store: Store, key: SeriesKey) -> Series:
    """The series of a key, with all new events added."""
    newest = event_counts.of(store).newest(key.merchant, key.type)
    every = store.derived(Aggregates).series
    by_customer = key._replace(by_customer=True)
    if key != by_customer and by_customer in every and not every[by_customer].given_up:
        key = by_customer  # which includes all customers together
    series = every[key] = every.pop(key, Series())  # the last one used stands last
    if series.seen < newest and not series.given_up:
        _catch_up(store, key, series)
        series.seen = newest
    if key == by_customer and not series.given_up:
        every.pop(key._replace(by_customer=False), None)
    return series


def _catch_up(store: Store, key: SeriesKey, series: Series) -> None:
    """Add new events to a series as long as they fit."""
    if series.seen == 0:
        rows = _rows(store, key, "merchant = ? AND type = ?", (key.merchant, key.type))
    else:  # by number, not by the index of types: new events are few
        unseen = (series.seen, key.merchant, key.type)
        rows = _rows(store, key, "seq > ? AND +merchant = ? AND +type = ?", unseen)
    while part := list(islice(rows, _AT_ONCE)):
        series.add(part, distinct=key.distinct)
        if not store.derived(Aggregates).make_room(key):
            series.give_up()
            return


def _read(store: Store, key: SeriesKey, customer: str | None, span: tuple[int, int], length: int) -> dict[int, Groups]:
    """Aggregate events from the table instead of from memory."""
    where = "merchant = ? AND type = ? AND time >= ? AND time < ?"
    parameters: list[Any] = [key.merchant, key.type, *span]
    if customer is not None:
        where, parameters = f"{where} AND customer = ?", [*parameters, customer]
    return timelines.aggregated(_rows(store, key, where, parameters), length, distinct=key.distinct)


def _rows(store: Store, key: SeriesKey, where: str, parameters: Sequence[Any]) -> Iterator[Row]:
    """Yield events as rows of a series. Values are read from JSON, since SQLite's lose digits and NUL."""
    paths = [path for path in key.dimensions if path != SUBJECT]
    paths += [] if key.value is None else [key.value]
    values = f"json_extract(data, {'?, ' * len(paths)}'$[0]')" if paths else "'[]'"  # several paths make a list
    statement = f"SELECT seq, time, customer, {values} FROM events WHERE {where}"  # noqa: S608
    for seq, time, customer, text in store.stream(statement, [*paths, *parameters]):
        found = iter(json.loads(text, parse_float=Decimal))
        group = tuple((customer or "") if path == SUBJECT else label(next(found)) for path in key.dimensions)
        value = None if key.value is None else next(found)
        yield Row(seq, time, customer if key.by_customer else None, group, value)


def label(value: Any) -> str:
    """The name of a dimension value's group: its text, or the empty text of an event without one."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), default=float)
