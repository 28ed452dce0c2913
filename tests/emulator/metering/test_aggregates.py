"""Aggregates in memory equal those of the table, whatever happens to the events in between."""

import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple, cast, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paygentic_sdk import Paygentic

from pulumi_paygentic.emulator import create_app
from pulumi_paygentic.emulator.metering import event_counts, events, measurement
from pulumi_paygentic.emulator.metering.aggregates import Aggregates
from pulumi_paygentic.emulator.metering.aggregation import EXACT, Aggregate, numeric
from pulumi_paygentic.emulator.metering.event_counts import EventCounts
from pulumi_paygentic.emulator.metering.events import Event
from pulumi_paygentic.emulator.metering.measurement import UsageQuery, Window
from pulumi_paygentic.emulator.pages import reports
from pulumi_paygentic.emulator.storage import clock, kinds
from pulumi_paygentic.emulator.storage.store import Record, Store
from tests.emulator.support.in_process import client_of
from tests.emulator.support.merchant import Merchant

MERCHANT = "org_a"
EVERYTHING = [UsageQuery(0, 2**60, None, "HOUR", ("subject",)), UsageQuery(0, 2**60, "cus_a", "DAY")]
AGGREGATIONS = ("COUNT", "SUM", "AVG", "MIN", "MAX", "UNIQUE_COUNT", "LATEST")
NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
MOMENTS = [
    clock.milliseconds(NOON + timedelta(days=days, seconds=seconds, milliseconds=milliseconds))
    for days in (0, 1)
    for seconds in (0, 60, 3600)
    for milliseconds in (-1, 0, 1)
]
moments = st.sampled_from(MOMENTS)
types = st.sampled_from(["run", "run", "run", "stop"])
customers = st.sampled_from(["cus_a", "cus_b"])
subjects = st.sampled_from(["crm-1", "crm-2"])
values = st.sampled_from([None, 0, 1, 1.0, 2.5, -3, True, "1.10", "0.0000000001", "text", 10**31]) | st.integers(-5, 5)
values |= st.sampled_from(["5\0abc", 12345678901234567890, 12345678901234567891, False])
languages = st.sampled_from(["go", "go\0", "py", 3, True, 12345678901234567890, 12345678901234567891, None])


class Rows(NamedTuple):
    """An event, in the test's own reading."""

    number: int
    customer: str | None
    time: int
    value: Any
    language: str


class Undone(Exception):
    """Takes a transaction back."""


class Reported(NamedTuple):
    """A new event."""

    type: str
    customer: str | None
    subject: str | None
    time: int
    data: dict[str, Any]


class Load(NamedTuple):
    """New events that are seen at once."""

    events: list[Reported]


class Linked(NamedTuple):
    """A customer that now has an external id."""

    subject: str
    customer: str


class Undo(NamedTuple):
    """A change whose transaction is taken back."""

    change: Any


class Forgotten(NamedTuple):
    """A reset: of one customer, or of all."""

    customer: str | None


class Restarted(NamedTuple):
    """The emulator, over the same file."""


class Asked(NamedTuple):
    """A metric's question."""

    type: str
    aggregation: str
    question: UsageQuery


data = st.fixed_dictionaries({}, optional={"size": values, "language": languages})
reported = st.builds(Reported, types, st.none() | customers, st.none() | subjects, moments, data)
loads = st.builds(Load, st.lists(reported, min_size=5, max_size=15))
changes = loads | st.builds(Linked, subjects, customers) | st.builds(Forgotten, st.none() | customers)
spans = st.sampled_from(list(combinations([0, *MOMENTS, 2**60], 2)))
questions = st.builds(
    lambda span, *rest: UsageQuery(*span, *rest),
    spans,
    st.sampled_from([None, None, "cus_a"]),
    st.sampled_from([None, *get_args(Window)]),
    st.lists(st.sampled_from(["subject", "language"]), unique=True),
    st.sampled_from([{}, {}, {}, {"language": "go"}, {"language": ""}]),
)
asked = st.lists(questions, min_size=5, max_size=5)
steps = st.lists(
    loads | asked | asked | st.builds(Undo, changes) | changes | st.builds(Restarted), min_size=6, max_size=20
)


@settings(deadline=None, max_examples=40)
@given(steps)
def test_aggregates_in_memory_equal_the_table(steps: list[Any]) -> None:
    with _store() as (path, store):
        for step in steps:
            match step:
                case list():
                    _agree(store, step)
                case Restarted():
                    store.close()
                    store.__init__(path)  # type: ignore[misc] # as a new process would find it
                case Undo(
                    change
                ):  # it is seen by who asks in the same transaction, and never was for those who ask after
                    with suppress(Undone), store.transaction():
                        _do(store, change)
                        _agree(store, EVERYTHING)
                        raise Undone
                case _:
                    with store.transaction():
                        _do(store, step)
            _agree(store, EVERYTHING)
        counted = {kind: len(list(rows)) for kind in ("run", "stop") if (rows := _of(store, kind))}
        assert event_counts.of(store).counts(MERCHANT) == counted
        assert reports.event_count(store, MERCHANT) == sum(counted.values())


