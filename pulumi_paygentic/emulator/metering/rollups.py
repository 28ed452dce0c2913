"""Events added up between two moments: by the timelines that are kept, or from the table where they have no room."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from pulumi_paygentic.emulator.metering import event_counts, timelines
from pulumi_paygentic.emulator.metering.aggregates import Aggregates
from pulumi_paygentic.emulator.metering.timelines import LENGTHS, SUBJECT, Groups, Reading, Row, Series, Stretch
from pulumi_paygentic.emulator.storage.store import Store

_AT_ONCE = 10_000
"""How many events are read before it is seen whether there is room for more."""


def between(
    store: Store, reading: Reading, customer: str | None, start: int, end: int, *, depth: int
) -> Iterator[tuple[int, Groups]]:
    """Groups of the events from start to end, by the start of the day, hour or minute that `depth` says, or as one."""
    series = _series(store, reading)
    if series.given_up:
        yield from _read(store, reading, customer, (start, end), LENGTHS[depth - 1] if depth else 0).items()
        return
    timeline = series.timelines.get(customer, Stretch())
    for at, kept in timeline.between(start, end, len(LENGTHS) if reading.distinct else depth):
        if kept is None:
            span = (max(start, at), min(end, at + LENGTHS[-1]))
            yield from _read(store, reading, customer, span, LENGTHS[-1]).items()
        else:
            yield at, kept


def _series(store: Store, reading: Reading) -> Series:
    """What is kept of the reading, with everything that is new taken in."""
    newest = event_counts.of(store).newest(reading.merchant, reading.type)
    every = store.derived(Aggregates).series
    by_customer = reading._replace(by_customer=True)
    if reading != by_customer and by_customer in every and not every[by_customer].given_up:
        reading = by_customer  # which has everybody's as well
    series = every[reading] = every.pop(reading, Series())  # the one asked for last stands last
    if series.seen < newest and not series.given_up:
        _catch_up(store, reading, series)
        series.seen = newest
    if reading == by_customer and not series.given_up:
        every.pop(reading._replace(by_customer=False), None)
    return series


def _catch_up(store: Store, reading: Reading, series: Series) -> None:
    """Take in what is new, as long as there is room for it."""
    if series.seen == 0:
        rows = _rows(store, reading, "merchant = ? AND type = ?", (reading.merchant, reading.type))
    else:  # without an index, which has those of the type together: of the new ones there are few
        unseen = (series.seen, reading.merchant, reading.type)
        rows = _rows(store, reading, "seq > ? AND +merchant = ? AND +type = ?", unseen)
    while part := list(islice(rows, _AT_ONCE)):
        series.add(part, distinct=reading.distinct)
        if not store.derived(Aggregates).make_room(reading):
            series.give_up()
            return


def _read(
    store: Store, reading: Reading, customer: str | None, span: tuple[int, int], length: int
) -> dict[int, Groups]:
    """The same from the table."""
    where = "merchant = ? AND type = ? AND time >= ? AND time < ?"
    parameters: list[Any] = [reading.merchant, reading.type, *span]
    if customer is not None:
        where, parameters = f"{where} AND customer = ?", [*parameters, customer]
    return timelines.tallied(_rows(store, reading, where, parameters), length, distinct=reading.distinct)


def _rows(store: Store, reading: Reading, where: str, parameters: Sequence[Any]) -> Iterator[Row]:
    """Events as the reading wants them. Values are read from JSON, as SQLite's own have neither all digits nor NUL."""
    paths = [path for path in reading.dimensions if path != SUBJECT]
    paths += [] if reading.value is None else [reading.value]
    values = f"json_extract(data, {'?, ' * len(paths)}'$[0]')" if paths else "'[]'"  # of several paths it is a list
    statement = f"SELECT seq, time, customer, {values} FROM events WHERE {where}"  # noqa: S608
    for seq, time, customer, text in store.stream(statement, [*paths, *parameters]):
        found = iter(json.loads(text, parse_float=Decimal))
        group = tuple((customer or "") if path == SUBJECT else label(next(found)) for path in reading.dimensions)
        value = None if reading.value is None else next(found)
        yield Row(seq, time, customer if reading.by_customer else None, group, value)


def label(value: Any) -> str:
    """What the group of a dimension's value is called: its text, and of an event without one the empty text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), default=float)
