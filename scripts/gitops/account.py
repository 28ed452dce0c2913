"""The two merchants of the story, on one emulator: what a person does to them without Pulumi."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

CUSTOMERS = {"Ada Lovelace": 12_000, "Grace Hopper": 900, "Alan Turing": 40_000}
"""The customers of production, and the maps that each of them loads in the story's month."""


@dataclass(frozen=True)
class Merchant:
    """A merchant's account, by plain HTTP."""

    url: str
    api_key: str
    merchant_id: str

    def call(self, method: str, path: str, body: Any = None, **query: str | int) -> Any:
        """Call the API, and return its JSON."""
        headers = {"Authorization": f"Bearer {self.api_key}"}
        response = httpx.request(method, self.url + path, json=body, params=query, headers=headers, timeout=300)
        return response.raise_for_status().json() if response.content else None

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Return the first hundred objects of a kind, such as `plans`."""
        found: list[dict[str, Any]] = self.call("GET", f"/v0/{kind}", merchantId=self.merchant_id, limit=100)["data"]
        return found

    @property
    def counts(self) -> dict[str, int]:
        """The number of objects of each kind."""
        return {kind: len(self.all(kind)) for kind in ("products", "billableMetrics", "fees", "prices", "plans")}

    def rename_plan(self, name: str) -> None:
        """Change the plan's name by hand."""
        [plan] = self.all("plans")
        self.call("PATCH", f"/v0/plans/{plan['id']}", {"name": name})

    @property
    def versions(self) -> dict[int, bool]:
        """The numbers of the plan's versions; True for the one that bills."""
        [plan] = self.all("plans")
        listed = self.call("GET", f"/v0/plans/{plan['id']}/versions", limit=100)["data"]
        return {version["versionNumber"]: version["isDefault"] for version in listed}

    def line(self, key: str) -> str:
        """Return the unit price under a line key of the version that bills."""
        [plan] = self.all("plans")
        [number] = [number for number, default in self.versions.items() if default]
        prices = self.call("GET", f"/v0/plans/{plan['id']}/versions/{number}")["prices"]
        [found] = [price["properties"]["unitPrice"] for price in prices if price["key"] == key]
        return str(found)

    def sell(self) -> None:
        """Subscribe the customers, and let them use the service for a whole month."""
        [plan] = self.all("plans")
        [metric] = [metric for metric in self.all("billableMetrics") if metric["eventType"] == "map.load"]
        now = self.call("GET", "/_emulator/clock")["now"]
        for name, quantity in CUSTOMERS.items():
            consumer = {
                "name": name,
                "email": f"{name.split()[0].lower()}@example.com",
                "address": {"country": "DE", "zipCode": "10115"},
            }
            made = self.call("POST", "/v0/customers", {"merchantId": self.merchant_id, "consumer": consumer})
            customer = made["customerId"]
            subscription = {"name": name, "planId": plan["id"], "customerId": customer, "startedAt": now}
            self.call("POST", "/v0/subscriptions", subscription)
            usage = {
                "idempotencyKey": f"loads-{customer}",
                "customerId": customer,
                "merchantId": self.merchant_id,
                "timestamp": now,
                "properties": [{"billableMetricId": metric["id"], "quantity": quantity}],
            }
            self.call("POST", "/v0/usage", usage)
        self.call("POST", "/_emulator/clock", {"advance": "P35D"})