@pytest.mark.parametrize("room", [0, 9, 100, 700])
def test_aggregates_stay_within_their_room_and_answers_stay_exact(room: int) -> None:
    """Also of one reading alone, which is then answered from the table."""
    with _store() as (_, store):
        store.derived(Aggregates).room = room
        for number in range(60):
            _do(store, Reported("run", f"cus_{number % 9}", None, MOMENTS[number % len(MOMENTS)], {"size": number}))
        for window in (None, *get_args(Window)):
            for dimensions in ((), ("subject",), ("language",), ("subject", "language")):
                for customer in (None, "cus_3"):
                    for aggregation in AGGREGATIONS:
                        span = (MOMENTS[1], MOMENTS[-2]) if customer else (0, 2**60)
                        step = Asked("run", aggregation, UsageQuery(*span, customer, window, dimensions))
                        assert _measured(store, step) == _recounted(store, step)
                        assert store.derived(Aggregates).weight <= room
        _do(store, Reported("run", "cus_3", None, MOMENTS[3], {"size": 1000}))
        _agree(store, EVERYTHING)
        assert store.derived(Aggregates).weight <= room


def test_a_series_without_room_is_not_built_again_until_events_are_removed() -> None:
    with _store() as (_, store):
        aggregates = store.derived(Aggregates)
        aggregates.room = 50
        for number in range(60):
            _do(store, Reported("run", f"cus_{number}", None, MOMENTS[0], {"size": number}))
        step = Asked("run", "UNIQUE_COUNT", UsageQuery(0, 2**60))
        assert _measured(store, step)[0] == (60, 60)
        [series] = aggregates.series.values()
        assert (series.given_up, series.weight, series.timelines) == (True, 0, {})
        assert _measured(store, step) == _recounted(store, step)
        store.forget(MERCHANT, "cus_1")
        assert (aggregates.series, store.derived(EventCounts).seen) == ({}, 0)
        assert _measured(store, step)[0] == (59, 59)


def test_only_a_rolled_back_write_of_events_drops_the_aggregates() -> None:
    with _store() as (_, store):
        step = Asked("run", "SUM", UsageQuery(0, 2**60))
        _do(store, Reported("run", "cus_a", None, MOMENTS[0], {"size": 1}))
        assert _measured(store, step)[0] == (1, 1)
        [kept] = store.derived(Aggregates).series.values()
        with suppress(Undone), store.transaction():
            store.insert(kinds.PRODUCT, MERCHANT, {"id": "prod_a"})
            raise Undone
        assert list(store.derived(Aggregates).series.values()) == [kept]
        with suppress(Undone), store.transaction():
            _do(store, Reported("run", "cus_a", None, MOMENTS[0], {"size": 1}))
            raise Undone
        assert not store.derived(Aggregates).series


def test_a_refused_request_leaves_the_aggregates() -> None:
    app = create_app()
    with client_of(app) as client:
        merchant = Merchant(cast("Paygentic", None), client, "org_emulator")
        product = merchant.post("/v0/products", {"name": "API", "description": "", "merchantId": merchant.id})["id"]
        metric = merchant.metric(product, aggregation="SUM", valueProperty="$.n")
        for number in range(50):
            event = {"type": "request", "source": "t", "subject": "cus_a", "data": {"n": 1}}
            at = (NOON + timedelta(minutes=number)).isoformat()
            merchant.call("POST", "/v0/events", {**event, "timestamp": at}, expect=202)
        path = f"/v0/billableMetrics/{metric}/meter?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z"
        first = merchant.get(path)
        kept = dict(app.state.emulator.store.derived(Aggregates).series)
        plan = {"name": "P", "currency": "USD", "merchantId": merchant.id, "productId": product}
        merchant.call("POST", "/v0/plans", {**plan, "prices": ["price_nothing"]}, expect=404)
        series = app.state.emulator.store.derived(Aggregates).series
        assert [series[reading] is one for reading, one in kept.items()] == [True]
        assert merchant.get(path) == first


