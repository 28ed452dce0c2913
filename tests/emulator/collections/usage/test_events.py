"""Metering events: kept once for each key, linked to customers, measured exactly."""

import json
from collections.abc import Sequence
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.emulator import create_app, running
from pulumi_paygentic.emulator.metering.aggregation import numeric
from pulumi_paygentic.emulator.storage import tables
from tests.emulator.support.in_process import KEY
from tests.emulator.support.merchant import Json, Merchant

DAY = "2026-01-{:02}T12:30:00Z"
YEAR = "from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z"
START, END = datetime(2026, 1, 1, tzinfo=timezone.utc), datetime(2027, 1, 1, tzinfo=timezone.utc)


def _metric(merchant: Merchant, aggregation: str = "COUNT", **fields: Any) -> str:
    path = {} if aggregation == "COUNT" else {"valueProperty": "$.size"}
    return merchant.metric(aggregation=aggregation, **path, **fields)


def _event(merchant: Merchant, day: int = 1, subject: str | None = "cus_a", **fields: Any) -> Json:
    data = {name: fields.pop(name) for name in ("size", "model", "where") if name in fields}
    body = {"type": "request", "source": "test", "timestamp": DAY.format(day), "data": data}
    if subject is not None:
        body["subject"] = subject
    return merchant.call("POST", "/v0/events", {**body, **fields}, expect=202)


def _meter(merchant: Merchant, metric: str, query: str = "") -> Json:
    return merchant.get(f"/v0/billableMetrics/{metric}/meter?{YEAR}{query}")


def test_an_event_is_accepted_measured_and_listed_by_the_sdk(merchant: Merchant) -> None:
    metric, customer = _metric(merchant, "SUM"), merchant.customer()
    moment = datetime(2026, 3, 1, 8, tzinfo=timezone.utc)
    accepted = merchant.sdk.events.ingest(
        request={
            "type": "request",
            "source": "test",
            "subject": customer,
            "timestamp": moment,
            "idempotency_key": "one",
            "external_id": "order-1",
            "data": {"size": 2.5},
        }
    )
    assert (accepted.type, accepted.subject, accepted.namespace) == ("request", customer, merchant.id)
    assert (accepted.timestamp, accepted.idempotency_key, accepted.external_id) == (moment, "one", "order-1")
    measured = merchant.sdk.billable_metrics.meter(id=metric, from_=START, to=END)
    assert (measured.billable_metric_id, measured.total_value) == (metric, 2.5)
    listed = merchant.sdk.billable_metrics.list_events(id=metric, from_=START, to=END)
    [event] = listed.events
    assert (event.id, event.time, event.data, event.external_id) == (accepted.id, moment, {"size": 2.5}, "order-1")


def test_a_key_counts_once_and_answers_the_first_event(merchant: Merchant, other: Merchant) -> None:
    metric = _metric(merchant)
    first = _event(merchant, idempotencyKey="same")
    assert _event(merchant, day=2, idempotencyKey="same") == first
    assert _event(other, day=2, idempotencyKey="same")["id"] != first["id"]
    assert _meter(merchant, metric)["totalValue"] == 1
    assert _event(merchant)["idempotencyKey"] != _event(merchant)["idempotencyKey"]


def test_events_are_linked_to_the_customer_once_it_has_their_external_id(merchant: Merchant) -> None:
    metric = _metric(merchant)
    waiting = _event(merchant, subject=None, externalSubject="crm-1")
    assert ("subject" in waiting, waiting["externalSubject"]) == (False, "crm-1")
    assert _meter(merchant, metric, "&groupBy=subject")["groupedValues"][0]["groupBy"] == {"subject": ""}
    customer = merchant.customer(externalId="crm-1")
    assert _event(merchant, subject=None, externalSubject="crm-1")["subject"] == customer
    assert _event(merchant, subject="someone", externalSubject="crm-1")["subject"] == "someone"
    assert _meter(merchant, metric, f"&subject={customer}")["totalValue"] == 2
    listed = merchant.get(f"/v0/billableMetrics/{metric}/events?{YEAR}&externalSubject=crm-1")
    assert [event["subject"] for event in listed["events"]] == ["someone", customer, customer]
    later = merchant.customer("later@x.com")
    _event(merchant, subject=None, externalSubject="crm-2")
    merchant.patch(f"/v0/customers/{later}", {"externalId": "crm-2"})
    assert _meter(merchant, metric, f"&subject={later}")["totalValue"] == 1


