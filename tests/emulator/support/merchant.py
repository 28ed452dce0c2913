"""A merchant at a served emulator: the vendor's SDK, plain HTTP, and short ways to make what a test needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from paygentic_sdk import Paygentic

from pulumi_paygentic.emulator import Running

Json = dict[str, Any]


@dataclass(frozen=True)
class Merchant:
    sdk: Paygentic
    http: httpx.Client
    id: str

    def call(self, method: str, path: str, body: object = None, *, expect: int | None = None) -> Json:
        """The answer's JSON; `expect` is the status that the test is about."""
        response = self.http.request(method, path, json=body)
        assert response.status_code == expect or (expect is None and response.is_success), response.text
        return response.json() if response.content else {}

    def get(self, path: str) -> Json:
        return self.call("GET", path)

    def post(self, path: str, body: Json) -> Json:
        return self.call("POST", path, body)

    def patch(self, path: str, body: Json) -> Json:
        return self.call("PATCH", path, body)

    def refused(self, method: str, path: str, body: Json) -> set[str]:
        """The fields that a 400 names."""
        answer = self.call(method, path, body, expect=400)
        assert answer["error"] == "validation_error"
        return {error["field"] for error in answer["errors"]}

    def product(self, name: str = "API") -> str:
        return self.sdk.products.create(name=name, description="", merchant_id=self.id).id

    def metric_fields(self, product_id: str, **fields: Any) -> Json:
        return {
            "name": "Requests",
            "description": "",
            "merchantId": self.id,
            "productId": product_id,
            "aggregation": "COUNT",
            "unit": "request",
            "eventType": "request",
            **fields,
        }

    def metric(self, product_id: str | None = None, **fields: Any) -> str:
        created = self.post("/v0/billableMetrics", self.metric_fields(product_id or self.product(), **fields))
        return str(created["id"])

    def fee(self, product_id: str | None = None) -> str:
        fee = self.sdk.fees.create(
            name="Setup", description="", merchant_id=self.id, product_id=product_id or self.product()
        )
        return fee.id

    def feature(self, product_id: str, kind: str = "boolean", key: str = "sso") -> str:
        fields = {"key": key, "name": "SSO", "merchantId": self.id, "productId": product_id, "type": kind}
        return str(self.post("/v0/features", fields)["id"])

    def price_fields(self, metric_id: str | None = None, unit_price: str = "0.001", **fields: Any) -> Json:
        """A valid body; with `feeId` the price is that of a fee."""
        charged = {"billingCadence": "P1M"} if "feeId" in fields else {"billableMetricId": metric_id or self.metric()}
        return {
            "invoiceDisplayName": "Requests",
            "paymentTerm": "in_arrears",
            "model": "standard",
            "properties": {"unitPrice": unit_price},
            **charged,
            **fields,
        }

    def price(self, metric_id: str | None = None, unit_price: str = "0.001", **fields: Any) -> str:
        return str(self.post("/v0/prices", self.price_fields(metric_id, unit_price, **fields))["id"])

    def plan(self, product_id: str, prices: list[Any], **fields: Any) -> Json:
        body = {"name": "Pay as you go", "currency": "USD", "merchantId": self.id, "productId": product_id}
        return self.post("/v0/plans", {**body, "prices": prices, **fields})

    def version(self, plan_id: str, number: int) -> Json:
        return self.get(f"/v0/plans/{plan_id}/versions/{number}")

    def lines(self, plan_id: str, number: int) -> dict[str, tuple[str, str]]:
        """A version's lines: the price id and the unit price under each key."""
        prices = self.version(plan_id, number)["prices"]
        return {price["key"]: (price["id"], price["properties"]["unitPrice"]) for price in prices}

    def mint(self, plan_id: str, prices: list[Any], **fields: Any) -> Json:
        return self.post(f"/v0/plans/{plan_id}/versions", {"prices": prices, **fields})

    def customer(self, email: str = "ada@example.com", **fields: Any) -> str:
        consumer = {"name": "Ada", "email": email, "address": {"country": "DE", "zipCode": "10115"}}
        return str(self.post("/v0/customers", {"merchantId": self.id, "consumer": consumer, **fields})["customerId"])

    def subscription(self, plan_id: str, email: str = "ada@example.com", **fields: Any) -> Json:
        """A subscription, paid for if it has to be."""
        made = self.unpaid(plan_id, email, **fields)
        if made["status"] != "pending_payment":
            return made
        httpx.post(made["payment"]["checkoutUrl"], data={"decision": "pay"})
        return self.get(f"/v0/subscriptions/{made['id']}")

    def unpaid(self, plan_id: str, email: str = "ada@example.com", **fields: Any) -> Json:
        """A subscription as it is made; with charges in advance it waits for their payment."""
        body = {"name": "Ada", "planId": plan_id, "startedAt": "2026-01-01T00:00:00Z"}
        return self.post("/v0/subscriptions", {**body, "customerId": self.customer(email), **fields})


@contextmanager
def merchant_of(emulator: Running, api_key: str | None = None, merchant_id: str | None = None) -> Iterator[Merchant]:
    key = api_key or emulator.api_key
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=emulator.url, headers=headers) as http, httpx.Client() as client:
        sdk = Paygentic(server_url=emulator.url, bearer_auth=key, client=client)
        yield Merchant(sdk, http, merchant_id or emulator.merchant_id)