def test_nothing_is_read_twice() -> None:
    with _store() as (_, store):
        step = Asked("run", "SUM", UsageQuery(0, 2**60, None, "DAY"))
        for size in range(10):
            _do(store, Reported("run", "cus_a", None, MOMENTS[0], {"size": size}))
        assert _measured(store, step) == _recounted(store, step)
        store.sql("UPDATE events SET data = '{}'")  # as nothing in the emulator does
        _do(store, Reported("run", "cus_a", None, MOMENTS[-1], {"size": 100}))
        assert _measured(store, step)[0] == (Decimal(145), 11)


def _agree(store: Store, asked: Iterable[UsageQuery]) -> None:
    for question in asked:
        for aggregation in AGGREGATIONS:
            step = Asked("run", aggregation, question)
            assert _measured(store, step) == _recounted(store, step)


@contextmanager
def _store() -> Iterator[tuple[str, Store]]:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "emulator.db")
        store = Store(path)
        yield path, store
        store.close()


def _do(store: Store, change: Load | Reported | Linked | Forgotten) -> None:
    match change:
        case Load(loaded):
            for event in loaded:
                _do(store, event)
        case Reported(kind, customer, subject, time, given):
            key = events.new_id()
            kept = Event(key, kind, "test", customer, subject, time, key, None, json.dumps(given))
            events.insert(store, MERCHANT, kept)
        case Linked(subject, customer):
            events.link(store, MERCHANT, subject, customer)
        case Forgotten(customer):
            store.forget(MERCHANT, customer)


def _metric(step: Asked) -> Record:
    return {
        "id": "bm_a",
        "merchantId": MERCHANT,
        "eventType": step.type,
        "aggregation": step.aggregation,
        "valueProperty": None if step.aggregation == "COUNT" else "$.size",
        "groupBy": {"language": "$.language"},
    }


def _measured(store: Store, step: Asked) -> tuple[Any, ...]:
    def shown(tally: Aggregate) -> tuple[Decimal, int]:
        return tally.result(step.aggregation), tally.events

    measured = measurement.measure(store, _metric(step), step.question)
    groups = {group: shown(tally) for group, tally in measured.groups.items()}
    windows = {window: shown(tally) for window, tally in measured.windows.items()}
    return shown(measured.whole), groups, windows


def _recounted(store: Store, step: Asked) -> tuple[Any, ...]:
    """The same from the rows, one by one."""
    question = step.question
    rows = [
        row
        for row in _of(store, step.type)
        if question.start <= row.time < question.end
        and question.customer in {None, row.customer}
        and question.only.get("language", row.language) == row.language
    ]
    groups: defaultdict[tuple[str, ...], list[Rows]] = defaultdict(list)
    windows: defaultdict[tuple[int, tuple[str, ...]], list[Rows]] = defaultdict(list)
    for row in rows:
        names = {"subject": row.customer or "", "language": row.language}
        group = tuple(names[name] for name in question.dimensions)
        groups[group].append(row)
        windows[_begin(row.time, question.window), group].append(row)
    return (
        _result(rows, step.aggregation),
        {group: _result(members, step.aggregation) for group, members in groups.items()},
        {window: _result(members, step.aggregation) for window, members in windows.items()},
    )


def _result(rows: list[Rows], aggregation: str) -> tuple[Decimal, int]:
    numbers = [(row.time, row.number, number) for row in rows if (number := numeric(row.value)) is not None]
    total = Decimal(0)
    for _, _, number in numbers:
        total = EXACT.add(total, number)
    found = {
        "COUNT": Decimal(len(rows)),
        "SUM": total,
        "AVG": EXACT.divide(total, len(numbers) or 1),
        "MIN": min((number for _, _, number in numbers), default=Decimal(0)),
        "MAX": max((number for _, _, number in numbers), default=Decimal(0)),
        "UNIQUE_COUNT": Decimal(
            len({(isinstance(row.value, bool), row.value) for row in rows if row.value is not None})
        ),
        "LATEST": max(numbers, default=(0, 0, Decimal(0)))[2],
    }
    return found[aggregation], len(rows)


def _begin(time: int, window: Window | None) -> int:
    if window is None:
        return 0
    moment = clock.moment(time)
    smaller: dict[str, dict[str, int]] = {"MINUTE": {}, "HOUR": {"minute": 0}, "DAY": {"minute": 0, "hour": 0}}
    smaller["MONTH"] = {"minute": 0, "hour": 0, "day": 1}
    return clock.milliseconds(moment.replace(second=0, microsecond=0, **smaller[window]))  # type: ignore[arg-type]


def _of(store: Store, kind: str) -> list[Rows]:
    found = store.sql("SELECT seq, customer, time, data FROM events WHERE type = ?", (kind,))
    read = [(seq, customer, time, json.loads(text)) for seq, customer, time, text in found]
    return [Rows(seq, customer, time, one.get("size"), _text(one.get("language"))) for seq, customer, time, one in read]


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)
