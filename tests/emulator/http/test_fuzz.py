"""Whatever is sent, the emulator answers what it documents, and what it refuses leaves no trace."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_paygentic.emulator import Account, create_app
from pulumi_paygentic.emulator.collections.registry import operations
from pulumi_paygentic.emulator.storage import tables
from pulumi_paygentic.emulator.storage.store import Store
from tests.emulator.support.in_process import InProcess, client_of

DOCUMENTED = {200, 201, 202, 204, 207, 400, 403, 404, 405, 409, 413, 415, 422, 501}
FIELDS = [
    "merchantId",
    "name",
    "description",
    "metadata",
    "productId",
    "itemId",
    "unit",
    "eventType",
    "aggregation",
    "valueProperty",
    "groupBy",
    "eventFrom",
    "billableMetricId",
    "feeId",
    "model",
    "properties",
    "paymentTerm",
    "invoiceDisplayName",
    "billingCadence",
    "quantity",
    "tax",
    "feature",
    "prices",
    "currency",
    "basedOnVersionId",
    "default",
    "key",
    "type",
    "catalogId",
    "archived",
    "consumer",
    "consumerId",
    "planId",
    "startedAt",
    "customerId",
    "customer",
    "reason",
    "scope",
    "keepCatalog",
    "email",
    "redirectUrl",
    "versionTransition",
    "creditAllocations",
    "billingAnchor",
    "stablePriceIds",
    "invoiceDisplayGroup",
    "pricingUnitId",
    "rateType",
    "isObligation",
    "grantDiscountEnabled",
    "source",
    "subject",
    "data",
    "timestamp",
    "idempotencyKey",
    "externalSubject",
    "template",
    "featureId",
    "amount",
    "subscriptionId",
    "events",
    "entitlementData",
    "entitlementId",
    "maxUses",
    "refunded",
    "advanceBy",
    "currentTime",
    "expiresIn",
    "endingAt",
    "terminatedAt",
]
TEXTS = ["org_emulator", "org_other", "USD", "COUNT", "standard", "volume", "in_arrears", "P1M", "$.a", "1"]
QUERIES = ["limit", "offset", "merchantId", "productId", "key", "status", "include", "name", "organizationId"]
QUERIES += ["at", "startTime", "endTime", "customerId", "subscriptionId", "subscriptionIds", "expand", "pageToken"]
QUERIES += ["from", "to", "windowSize", "groupBy", "filterGroupBy", "groupLimit", "subject"]
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        ["org_emulator", "org_other", "USD", "COUNT", "standard", "volume", "in_arrears", "P1M", "$.a", "1"]
    )
)


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    accounts = [Account("sk_test_other", "org_other")]
    with client_of(create_app(accounts=accounts)) as client:
        yield client


@pytest.fixture(scope="module")
def ids(client: httpx.Client) -> dict[str, str]:
    """One object of each kind, in use by the others."""

    def made(path: str, **body: Any) -> Any:
        answer = client.post(path, json={"merchantId": "org_emulator", "name": "A", "description": "", **body})
        assert answer.status_code == 201, answer.text
        return answer.json()

    product = made("/v0/products")["id"]
    metric = made("/v0/billableMetrics", productId=product, aggregation="COUNT", unit="", eventType="a")["id"]
    price_fields = {"invoiceDisplayName": "", "paymentTerm": "in_arrears", "model": "standard"}
    price = made("/v0/prices", **price_fields, billableMetricId=metric, properties={"unitPrice": "1"})["id"]
    plan = made("/v0/plans", productId=product, currency="USD", prices=[price])
    consumer = {"name": "A", "email": "a@x.com", "address": {}}
    customer = made("/v0/customers", consumer=consumer)["customerId"]
    subscription = made("/v0/subscriptions", planId=plan["id"], customerId=customer, startedAt="2026-01-01T00:00:00Z")
    feature = made("/v0/features", productId=product, key="calls", type="metered")["id"]
    entitlement = made("/v1/entitlements", customerId=customer, featureId=feature, template={"type": "metered"})["id"]
    reported = {"timestamp": "2026-02-01T00:00:00Z", "properties": [{"billableMetricId": metric, "quantity": 1}]}
    return {
        "usage": made("/v0/usage", customerId=customer, idempotencyKey="a", **reported)["id"],
        "invoices": client.get("/v2/invoices").json()["data"][0]["id"],
        "testClocks": made("/v0/testClocks")["id"],
        "entitlements": entitlement,
        "grants": made(f"/v1/entitlements/{entitlement}/grants", amount=1, idempotencyKey="a")["id"],
        "products": product,
        "billableMetrics": metric,
        "prices": price,
        "plans": plan["id"],
        "versions": plan["defaultVersionId"],
        "fees": made("/v0/fees", productId=product)["id"],
        "features": made("/v0/features", productId=product, key="a")["id"],
        "items": made("/v0/items", catalogId=product)["id"],
        "customers": customer,
        "subscriptions": subscription["id"],
        "merchants": "org_emulator",
    }


PATHS = sorted(operations())
unhurried = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


@unhurried
@given(data=st.data())
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_no_body_crashes_and_what_is_refused_leaves_no_trace(
    client: httpx.Client, ids: dict[str, str], data: st.DataObject, method: str
) -> None:
    names = st.sampled_from(FIELDS)
    known = scalars | st.sampled_from(sorted(ids.values()))
    values = st.recursive(
        known,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), inner)
        ),
        max_leaves=6,
    )
    path = data.draw(st.sampled_from(PATHS))
    body = data.draw(st.dictionaries(names, values, max_size=12))
    if "reset" in path:
        body.pop("scope", None)
    before = _everything(client)
    content = json.dumps(body).encode()
    answer = client.request(method, _filled(path, ids), content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in DOCUMENTED
    if answer.status_code >= 400:
        assert answer.json()["message"]
        assert _everything(client) == before


@unhurried
@given(raw=st.binary(max_size=200), path=st.sampled_from(PATHS), method=st.sampled_from(["POST", "PATCH", "PUT"]))
def test_no_bytes_crash(client: httpx.Client, ids: dict[str, str], raw: bytes, path: str, method: str) -> None:
    before = _everything(client)
    answer = client.request(method, _filled(path, ids), content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code in DOCUMENTED - {200, 201, 202, 204, 207}
    assert _everything(client) == before


@unhurried
@given(
    path=st.sampled_from(PATHS),
    query=st.dictionaries(
        st.sampled_from(QUERIES),
        st.text(max_size=10) | st.integers().map(str),
    ),
    identifier=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
)
def test_no_query_and_no_id_crash(client: httpx.Client, path: str, query: dict[str, str], identifier: str) -> None:
    filled = "/".join(quote(identifier, safe="") if part.startswith("{") else part for part in path.split("/"))
    assert client.get(filled, params=query).status_code in DOCUMENTED


def _filled(template: str, ids: dict[str, str]) -> str:
    parts = template.split("/")
    for index, part in enumerate(parts):
        if part == "{versionNumber}":
            parts[index] = "1"
        elif part.startswith("{"):
            parts[index] = ids.get(parts[index - 1], "x")
    return "/".join(parts)


def _everything(client: httpx.Client) -> list[tuple[Any, ...]]:
    store = _store(client)
    rest = [row for table in ("slots", *tables.OWNED) for row in store.sql(f"SELECT * FROM {table}")]  # noqa: S608
    return [*store.sql("SELECT id, deleted, body FROM objects"), *rest]


def _store(client: httpx.Client) -> Store:
    transport = client._transport
    assert isinstance(transport, InProcess)
    store = transport.app.state.emulator.store
    assert isinstance(store, Store)
    return store