@pytest.mark.parametrize(
    ("aggregation", "value"),
    [("SUM", 6.6), ("COUNT", 7), ("AVG", 1.65), ("MIN", 0.3), ("MAX", 3), ("UNIQUE_COUNT", 5), ("LATEST", 2.2)],
)
def test_every_aggregation(merchant: Merchant, aggregation: str, value: float) -> None:
    metric = _metric(merchant, aggregation)
    for day, size in enumerate([1.1, "0.3", 3, 2.2, "large", None], start=1):
        _event(merchant, day, size=size)
    _event(merchant, 7)
    answer = _meter(merchant, metric)
    assert answer == {
        "object": "meter",
        "billableMetricId": metric,
        "totalValue": value,
    }


@pytest.mark.parametrize("aggregation", ["SUM", "COUNT", "AVG", "MIN", "MAX", "UNIQUE_COUNT", "LATEST"])
def test_nothing_measures_zero(merchant: Merchant, aggregation: str) -> None:
    assert _meter(merchant, _metric(merchant, aggregation))["totalValue"] == 0


def test_windows_start_at_round_moments_in_utc(merchant: Merchant) -> None:
    metric = _metric(merchant, "SUM")
    for moment in ("2026-01-31T23:59:59.999Z", "2026-02-01T00:00:00Z", "2026-12-31T23:00:00-00:30"):
        _event(merchant, timestamp=moment, size=1)

    def windows(size: str) -> list[tuple[str, str, int]]:
        values = _meter(merchant, metric, f"&windowSize={size}")["windowedValues"]
        return [(entry["windowStart"][:16], entry["windowEnd"][:16], entry["value"]) for entry in values]

    assert windows("MONTH") == [
        ("2026-01-01T00:00", "2026-02-01T00:00", 1),
        ("2026-02-01T00:00", "2026-03-01T00:00", 1),
        ("2026-12-01T00:00", "2027-01-01T00:00", 1),
    ]
    assert windows("DAY")[0] == ("2026-01-31T00:00", "2026-02-01T00:00", 1)
    assert windows("HOUR")[0] == ("2026-01-31T23:00", "2026-02-01T00:00", 1)
    assert windows("MINUTE")[-1] == ("2026-12-31T23:30", "2026-12-31T23:31", 1)


def test_groups_are_ranked_paged_and_filtered(merchant: Merchant) -> None:
    metric = _metric(merchant, "SUM", groupBy={"model": "$.model", "zone": "$.where.zone"})
    for day, (model, zone, size) in enumerate([("a", "eu", 1), ("b", "eu", 5), ("a", "us", 2), (None, 3, 1)], start=1):
        _event(merchant, day, size=size, model=model, where={"zone": zone})

    def groups(query: str) -> list[tuple[Any, ...]]:
        answer = _meter(merchant, metric, query)
        return [(*entry["groupBy"].values(), entry["value"], entry["eventCount"]) for entry in answer["groupedValues"]]

    assert groups("&groupBy=model") == [("b", 5, 1), ("a", 3, 2), ("", 1, 1)]
    assert groups("&groupBy=zone,subject") == [("eu", "cus_a", 6, 2), ("us", "cus_a", 2, 1), ("3", "cus_a", 1, 1)]
    assert groups('&groupBy=model&filterGroupBy={"zone":"eu"}') == [("b", 5, 1), ("a", 1, 1)]
    assert _meter(merchant, metric, '&filterGroupBy={"zone":"eu","model":"a"}')["totalValue"] == 1
    paged = _meter(merchant, metric, "&groupBy=model&groupLimit=1&groupOffset=1")
    assert (paged["groupCount"], paged["totalValue"], len(paged["groupedValues"])) == (3, 9, 1)
    both = _meter(merchant, metric, "&groupBy=model&windowSize=DAY&groupLimit=2")
    assert [entry["value"] for entry in both["windowedValues"]] == [1, 5, 2]
    assert [entry["groupBy"]["model"] for entry in both["groupedValues"]] == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-01-01T00:00:00Z", "to"),
        ("from=yesterday&to=2026-01-01T00:00:00Z", "from"),
        ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "to"),
        (f"{YEAR}&windowSize=WEEK", "windowSize"),
        (f"{YEAR}&groupBy=model", "groupBy"),
        (f"{YEAR}&filterGroupBy=[]", "filterGroupBy"),
        (f"{YEAR}&filterGroupBy={{", "filterGroupBy"),
        (f'{YEAR}&filterGroupBy={{"subject":1}}', "filterGroupBy"),
        (f'{YEAR}&filterGroupBy={{"model":"a"}}', "filterGroupBy"),
        (f'{YEAR}&filterGroupBy={{"subject":"\\ud800"}}', "filterGroupBy"),
        (f"{YEAR}&groupOffset=1", "groupOffset"),
        (f"{YEAR}&groupLimit=501", "groupLimit"),
    ],
)
def test_a_query_is_read_strictly(merchant: Merchant, query: str, field: str) -> None:
    answer = merchant.call("GET", f"/v0/billableMetrics/{_metric(merchant)}/meter?{query}", expect=400)
    assert [error["field"] for error in answer["errors"]] == [field]


