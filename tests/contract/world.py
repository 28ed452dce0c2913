"""A merchant's account in an emulator of one's own, and what a test needs around it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from pulumi_paygentic.api import Client, Pacer, Settings
from pulumi_paygentic.catalog import CatalogObject, Mark
from pulumi_paygentic.emulator import create_app
from pulumi_paygentic.lifecycle import Account, Lifecycle, check, lifecycle_of
from tests.in_process import Answer, InProcess

Inputs = dict[str, Any]
KEY, MERCHANT = "sk_test_emulator", "org_emulator"
SETTINGS = Settings(api_key=KEY, merchant_id=MERCHANT, base_url="http://127.0.0.1:9", max_retries=3)
MARK = Mark("shop", "dev", "resource")
OWNER = "urn:pulumi:dev::shop::type::resource"


class World:
    """The emulator, plain HTTP to it, and as many runs of the provider over it as a test wants."""

    def __init__(self) -> None:
        self.transport = InProcess(create_app())
        self.http = httpx.Client(
            transport=self.transport, base_url=SETTINGS.base_url, headers={"Authorization": f"Bearer {KEY}"}
        )
        self.ids: dict[str, str] = {"pu_A": "pu_A", "pu_B": "pu_B"}

    def run(self) -> Account:
        """A run of the provider, which knows nothing of the runs before it."""
        client = Client(SETTINGS, transport=self.transport, sleep=lambda _: None, pacer=Pacer())
        return Account(client, MERCHANT)

    def lifecycle(self, kind: type[CatalogObject]) -> Lifecycle:
        return lifecycle_of(kind, self.run())

    def call(self, method: str, path: str, body: object = None, expect: int | None = None) -> Any:
        """Plain HTTP behind the provider's back."""
        response = self.http.request(method, path, json=body)
        assert response.status_code == expect or (expect is None and response.is_success), response.text
        return response.json() if response.content else None

    def everything(self, kind: type[CatalogObject]) -> list[Inputs]:
        """Every object of the kind that the account has."""
        scope = {"merchantId": MERCHANT} if kind.listed_by == "merchant_id" else {}
        products = self.everything_at("/v0/products", {"merchantId": MERCHANT}) if not scope else [{}]
        return [
            found
            for product in products
            for found in self.everything_at(kind.path, scope or {"productId": product["id"]})
        ]

    def everything_at(self, path: str, query: Mapping[str, str]) -> list[Inputs]:
        answer = self.http.get(path, params={**query, "limit": "100"})
        assert answer.is_success, answer.text
        found: list[Inputs] = answer.json()["data"]
        return found

    def calls(self) -> dict[str, int]:
        """How often each operation was called since the last time, as `POST /v0/products`."""
        report = self.call("GET", "/_emulator/calls")["calls"]
        self.call("DELETE", "/_emulator/calls")
        return {f"{call['method']} {call['path']}": call["count"] for call in report}

    def writes(self) -> dict[str, int]:
        return {name: count for name, count in self.calls().items() if not name.startswith("GET")}

    @contextmanager
    def losing(self, *lost: tuple[str, str]) -> Iterator[list[str]]:
        """The answer of each such first (method, path) is lost after the commit; every POST's if none is named."""
        left, seen = list(lost), []

        def meddle(request: httpx.Request, answer: Answer) -> httpx.Response:
            response = answer()
            operation = (request.method, request.url.path)
            hit = operation in left if lost else request.method == "POST" and str(operation) not in seen
            if hit and response.is_success:
                seen.append(str(operation))
                if lost:
                    left.remove(operation)
                raise httpx.ReadError("the connection was closed", request=request)
            return response

        self.transport.meddle = meddle
        try:
            yield seen
        finally:
            self.transport.meddle = lambda _request, answer: answer()

    # The objects that the examples' placeholders stand for.

    def furnish(self) -> None:
        """Two of everything that an example may refer to."""
        for letter in "AB":
            self._make("prod", letter, "products", name=f"Product {letter}", description="")
            of_product = {"productId": self.ids["prod_A"], "name": f"The {letter}"}
            self._make("itm", letter, "items", name=f"Item {letter}", catalogId=self.ids["prod_A"])
            metric = {"description": "", "aggregation": "COUNT", "unit": "run", "eventType": "run"}
            self._make("bm", letter, "billableMetrics", **of_product, **metric)
            self._make("fee", letter, "fees", **of_product, description="")
            self._make("feat", letter, "features", **of_product, key=f"feature-{letter.lower()}", type="metered")
        for letter, measured in zip("ABC", ("bm_A", "bm_B", "bm_B"), strict=True):
            self._make_price(letter, self.ids[measured])
        for letter in "AB":
            plan = {"name": f"Plan {letter}", "currency": "USD", "productId": self.ids["prod_A"]}
            self._make("plan", letter, "plans", **plan)

    def _make(self, prefix: str, letter: str, collection: str, **fields: Any) -> str:
        body = {"merchantId": MERCHANT, **fields}
        made = str(self.call("POST", f"/v0/{collection}", body)["id"])
        self.ids[f"{prefix}_{letter}"] = made
        return made

    def _make_price(self, letter: str, metric: str) -> None:
        price = {"invoiceDisplayName": f"Price {letter}", "paymentTerm": "in_arrears", "model": "standard"}
        made = self.call("POST", "/v0/prices", {**price, "billableMetricId": metric, "properties": {"unitPrice": "7"}})
        self.ids[f"price_{letter}"] = made["id"]

    def resolve(self, value: Any) -> Any:
        """The value with real ids in place of the examples' placeholders."""
        if isinstance(value, Mapping):
            return {key: self.resolve(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        return self.ids.get(value, value) if isinstance(value, str) else value

    def checked(
        self, kind: type[CatalogObject], declared: Mapping[str, Any], olds: Mapping[str, Any] | None = None
    ) -> Inputs:
        """The declared inputs as `check` lets them pass."""
        inputs, reasons = check(kind, olds or {}, self.resolve(declared), merchant_id=MERCHANT, mark=MARK)
        assert reasons == []
        return inputs
