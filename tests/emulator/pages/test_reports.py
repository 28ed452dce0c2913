"""Reports of usage, revenue and customers for the pages."""

from collections.abc import Iterator
from datetime import datetime, timezone
from decimal import Decimal

import httpx
import pytest

from pulumi_paygentic.emulator import create_app
from pulumi_paygentic.emulator.pages import reports
from pulumi_paygentic.emulator.storage.store import Store
from tests.emulator.support.in_process import InProcess, client_of
from tests.emulator.support.merchant import Json

MERCHANT = "org_emulator"
START, END = datetime(2026, 1, 1, tzinfo=timezone.utc), datetime(2026, 2, 1, tzinfo=timezone.utc)


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with client_of(create_app()) as client:
        yield client


@pytest.fixture
def store(client: httpx.Client) -> Store:
    transport = client._transport
    assert isinstance(transport, InProcess)
    store = transport.app.state.emulator.store
    assert isinstance(store, Store)
    return store


def _made(client: httpx.Client, path: str, **body: object) -> Json:
    answer = client.post(path, json={"merchantId": MERCHANT, "name": "A", "description": "", **body})
    assert answer.is_success, answer.text
    made: Json = answer.json()
    return made


def _metric(client: httpx.Client, product: str) -> str:
    fields = {"aggregation": "SUM", "unit": "s", "eventType": "run", "valueProperty": "$.s"}
    return str(_made(client, "/v0/billableMetrics", productId=product, **fields)["id"])


def _event(client: httpx.Client, moment: str, seconds: float, **fields: str) -> None:
    body = {"type": "run", "source": "t", "subject": "cus_a", "timestamp": moment, "data": {"s": seconds}}
    assert client.post("/v0/events", json={**body, **fields}).status_code == 202


def test_usage_comes_metric_by_metric_and_window_by_window(client: httpx.Client, store: Store) -> None:
    products = [_made(client, "/v0/products")["id"] for _ in range(2)]
    metrics = [_metric(client, product) for product in products]
    for hour, seconds in ((3, 0.1), (1, 1.5), (3, 0.2)):
        _event(client, f"2026-01-01T{hour:02}:10:00Z", seconds)
    _event(client, "2026-01-01T01:00:00Z", 7, subject="cus_b")
    [usage] = reports.usage(store, MERCHANT, start=START, end=END, product_id=products[0], customer_id="cus_a")
    assert (usage.metric_id, usage.total, usage.events) == (metrics[0], Decimal("1.8"), 3)
    assert [(point.start.hour, point.end.hour, point.value) for point in usage.points] == [
        (1, 2, Decimal("1.5")),
        (3, 4, Decimal("0.3")),
    ]
    assert [entry.total for entry in reports.usage(store, MERCHANT, start=START, end=END)] == [Decimal("8.8")] * 2
    assert reports.usage(store, "org_other", start=START, end=END) == []


def test_types_that_no_metric_measures_are_reported(client: httpx.Client, store: Store) -> None:
    _metric(client, _made(client, "/v0/products")["id"])
    for kind in ("run", "rum", "runs", "runs"):
        _event(client, "2026-01-01T00:00:00Z", 1, type=kind)
    assert reports.unmatched(store, MERCHANT) == [("runs", 2), ("rum", 1)]


def test_customers_come_with_their_subscriptions(client: httpx.Client, store: Store) -> None:
    plan = _made(client, "/v0/plans", productId=_made(client, "/v0/products")["id"], currency="USD", name="Basic")
    people: list[Json] = [{"name": name, "email": f"{name}@x.com", "address": {}} for name in ("Ada", "Bob")]
    ids = [_made(client, "/v0/customers", consumer=person)["customerId"] for person in people]
    made = _made(client, "/v0/subscriptions", planId=plan["id"], customerId=ids[0], startedAt="2026-01-01T00:00:00Z")
    bob, ada = reports.customers(store, MERCHANT, now=END)
    assert (bob.id, bob.name, bob.email, bob.subscriptions) == (ids[1], "Bob", "Bob@x.com", ())
    [subscription] = ada.subscriptions
    assert (subscription.id, subscription.plan_name, subscription.status) == (made["id"], "Basic", "active")
    assert (subscription.version_policy, subscription.version_number) == ("floating", None)
    assert subscription.started_at == START
    assert reports.customer_count(store, MERCHANT) == 2
    assert [customer.id for customer in reports.customers(store, MERCHANT, now=END, limit=1, offset=1)] == ids[:1]


def test_revenue_comes_by_plan_and_month_and_customers_with_their_wallets(client: httpx.Client, store: Store) -> None:
    client.post("/_emulator/clock", json={"now": "2030-01-01T00:00:00Z"})
    product = _made(client, "/v0/products")["id"]
    metric = _metric(client, product)
    price = _made(
        client,
        "/v0/prices",
        billableMetricId=metric,
        model="standard",
        properties={"unitPrice": "0.5"},
        invoiceDisplayName="A",
        paymentTerm="in_arrears",
    )["id"]
    plan = _made(client, "/v0/plans", productId=product, currency="USD", prices=[price], defaultTaxRate=10)["id"]
    customer = _made(client, "/v0/customers", consumer={"name": "Ada", "email": "a@x.com", "address": {}})["customerId"]
    _made(client, "/v0/subscriptions", planId=plan, customerId=customer, startedAt="2030-01-01T00:00:00Z")
    for day in ("01-02", "02-02"):
        _event(client, f"2030-{day}T00:00:00Z", 4, subject=customer)
    now = datetime(2030, 2, 3, tzinfo=timezone.utc)
    client.post("/_emulator/clock", json={"now": "2030-02-03T00:00:00Z"})
    data = [{"billableMetricId": metric, "quantity": 10}]
    _made(client, "/v0/entitlements", customerId=customer, entitlementData=data)
    rows = [
        (r.period_start.month, r.period_end.month, r.invoiced, r.accruing) for r in reports.revenue(store, MERCHANT)
    ]
    assert rows == [(2, 3, Decimal(0), Decimal(2)), (1, 2, Decimal(2), Decimal(0))]
    [wallet] = reports.customers(store, MERCHANT, now=now)[0].wallets
    assert (wallet.currency, wallet.funded, wallet.charged) == ("USD", Decimal(100), Decimal("2.2"))
    assert (wallet.reserved, wallet.available) == (Decimal("5.5"), Decimal("90.1"))