def test_raw_events_are_paged_from_the_latest(merchant: Merchant) -> None:
    metric = _metric(merchant, eventFrom="2026-01-02T00:00:00Z")
    for day in range(1, 6):
        _event(merchant, day, externalId=f"e{day}")
    path = f"/v0/billableMetrics/{metric}/events?{YEAR}"
    page = merchant.get(f"{path}&limit=2&offset=1")
    assert [event["externalId"] for event in page["events"]] == ["e4", "e3"]
    assert (page["object"], page["pagination"]) == ("list", {"limit": 2, "offset": 1, "total": 4})
    assert [event["externalId"] for event in merchant.get(f"{path}&externalId=e2")["events"]] == ["e2"]
    assert merchant.get(f"{path}&subject=nobody")["events"] == []
    merchant.call("GET", f"{path}&limit=201", expect=400)


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"type": None}, "type"),
        ({"type": "a\nb"}, "type"),
        ({"source": 1}, "source"),
        ({"data": []}, "data"),
        ({"subject": ""}, "subject"),
        ({"externalSubject": "a b"}, "externalSubject"),
        ({"timestamp": "now"}, "timestamp"),
        ({"timestamp": "3000-01-01T00:00:00Z"}, "timestamp"),
        ({"externalId": "é"}, "externalId"),
    ],
)
def test_fields_of_an_event_have_their_formats(merchant: Merchant, fields: Json, refused: str) -> None:
    body = {"type": "request", "source": "test", "subject": "cus_a", "data": {}, **fields}
    assert merchant.refused("POST", "/v0/events", body) == {refused}


def test_an_event_names_its_customer_and_its_own_merchant(merchant: Merchant) -> None:
    body: Json = {"type": "request", "source": "test", "data": {}}
    assert merchant.refused("POST", "/v0/events", body) == {"subject"}
    merchant.call("POST", "/v0/events", {**body, "subject": "cus_a", "namespace": "org_other"}, expect=403)
    now = merchant.call("POST", "/v0/events", {**body, "subject": "cus_a", "unknown": 1}, expect=202)
    assert now["timestamp"][:4] >= "2026"


def test_a_merchant_measures_only_its_own_events(merchant: Merchant, other: Merchant) -> None:
    ours, theirs = _metric(merchant), _metric(other)
    _event(merchant)
    assert _meter(other, theirs)["totalValue"] == 0
    other.call("GET", f"/v0/billableMetrics/{ours}/meter?{YEAR}", expect=403)


def test_events_go_with_their_customer_and_with_the_merchants_reset(merchant: Merchant) -> None:
    metric, customer = _metric(merchant), merchant.customer()
    _event(merchant, subject=customer)
    _event(merchant, subject="cus_b")
    merchant.post(f"/v0/merchants/{merchant.id}/reset", {"scope": "customer", "customerId": customer})
    assert _meter(merchant, metric)["totalValue"] == 1
    merchant.post(f"/v0/merchants/{merchant.id}/reset", {"scope": "merchant", "keepCatalog": True})
    assert _meter(merchant, metric)["totalValue"] == 0


def test_a_sum_is_exact(merchant: Merchant) -> None:
    metric = _metric(merchant, "SUM")
    for _ in range(10):
        _event(merchant, size=0.1)
    _event(merchant, size="0.000000000000000000000000000001")
    _event(merchant, size="-0.000000000000000000000000000001")
    assert _meter(merchant, metric)["totalValue"] == 1


@given(st.lists(st.decimals(-1000, 1000, places=6), max_size=20))
def test_values_are_the_numbers_that_were_written(values: Sequence[Decimal]) -> None:
    assert [numeric(json.loads(str(value))) for value in values] == list(values)
    assert [numeric(str(value)) for value in values] == list(values)


@pytest.mark.parametrize("value", ["", "1e5", "NaN", "٣", "1" * 32, 1e31, None, "[1]"])
def test_what_is_no_plain_number_is_not_counted(value: object) -> None:
    assert numeric(value) is None


def test_accepted_events_survive_a_kill_and_an_older_file_still_opens(tmp_path: Path) -> None:
    data = tmp_path / "emulator.db"
    app = create_app(data=data)
    store = app.state.emulator.store
    for table in tables.OWNED:  # as in a file from before there was any of this
        store.sql(f"DROP TABLE {table}")
    store.close()
    with running(data=data) as emulator, httpx.Client(base_url=emulator.url, headers=KEY) as http:
        body = {"type": "request", "source": "test", "subject": "cus_a", "data": {}, "idempotencyKey": "one"}
        first = http.post("/v0/events", json=body).json()
    with running(data=data) as emulator, httpx.Client(base_url=emulator.url, headers=KEY) as http:
        assert http.post("/v0/events", json=body).json() == first
